"""The choice of the folding: the cheapest schedule that holds what is asked, and its neighbours on either side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import prod

from fpgaml.boards import Board
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops.scan import Scan
from fpgaml.record.timetable import Choice
from fpgaml.rtl.dataflow.assemble import assemble
from fpgaml.rtl.dataflow.capacity import far_beyond, lacking
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.endless.dataflow import Endless
from fpgaml.rtl.dataflow.price import Prices
from fpgaml.rtl.dataflow.recurrent_options import unrolled
from fpgaml.rtl.dataflow.stage import Stage
from fpgaml.rtl.dataflow.stages.map import Map
from fpgaml.rtl.dataflow.timetable import brief, latency, layer_of, total_cost
from fpgaml.rtl.dataflow.wishes import Wishes, input_beats, input_pixels, positions
from fpgaml.rtl.delays import DelayModel

LARGE = 8000
"""LUTs beyond which the neighbours of a schedule are not worked out: their adder graphs take minutes."""
DOUBLED, CHEAPER = 7, 0.95
"""The next cheaper schedule has at most so many times twice the cycles, and costs at most this part."""
SLOWEST = 24
"""Times that the cycles of a frame are doubled to find a schedule that fits."""
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
        channels: events that come in turn, as the pixels of an image's row, one a beat (`turns.in_turn`).
    """

    samples: int
    interval: int
    pixels: int | None = None
    channels: int = 1

    def __str__(self) -> str:
        return f"{self.pixels} pixels a cycle" if self.pixels else f"{self.samples} samples a cycle"

    def beats(self, graph: Graph) -> int:
        """Of a frame's inputs."""
        if self.pixels:
            return prod(graph.shapes[graph.inputs[0].name][:2]) // self.pixels
        return input_beats(graph, self.samples)


def fold(graph: Graph, board: Board, wishes: Wishes, wanted: Pace | None = None, *, sketched: bool = False) -> Folded:
    """The schedule for what is asked.

    Args:
        wanted: what it is made for; None: as `pace` says.
        sketched: to be compared with others, never built: no netlists are made, and its neighbours are not worked out.

    Raises:
        FpgamlError: no schedule holds it (the nearest is named), or an operation cannot stream.
    """
    delays, prices = DelayModel.of_part(board.part, board.clock_ns, sketched=sketched), Prices.of_board(board)
    make, wanted = _Maker(graph, delays, prices), wanted or pace(graph, wishes)
    slowed = ""
    if far_beyond(make.stages(wanted), board):
        chosen, found, slowed = _slowed(make, board, wishes, wanted, "far too many LUT")
    else:
        chosen, found = _chosen(make, wishes, wanted)
        if short := lacking(total_cost(found), board):
            chosen, found, slowed = _slowed(make, board, wishes, chosen, short)
    scans = unrolled(graph, (node for stage in found.stages if isinstance(stage, Map) for node in stage.nodes))
    said = (*notes(graph, chosen), *gathered(found), *scans, *turns(wishes), *([slowed] if slowed else []))
    if sketched or total_cost(found).lut > LARGE:
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


