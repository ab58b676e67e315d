"""The schedule of an endless stream: frames back to back where windows touch, else what they share computed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fpgaml.boards import Board
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops.scan import Scan
from fpgaml.record.timetable import Choice
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.endless.dataflow import Endless, endless
from fpgaml.rtl.dataflow.endless.rates import check_endless, open_input, plan
from fpgaml.rtl.dataflow.fold import Folded, check_streams, fold
from fpgaml.rtl.dataflow.timetable import brief, latency
from fpgaml.rtl.dataflow.wishes import Wishes, positions
from fpgaml.rtl.delays import DelayModel


def continuous(graph: Graph, board: Board, wishes: Wishes) -> Folded:
    """The schedule for a result every `hop` samples: of windows that overlap the only one, however late its result.

    Raises:
        FpgamlError: no schedule holds what is asked, or the network takes no endless stream.
    """
    samples, hop = samples_of(wishes), _hop(wishes)
    if touching(graph, samples, wishes):
        folded = fold(graph, board, _as_frames(graph, samples, wishes))
        after = _after_the_last(folded.dataflow, positions(graph) // samples)
        said = (
            f"windows that touch share nothing: frames without a gap between them, a result every {hop:,} samples, "
            f"{after} cycles after its window's last beat at the core"
        )
        return replace(folded, notes=(said, *folded.notes))
    delays = DelayModel.of_part(board.part, board.clock_ns)
    made = endless(graph, delays, samples, hop, wishes.channels)
    return Folded(made, tuple(_notes(graph, made, wishes)), _cheaper(graph, board, made), _faster(graph, delays, made))


def check_continuous(graph: Graph, board: Board, wishes: Wishes) -> None:
    """Refuse what cannot be done, before any long work.

    Raises:
        FpgamlError: names the option.
    """
    samples = samples_of(wishes)
    if touching(graph, samples, wishes):
        check_streams(graph, board, _as_frames(graph, samples, wishes))
    else:
        check_endless(graph, samples, _hop(wishes))


def samples_of(wishes: Wishes) -> int:
    """Samples a beat: where the user leaves them open, as few as bring a result in time, or one."""
    if wishes.samples is not None:
        return wishes.samples
    return 1 if wishes.interval is None else -(-_hop(wishes) // wishes.interval)


def touching(graph: Graph, samples: int, wishes: Wishes) -> bool:
    """Whether windows follow one another without overlap, each in whole beats of one channel."""
    window = positions(graph)
    return _hop(wishes) == window and window % samples == 0 and wishes.channels == 1


def _hop(wishes: Wishes) -> int:
    assert wishes.hop is not None
    return wishes.hop


def _as_frames(graph: Graph, samples: int, wishes: Wishes) -> Wishes:
    """Frames that come without a gap: a beat in every cycle, however slow results may come."""
    return replace(wishes, hop=None, samples=samples, interval=positions(graph) // samples)


def _notes(graph: Graph, made: Endless, wishes: Wishes) -> Iterator[str]:
    """What the reader must know of results."""
    every = made.continuous
    if made.hop % made.samples:
        yield f"{len(every.due)} results in every {every.period} beats: a result every {every.interval:g} on average"
    yield f"the first result of a channel comes with its beat {made.warmup:,}: windows begin with the first sample"
    if wishes.channels > 1:
        yield f"a beat of each of {wishes.channels} channels in turn: each has a result every {made.hop} of its samples"
    if wishes.instances > 1:
        yield f"{wishes.instances} cores hold all channels; the numbers are of one"
    shared = [node.name for run in plan(made.graph, made.hop).shared for node in run.nodes]
    what = f"{', '.join(shared)} once for all windows" if shared else "nothing is shared between windows"
    yield f"{what}; for every window anew: {', '.join(node.name for node in made.stages[-1].nodes)}"
    for node in made.stages[-1].nodes:
        if isinstance(node.op, Scan):
            steps = graph.shapes[node.inputs[0]][0]
            yield (
                f"{node.source or node.name} begins anew in every window: its {steps} steps are unrolled, and windows "
                "follow one another through them"
            )
    if open_input(graph) is not graph:
        name = graph.inputs[0].name
        yield (
            f"{name} has types that differ by position: the port takes any of them, and each window brings its samples "
            "into the types that the network has there, as the network does with any number"
        )


def _cheaper(graph: Graph, board: Board, made: Endless) -> Choice | None:
    """Windows that touch, of one channel: each frame's work is shared in time. Latency as of windows that overlap."""
    wishes = Wishes(samples=made.samples, hop=made.window)
    if made.channels > 1 or not touching(graph, made.samples, wishes):
        return None
    folded = fold(graph, board, _as_frames(graph, made.samples, wishes))
    assert isinstance(folded.dataflow, Dataflow)
    choice = brief(folded.dataflow, f"--hop {made.window}")
    return choice.model_copy(update={"latency": _after_the_last(folded.dataflow, made.window // made.samples)})


def _after_the_last(frames: Dataflow | Endless, beats: int) -> int:
    """Cycles from the last beat of a frame to its result."""
    return latency(frames) - (beats - 1)


def _faster(graph: Graph, delays: DelayModel, made: Endless) -> Choice | None:
    """The longest shorter hop of whole beats."""
    hop = (made.hop - 1) // made.samples * made.samples
    if hop < made.samples:
        return None
    return brief(endless(graph, delays, made.samples, hop, made.channels), f"--hop {hop}")
