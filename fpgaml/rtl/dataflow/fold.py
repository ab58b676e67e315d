"""The choice of the folding: the cheapest schedule that holds what is asked, and its neighbours on either side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

from fpgaml.boards import Board
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.record.timetable import Choice
from fpgaml.rtl.dataflow.assemble import assemble
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.endless.dataflow import Endless
from fpgaml.rtl.dataflow.price import Prices
from fpgaml.rtl.dataflow.timetable import brief, latency, total_cost
from fpgaml.rtl.dataflow.wishes import Wishes, input_beats, input_pixels, positions
from fpgaml.rtl.delays import DelayModel

LARGE = 8000
"""LUTs beyond which the neighbours of a schedule are not worked out: their adder graphs take minutes."""
HASTES = (0.0, 1.0, 8.0, 64.0, 512.0)
"""LUTs that a cycle of latency is worth, from one try to the next."""


@dataclass(frozen=True)
class Folded:
    """A dataflow that was chosen.

    Args:
        notes: what there is to say of it; cheaper, faster: what else there would have been.
    """

    dataflow: Dataflow | Endless
    notes: tuple[str, ...] = ()
    cheaper: Choice | None = None
    faster: Choice | None = None


@dataclass(frozen=True)
class Pace:
    """What a schedule is made for.

    Args:
        samples: positions of the input's first axis a beat; interval: cycles a frame that stages may take.
        pixels: of an image a beat, where it comes in less than rows; None: in whole positions.
    """

    samples: int
    interval: int
    pixels: int | None = None

    def __str__(self) -> str:
        return f"{self.pixels} pixels a cycle" if self.pixels else f"{self.samples} samples a cycle"

    def beats(self, graph: Graph) -> int:
        """Of a frame's inputs."""
        if self.pixels:
            return prod(graph.shapes[graph.inputs[0].name][:2]) // self.pixels
        return input_beats(graph, self.samples)


def fold(graph: Graph, board: Board, wishes: Wishes) -> Folded:
    """The schedule for what is asked.

    Raises:
        FpgamlError: no schedule holds it (the nearest is named), or an operation cannot stream.
    """
    delays, prices = DelayModel.of_part(board.part, board.clock_ns), Prices.of_board(board)
    make, wanted = _Maker(graph, delays, prices), pace(graph, wishes)
    chosen, found = _chosen(make, wishes, wanted)
    said = (*notes(graph, chosen), *turns(wishes))
    if total_cost(found).lut > LARGE:
        return Folded(found, said)
    return Folded(found, said, _cheaper(make, chosen, found), _faster(make, chosen, found))


def check_streams(graph: Graph, board: Board, wishes: Wishes) -> None:
    """Refuse what cannot stream, before any long work.

    Raises:
        FpgamlError: names the operation, or the option that asks for too much.
    """
    wanted = pace(graph, wishes)
    delays = DelayModel.of_part(board.part, board.clock_ns)
    assemble(graph, delays, wanted.samples, wanted.interval, pixels=wanted.pixels)


def pace(graph: Graph, wishes: Wishes) -> Pace:
    """Samples a cycle and cycles a frame; where the user leaves them open a sample a cycle, or as few as do.

    An image then comes pixel by pixel, where the interval leaves the time.
    """
    samples = wishes.samples
    if samples is None:
        samples = 1
        if wishes.interval is not None:
            samples = _fewest_samples(graph, wishes.interval)
    interval = wishes.interval or input_beats(graph, samples)
    pixels = input_pixels(graph, interval) if wishes.samples is None else ()
    return Pace(samples, interval, next(iter(pixels), None))


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


def turns(wishes: Wishes) -> Iterator[str]:
    """What there is to say of channels: nothing of a frame is left in the core when the next one is computed."""
    if wishes.channels > 1:
        yield f"frames of {wishes.channels} channels follow one another, in any order: a frame leaves no state behind"
    if wishes.instances > 1:
        yield f"{wishes.instances} cores hold all channels; the numbers are of one"


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


@dataclass(frozen=True)
class _Maker:
    """Makes dataflows of one network for one board."""

    graph: Graph
    delays: DelayModel
    prices: Prices

    def __call__(self, pace: Pace, haste: float = 0.0) -> Dataflow:
        """It takes frames as fast as its stages can, which may be faster than they had to be."""
        made = assemble(self.graph, self.delays, pace.samples, pace.interval, self.prices, haste, pixels=pace.pixels)
        return replace(made, interval=1)


def _chosen(make: _Maker, wishes: Wishes, wanted: Pace) -> tuple[Pace, Dataflow]:
    """The cheapest that keeps interval and latency: beats as few as do, and no more haste than it takes.

    Raises:
        FpgamlError: there is none.
    """
    nearest: Dataflow | None = None
    paces = list(_paces(make.graph, wishes, wanted))
    in_time = [pace for pace in paces if _may_be_in_time(make.graph, wishes, pace)]
    for pace in in_time or paces[-1:]:
        for haste in HASTES if wishes.max_latency is not None else HASTES[:1]:
            found = make(pace, haste)
            if found.calendar.interval > wanted.interval:
                raise _unreachable(found, wishes)
            if latency(found) <= (wishes.max_latency or latency(found)):
                return pace, found
            nearest = found if nearest is None else min(nearest, found, key=latency)
    assert nearest is not None
    raise _unreachable(nearest, wishes)


def _paces(graph: Graph, wishes: Wishes, wanted: Pace) -> Iterator[Pace]:
    """The pace wanted, then with more samples a beat where the user left them open and latency is short."""
    yield wanted
    if wanted.pixels:
        more = (pixels for pixels in input_pixels(graph, wanted.interval) if pixels > wanted.pixels)
        yield from (replace(wanted, pixels=pixels) for pixels in (*more, None))
    samples = wanted.samples
    while wishes.samples is None and samples < positions(graph):
        samples = min(2 * samples, positions(graph))
        yield Pace(samples, wanted.interval)


def _may_be_in_time(graph: Graph, wishes: Wishes, pace: Pace) -> bool:
    """A vector, as a Dense gives it, follows from all of a frame: it is not there before the frame is."""
    vector = all(len(graph.shapes[name]) == 1 for name in graph.outputs)
    return wishes.max_latency is None or not vector or pace.beats(graph) <= wishes.max_latency


def _faster(make: _Maker, chosen: Pace, found: Dataflow) -> Choice | None:
    """The next faster schedule: half of the cycles, with more samples a beat where they take that."""
    graph, interval = make.graph, found.calendar.interval // 2
    if interval < input_beats(graph, positions(graph)):
        return None
    pixels = input_pixels(graph, interval) if chosen.pixels else ()
    following = Pace(max(chosen.samples, _fewest_samples(graph, interval)), interval, next(iter(pixels), None))
    return brief(make(following), str(following))


def _cheaper(make: _Maker, chosen: Pace, found: Dataflow) -> Choice | None:
    """The next cheaper schedule: twice the cycles, if that saves anything."""
    interval = 2 * found.calendar.interval
    slower = make(replace(chosen, interval=interval))
    if make.prices.of(total_cost(slower)) >= make.prices.of(total_cost(found)):
        return None
    return brief(slower, f"an interval of {interval:,}")


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
