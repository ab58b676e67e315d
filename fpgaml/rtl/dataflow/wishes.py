"""What is asked of a core, in cycles of its clock: made from what the user says, the clock and the network's inputs."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from fpgaml.errors import FpgamlError
from fpgaml.rtl.dataflow.quantities import Span, whole
from fpgaml.rtl.dataflow.turns import takes_turns

if TYPE_CHECKING:
    from fpgaml.boards import Board
    from fpgaml.graph.graph import Graph
    from fpgaml.rtl.target import RtlTarget


@dataclass(frozen=True)
class Wishes:
    """What a schedule must hold; None: nothing is asked.

    Args:
        interval: cycles from one frame to the next, of whichever channel, at most; continuous: from result to result.
        samples: positions of the input's first axis a beat.
        max_latency: cycles from the first beat of a frame to the first beat of its result, at most.
        channels: independent tensors that come in turn, beat by beat, through one core.
        hop: continuous: samples from one result to the next; None: frame by frame.
        instances: cores that hold all channels asked for.
    """

    interval: int | None = None
    samples: int | None = None
    max_latency: int | None = None
    channels: int = 1
    hop: int | None = None
    instances: int = 1

    @property
    def any(self) -> bool:
        """Whether anything is asked."""
        return self != Wishes()

    def __str__(self) -> str:
        """In words; empty where nothing is asked."""
        what = "result" if self.hop else "frame"
        parts = [f"a {what} every {_counted(self.interval, 'cycle')} at most"] if self.interval else []
        parts += [f"{_counted(self.samples, 'sample')} a cycle"] if self.samples else []
        parts += [f"latency of {_counted(self.max_latency, 'cycle')} at most"] if self.max_latency else []
        parts += [f"a result every {_counted(self.hop, 'sample')} of an endless stream"] if self.hop else []
        parts += [f"{self.channels} channels in turn"] if self.channels > 1 else []
        parts += [f"{self.instances} cores for all channels"] if self.instances > 1 else []
        return ", ".join(parts)


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}" + ("s" if number != 1 else "")


def wishes_of(target: RtlTarget, graph: Graph, board: Board) -> Wishes:
    """What the user's words come to.

    Raises:
        FpgamlError: they contradict the clock, the network or each other; says what is nearest.
    """
    samples = _samples(target, graph)
    hop = _hop(target, graph)
    pace = _pace(target, board)
    channels = instances = 1
    if target.channels is not None:
        channels, instances = _shared(target, graph, pace)
    interval = None if pace is None else pace // channels
    wishes = Wishes(interval, samples, _latency(target, board), channels, hop, instances)
    _check_input(wishes, graph)
    return wishes


def positions(graph: Graph) -> int:
    """Positions of the inputs' first axis: the most that a beat can take."""
    return max(graph.shapes[node.name][0] for node in graph.inputs)


def input_beats(graph: Graph, samples: int) -> int:
    """Beats of a frame's inputs, one after another, with so many positions of the first axis a beat."""
    lanes = input_lanes(graph, samples)
    return sum(-(-prod(graph.shapes[node.name]) // lanes) for node in graph.inputs)


def input_lanes(graph: Graph, samples: int) -> int:
    """Elements of a beat: of several inputs all have as many as the one with the largest positions."""
    return max(samples * prod(graph.shapes[node.name][1:]) for node in graph.inputs)


def input_pixels(graph: Graph, interval: int) -> list[int]:
    """Pixels of an image that may come in a beat, less than a row, the fewest first, if the interval leaves the time.

    None where there is not one input that is an image.
    """
    shapes = [graph.shapes[node.name] for node in graph.inputs]
    if len(shapes) > 1 or len(shapes[0]) != 3:
        return []
    rows, columns, _ = shapes[0]
    return [n for n in range(1, columns) if columns % n == 0 and rows * columns // n <= interval]


def _pace(target: RtlTarget, board: Board) -> int | None:
    """Cycles a frame of one channel, at most."""
    if target.rate is None:
        return target.interval
    clock_hz = board.clock_mhz * 1e6
    cycles = whole(clock_hz / target.rate)
    if cycles < 1:
        reason = f"{target.rate:,.10g} frames a second are more than one a cycle of {board.clock_mhz:g} MHz"
        raise FpgamlError("--rate", reason, f"The nearest is {board.clock_mhz:g}MHz; --clock raises it")
    return cycles


def _samples(target: RtlTarget, graph: Graph) -> int | None:
    asked, most = target.samples_per_cycle, positions(graph)
    if asked is not None and asked > most:
        reason = f"{asked} samples are more than the {most} of a frame (the input's first axis)"
        raise FpgamlError("--samples-per-cycle", reason, f"The nearest is {most}: a whole frame a cycle")
    return asked


def _hop(target: RtlTarget, graph: Graph) -> int | None:
    if not target.continuous:
        return None
    if len(graph.inputs) > 1:
        raise FpgamlError("--continuous", _several(graph), "Leave it out")
    window = positions(graph)
    if target.hop is not None and target.hop > window:
        reason = f"{target.hop} samples skip some between windows of {window}"
        raise FpgamlError("--hop", reason, f"The nearest is {window}: windows that touch")
    return target.hop or window


def _shared(target: RtlTarget, graph: Graph, pace: int | None) -> tuple[int, int]:
    """Channels of one core, and cores: a core takes at most one frame a cycle, or a beat of several in turn."""
    assert target.channels is not None
    if len(graph.inputs) > 1:
        advice = "Leave it out: frames of several channels may follow one another as they are"
        raise FpgamlError("--channels", _several(graph), advice)
    frames = not target.continuous and target.samples_per_cycle in (None, 1)
    cycles = positions(graph) if frames and takes_turns(graph) else 1
    channels = target.channels if pace is None else min(target.channels, max(pace // cycles, 1))
    return channels, -(-target.channels // channels)


def _several(graph: Graph) -> str:
    names = ", ".join(node.name for node in graph.inputs)
    return f"is for networks of one input: of the {len(graph.inputs)} here ({names}) no one stream could be made"


def _latency(target: RtlTarget, board: Board) -> int | None:
    if target.max_latency is None:
        return None
    asked = target.max_latency if isinstance(target.max_latency, Span) else Span(target.max_latency)
    cycles = asked.at(board.clock_ns)
    if cycles < 1:
        reason = f"{asked} are less than a cycle of {board.clock_ns:g} ns"
        raise FpgamlError("--max-latency", reason, f"The nearest is {board.clock_ns:g}ns; --clock shortens it")
    return cycles


def _check_input(wishes: Wishes, graph: Graph) -> None:
    """Refuse a pace that the input itself cannot keep at the samples a cycle that were asked for."""
    if wishes.samples is None or wishes.interval is None:
        return
    coming = wishes.hop or positions(graph)
    least = -(-coming // wishes.samples) if wishes.hop else input_beats(graph, wishes.samples)
    if wishes.interval < least:
        fits = -(-coming // wishes.interval)
        reason = (
            f"{coming:,} samples at {wishes.samples} a cycle take {least:,} cycles, "
            f"and {wishes.interval:,} are asked for ({_paced_by(wishes)})"
        )
        advice = f"The nearest: an interval of {least:,}, or {fits} samples a cycle"
        raise FpgamlError("--samples-per-cycle", reason, advice)


def _paced_by(wishes: Wishes) -> str:
    return "--rate or --interval" + (f", {wishes.channels} channels in turn" if wishes.channels > 1 else "")