def gathered(flow: Dataflow) -> Iterator[str]:
    """Which operations do not stream: they wait for all of a tensor that comes in beats."""
    whole = {each.output.name: each.inputs[0] for each in flow.stages if each.engine == "widen"}
    whole = {name: source for name, source in whole.items() if name.endswith(f"_by_{source.beats.size}")}
    for stage in flow.stages:
        if isinstance(stage, Map) and stage.whole:
            sizes = [source.beats.size for source in stage.inputs if source.name in whole]
            if sizes and not isinstance(stage.nodes[0].op, Scan):
                op = type(stage.nodes[0].op).__name__
                yield (
                    f"{layer_of(flow, stage)}: {op} does not follow its input position by position: all {sum(sizes):,} "
                    "elements are gathered before it, and it is unrolled"
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
    known: dict[tuple[Pace, float], Dataflow] = field(default_factory=dict)

    def stages(self, pace: Pace) -> tuple[Stage, ...]:
        """Of its dataflow, before it is known when they do what."""
        return self(pace).stages

    def __call__(self, pace: Pace, haste: float = 0.0) -> Dataflow:
        """It takes frames as fast as its stages can, which may be faster than they had to be."""
        if (pace, haste) not in self.known:
            made = assemble(
                self.graph,
                self.delays,
                pace.samples,
                pace.interval,
                self.prices,
                haste,
                pixels=pace.pixels,
                channels=pace.channels,
            )
            self.known[pace, haste] = replace(made, interval=1)
        return self.known[pace, haste]


def _slowed(make: _Maker, board: Board, wishes: Wishes, wanted: Pace, short: str) -> tuple[Pace, Dataflow, str]:
    """A schedule that fits, slower than the one that does not; with what there is to say of it.

    Args:
        short: what the board lacks for `wanted`.

    Raises:
        FpgamlError: the user asked for more, or none fits.
    """
    reason = f"a frame every {wanted.interval:,} cycles takes {short} (estimate)"
    for doubled in range(1, SLOWEST):
        pace = replace(wanted, interval=wanted.interval << doubled)
        if far_beyond(make.stages(pace), board):
            continue
        found = make(pace)
        if not lacking(total_cost(found), board):
            break
    else:
        raise FpgamlError(f"--board {board.name}", reason, "No slower schedule fits: take a larger board")
    interval = found.calendar.interval
    if wishes.any:
        advice = (
            f"The nearest that fits is an interval of {interval:,} cycles ({1e6 * board.clock_mhz / interval:,.6g}/s)"
        )
        raise FpgamlError(f"--board {board.name}", reason, advice)
    return pace, found, f"{reason}, more than {board.name} has: the schedule is slower"


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
            if found.calendar.interval > wanted.interval and (wishes.interval or wishes.samples):
                raise _too_slow(found, wanted, wishes)
            if latency(found) <= (wishes.max_latency or latency(found)):
                return pace, found
            nearest = found if nearest is None else min(nearest, found, key=latency)
    assert nearest is not None
    raise _too_late(nearest, wishes)


def _paces(graph: Graph, wishes: Wishes, wanted: Pace) -> Iterator[Pace]:
    """The pace wanted, then with more samples a beat where the user left them open and latency is short."""
    yield wanted
    if wanted.channels > 1:
        return
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
    if chosen.channels > 1 or interval < input_beats(graph, positions(graph)):
        return None
    pixels = input_pixels(graph, interval) if chosen.pixels else ()
    following = Pace(max(chosen.samples, _fewest_samples(graph, interval)), interval, next(iter(pixels), None))
    return brief(make(following), str(following))


def _cheaper(make: _Maker, chosen: Pace, found: Dataflow) -> Choice | None:
    """The next cheaper schedule: twice the cycles, or as many times that as save anything."""
    price = make.prices.of(total_cost(found))
    for doubled in range(1, DOUBLED):
        interval = found.calendar.interval << doubled
        slower = make(replace(chosen, interval=interval))
        if make.prices.of(total_cost(slower)) < CHEAPER * price:
            return brief(slower, f"an interval of {interval:,}")
    return None


def _too_slow(nearest: Dataflow, wanted: Pace, wishes: Wishes) -> FpgamlError:
    slowest = max(nearest.stages, key=lambda stage: stage.work)
    flags = "--rate, --interval" if wishes.interval else "--samples-per-cycle"
    reason = f"no schedule takes a frame every {wanted.interval:,} cycles: {slowest.name} takes {slowest.work:,}"
    return FpgamlError(flags, reason, f"The nearest is an interval of {nearest.calendar.interval:,}")


def _too_late(nearest: Dataflow, wishes: Wishes) -> FpgamlError:
    reason = f"no schedule has its result after {wishes.max_latency} cycles"
    more = "; more samples a cycle shorten it" if wishes.samples is not None else ""
    return FpgamlError("--max-latency", reason, f"The nearest is {latency(nearest)} at this clock{more}")
