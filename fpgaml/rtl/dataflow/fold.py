"""The choice of the folding: the cheapest schedule that holds what is asked, and its neighbours on either side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fpgaml.boards import Board
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.record.timetable import Choice
from fpgaml.rtl.dataflow.assemble import assemble
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.price import Prices
from fpgaml.rtl.dataflow.timetable import brief, latency
from fpgaml.rtl.dataflow.wishes import Wishes, input_beats, positions
from fpgaml.rtl.delays import DelayModel

STEPS = 24
"""Tries at most to find a schedule that is fast enough: each has half of the cycles of the one before it."""


@dataclass(frozen=True)
class Folded:
    """A dataflow that was chosen.

    Args:
        notes: what there is to say of it; cheaper, faster: what else there would have been.
    """

    dataflow: Dataflow
    notes: tuple[str, ...] = ()
    cheaper: Choice | None = None
    faster: Choice | None = None


@dataclass(frozen=True)
class Pace:
    """What a schedule is made for.

    Args:
        samples: positions of the input's first axis a beat; interval: cycles a frame that stages may take.
    """

    samples: int
    interval: int

    def __str__(self) -> str:
        return f"{self.samples} samples a cycle, stages of {self.interval:,} cycles"


def fold(graph: Graph, board: Board, wishes: Wishes) -> Folded:
    """The schedule for what is asked.

    Raises:
        FpgamlError: no schedule holds it (the nearest is named), or an operation cannot stream.
    """
    check_wishes(wishes)
    delays, prices = DelayModel.of_part(board.part, board.clock_ns), Prices.of_board(board)
    wanted = pace(graph, wishes)
    chosen, found = _fast_enough(graph, delays, prices, wishes, wanted)
    return Folded(found, tuple(notes(graph, chosen)), faster=_faster(graph, delays, prices, wishes, chosen, found))


def check_streams(graph: Graph, board: Board, wishes: Wishes) -> None:
    """Refuse what cannot stream, before any long work.

    Raises:
        FpgamlError: names the operation, or the option that asks for too much.
    """
    check_wishes(wishes)
    wanted = pace(graph, wishes)
    assemble(graph, DelayModel.of_part(board.part, board.clock_ns), wanted.samples, wanted.interval)


def check_wishes(wishes: Wishes) -> None:
    """Refuse what no schedule does.

    Raises:
        FpgamlError: names the option.
    """
    if wishes.hop is not None:
        raise FpgamlError("--continuous", "windows that share their work do not stream yet", "Leave it out")
    if wishes.channels > 1:
        raise FpgamlError("--channels", "channels that come in turn do not stream yet", "Leave it out")


def pace(graph: Graph, wishes: Wishes) -> Pace:
    """Samples a cycle and cycles a frame; where the user leaves them open a sample a cycle, or as few as do."""
    samples = wishes.samples
    if samples is None:
        samples = 1
        if wishes.interval is not None:
            samples = _fewest_samples(graph, wishes.interval)
    return Pace(samples, wishes.interval or input_beats(graph, samples))


def notes(graph: Graph, chosen: Pace) -> Iterator[str]:
    """What the reader must know of the beats."""
    for node in graph.inputs:
        size = graph.shapes[node.name][0]
        spare = -size % chosen.samples
        if spare:
            yield (
                f"{node.name}: {size} samples do not fill beats of {chosen.samples}: "
                f"the last beat of a frame has {spare} that mean nothing"
            )


def _fewest_samples(graph: Graph, interval: int) -> int:
    most = positions(graph)
    if input_beats(graph, most) > interval:
        reason = f"{len(graph.inputs)} inputs follow one another, a beat at least each: {interval} cycles are too few"
        raise FpgamlError("--interval", reason, f"The nearest is {input_beats(graph, most)}")
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if input_beats(graph, middle) <= interval else (middle + 1, high)
    return low


def _fast_enough(
    graph: Graph, delays: DelayModel, prices: Prices, wishes: Wishes, wanted: Pace
) -> tuple[Pace, Dataflow]:
    """The slowest of paces, from the one wanted on, that keeps the interval and the latency."""
    best: tuple[Pace, Dataflow] | None = None
    for chosen in _faster_and_faster(graph, wishes, wanted):
        made = _made(graph, delays, prices, chosen)
        if made.calendar.interval <= wanted.interval and latency(made) <= (wishes.max_latency or latency(made)):
            return chosen, made
        best = min((each for each in (best, (chosen, made)) if each), key=lambda pair: _distance(pair[1], wishes))
    assert best is not None
    raise _unreachable(best[1], wishes)


def _made(graph: Graph, delays: DelayModel, prices: Prices, chosen: Pace) -> Dataflow:
    """It takes frames as fast as its stages can, which may be faster than they had to be."""
    return replace(assemble(graph, delays, chosen.samples, chosen.interval, prices), interval=1)


def _faster_and_faster(graph: Graph, wishes: Wishes, wanted: Pace) -> Iterator[Pace]:
    """The pace wanted, then others with half of the cycles; more samples only where the user left them open."""
    chosen = wanted
    for _ in range(STEPS):
        yield chosen
        samples = chosen.samples
        if wishes.samples is None and input_beats(graph, samples) > chosen.interval // 2:
            samples = min(2 * samples, positions(graph))
        following = Pace(samples, max(chosen.interval // 2, input_beats(graph, samples)))
        if following == chosen:
            return
        chosen = following


def _faster(
    graph: Graph, delays: DelayModel, prices: Prices, wishes: Wishes, chosen: Pace, found: Dataflow
) -> Choice | None:
    """The next faster schedule, whatever beats the user asked for."""
    free = Wishes(interval=wishes.interval)
    for following in _faster_and_faster(graph, free, chosen):
        if following.interval < found.calendar.interval:
            return brief(_made(graph, delays, prices, following), str(following))
    return None


def _distance(dataflow: Dataflow, wishes: Wishes) -> tuple[int, int]:
    over = max(dataflow.calendar.interval - (wishes.interval or dataflow.calendar.interval), 0)
    return over, latency(dataflow)


def _unreachable(nearest: Dataflow, wishes: Wishes) -> FpgamlError:
    found, reached = nearest.calendar.interval, latency(nearest)
    if wishes.interval is not None and found > wishes.interval:
        slowest = max(nearest.stages, key=lambda stage: stage.pace.work)
        reason = (
            f"no schedule takes a frame every {wishes.interval:,} cycles: {slowest.name} takes {slowest.pace.work:,}"
        )
        return FpgamlError("--rate, --interval", reason, f"The nearest is an interval of {found:,}")
    reason = f"no schedule has its result after {wishes.max_latency} cycles"
    more = "; more samples a cycle shorten it" if wishes.samples is not None else ""
    return FpgamlError("--max-latency", reason, f"The nearest is {reached} at this clock{more}")
