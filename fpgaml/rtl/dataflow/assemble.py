"""A network as stages for an interval: which engine each segment gets, and how many positions a beat has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import lcm, prod

from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Concatenate, Dense, Reshape
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.ops.scan import Scan
from fpgaml.rtl.dataflow.beats import Stream, stream
from fpgaml.rtl.dataflow.calendar import Cycles, leaving
from fpgaml.rtl.dataflow.cut import Segment, cut
from fpgaml.rtl.dataflow.dataflow import Dataflow, arrivals
from fpgaml.rtl.dataflow.image_options import in_elements, raster
from fpgaml.rtl.dataflow.positions import is_local, reach, row
from fpgaml.rtl.dataflow.price import Prices, likely_cost, rough_luts
from fpgaml.rtl.dataflow.recurrent_options import fed
from fpgaml.rtl.dataflow.stage import Stage
from fpgaml.rtl.dataflow.stages.accumulate import Accumulate
from fpgaml.rtl.dataflow.stages.collect import Collect
from fpgaml.rtl.dataflow.stages.digits import Digits
from fpgaml.rtl.dataflow.stages.gear import Narrow, Widen
from fpgaml.rtl.dataflow.stages.map import Map
from fpgaml.rtl.dataflow.stages.serial.choose import runs_of, share_of
from fpgaml.rtl.dataflow.stages.serial.stage import Serial
from fpgaml.rtl.dataflow.stages.sliding import Sliding, places_of
from fpgaml.rtl.dataflow.turns import without_channels
from fpgaml.rtl.dataflow.wishes import input_lanes
from fpgaml.rtl.delays import DelayModel

Option = Callable[["Assembly"], "Stage | None"]
"""Adds the stages of a segment to an assembly and returns the last one; None: that way does not work."""

FEWEST_WEIGHTS = 64
"""Of a Dense on a whole vector that is worth an engine of its own."""
PRUNED = 0.3
"""A stage whose LUTs by the Graph alone, times this, are above the best one's price cannot be better."""

TIE = 0.05
"""Options whose prices differ by no more are equally good: the one with fewer stages is taken."""


@dataclass
class Assembly:
    """Stages so far.

    Args:
        interval: cycles a frame that each of them may take; prices: by which options are compared.
        haste: LUTs that a cycle of latency is worth.
        sources: for each stream that enters the cycles of its beats.
        streams: by name: tensors in the beats that they are known to come in.
        left: for each stage the cycles in which its result's beats leave.
    """

    graph: Graph
    delays: DelayModel
    interval: int
    prices: Prices
    haste: float
    sources: Mapping[str, Cycles]
    streams: dict[str, Stream] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    left: dict[Stage, Cycles] = field(default_factory=dict)

    def add(self, segment: Segment) -> None:
        """The cheapest stages for a segment of those that keep the interval, or the fastest if none does."""
        inputs = tuple(self.streams[name] for name in segment.inputs)
        if inputs[0].beats.count > 1 and self._only_renames(segment):
            self.streams[segment.result] = self._renamed(inputs[0], segment.result)
            return
        chosen, stage = self._cheapest(self._options(segment, inputs))
        self.streams, self.stages = chosen.streams, chosen.stages
        self.streams[segment.result] = stage.output

    def _only_renames(self, segment: Segment) -> bool:
        """Whether all that a segment does is to give a tensor another shape."""
        inside = segment.result not in self.graph.outputs
        return inside and all(isinstance(node.op, Reshape) for node in segment.nodes)

    def _renamed(self, source: Stream, node: str) -> Stream:
        """The same beats as another tensor of as many elements."""
        return replace(source, node=node, beats=replace(source.beats, shape=self.graph.shapes[node]))

    def _cheapest(self, options: Sequence[Option]) -> tuple[Assembly, Stage]:
        tried = [(trial, stage) for trial, stage in map(self._trial, options) if stage is not None]
        late = [max(max(stage.work for stage in self._new(trial)) - self.interval, 0) for trial, _ in tried]
        kept = [pair for pair, cycles in zip(tried, late, strict=True) if cycles == min(late)]
        if len(kept) == 1:
            return kept[0]
        rough = [sum(rough_luts(stage) for stage in self._new(trial)) for trial, _ in kept]
        priced: list[tuple[float, tuple[Assembly, Stage]]] = []
        for luts, pair in sorted(zip(rough, kept, strict=True), key=lambda both: both[0]):
            if priced and PRUNED * luts > min(price for price, _ in priced):
                break
            priced.append((self._price(pair[0]), pair))
        lowest = min(price for price, _ in priced)
        near = [each for each in priced if each[0] <= lowest + TIE * abs(lowest)]
        return min(near, key=lambda each: (len(each[1][0].stages), each[0]))[1]

    def _trial(self, option: Option) -> tuple[Assembly, Stage | None]:
        trial = replace(self, streams=dict(self.streams), stages=list(self.stages))
        return trial, option(trial)

    def _new(self, trial: Assembly) -> list[Stage]:
        return [stage for stage in trial.stages if stage not in self.stages]

    def _price(self, trial: Assembly) -> float:
        """Of what a trial has more than there is now, and of the time until its result is there."""
        added, replaced = self._new(trial), trial._new(self)
        more, less = (sum(self.prices.of(likely_cost(each)) for each in stages) for stages in (added, replaced))
        late = float(trial.times(added[-1].output)[-1]) * self.haste if self.haste else 0.0
        return more - less + late

    def times(self, wanted: Stream) -> Cycles:
        """The cycle of each beat of a frame, in an idle core."""
        for stage in self.stages:
            if stage.output.name == wanted.name:
                if stage not in self.left:
                    self.left[stage] = leaving(stage, [self.times(source) for source in stage.inputs])
                return self.left[stage]
        return self.sources[wanted.name]

    @property
    def budgets(self) -> list[int]:
        """Cycles a frame that are worth a look: the interval; for haste a quarter of it, and so on."""
        halves = max(self.interval.bit_length(), 1) if self.haste else 1
        return [max(self.interval >> half, 1) for half in range(0, halves, 2)]

    def _extended(self, segment: Segment, inputs: tuple[Stream, ...]) -> Stage | None:
        """On whole tensors: the stage that gives the only input goes on, without registers between."""
        if len(inputs) != 1 or inputs[0].beats.count > 1:
            return None
        if any(reader not in segment.nodes for reader in self.graph.consumers[inputs[0].node]):
            return None
        if inputs[0].node in self.graph.outputs:
            return None
        for place, stage in enumerate(self.stages):
            if stage.output is inputs[0] and isinstance(stage, Accumulate | Digits | Map):
                whole = stream(self.graph, segment.result, prod(self.graph.shapes[segment.result]))
                nodes = (*stage.nodes, *segment.nodes)
                made: Stage
                if isinstance(stage, Accumulate | Digits):
                    made = replace(stage, nodes=nodes, output=whole)
                elif stage.whole:
                    made = Map(stage.name, self.graph, nodes, stage.inputs, whole, self.delays)
                else:
                    continue
                self.stages[place] = made
                return made
        return None

    def _options(self, segment: Segment, inputs: tuple[Stream, ...]) -> list[Option]:
        """All ways that are worth a look."""
        graph, head = self.graph, segment.head
        if len(inputs) > 1 or segment.branches:
            return self._of_branches(segment, inputs)
        (source,) = inputs
        options: list[Option] = []
        vector = isinstance(head.op, Dense) and len(source.beats.shape) == 1
        if source.beats.count == 1:
            options.append(lambda trial: trial._extended(segment, inputs) or trial.whole(segment, inputs))
        elif reach(head.op) is not None:
            budgets = dict.fromkeys(max(budget, source.beats.count) for budget in self.budgets)
            options += [partial(_slid, segment, source, budget) for budget in budgets]
            options += [partial(raster, segment, source, budget) for budget in self.budgets]
        elif is_local(graph, head):
            options.append(lambda trial: trial.local(segment, source))
        elif not vector and not (isinstance(head.op, Scan) and source.beats.lanes < source.beats.row):
            options.append(lambda trial: trial.whole(segment, inputs))
        if isinstance(head.op, Scan):
            options.append(partial(fed, segment, source))
        if vector:
            options += [partial(_accumulated, segment, source, lanes) for lanes in self._steps(source)]
            options += [partial(_by_digits, segment, source, phases) for phases in self._in_digits(segment, inputs)]
        if self.interval > 1:
            options += [partial(_serial, segment, source, budget) for budget in self.budgets]
        return options

    def _of_branches(self, segment: Segment, inputs: tuple[Stream, ...]) -> list[Option]:
        if all(source.beats.count == 1 for source in inputs):
            return [lambda trial: trial._extended(segment, inputs) or trial.whole(segment, inputs)]
        if (segment.branches and len(inputs) == 1) or isinstance(segment.head.op, Scan):
            return [lambda trial: trial.whole(segment, inputs)]
        return [lambda trial: trial.join(segment, inputs)]

    def _in_digits(self, segment: Segment, inputs: tuple[Stream, ...]) -> list[int]:
        """Into how many digits a vector's elements may be cut for a Dense that is large enough for it."""
        op = segment.head.op
        if not isinstance(op, Dense) or len(inputs[0].beats.shape) != 1:
            return []
        most = min(self.interval, inputs[0].port.width)
        return [most] if most > 1 and op.kernel.integers.size >= FEWEST_WEIGHTS else []

    def _steps(self, source: Stream) -> list[int]:
        """Elements a step of a sum over beats: as they come, or as few as the interval allows."""
        held = source.beats.lanes
        fewer = [n for n in range(1, held) if held % n == 0 and -(-source.beats.size // n) <= self.interval]
        return [*([held] if source.beats.count > 1 else []), *(fewer if self.haste else fewer[:1])]

    def local(self, segment: Segment, source: Stream) -> Stage:
        """Position by position, as many a beat as come; pixel by pixel, where less than a row of an image comes."""
        made = in_elements(segment, (source,), self)
        if made is not None:
            return made
        graph, size = self.graph, prod(self.graph.shapes[segment.result])
        source = self._in_positions(source)
        lanes = source.beats.lanes * size // source.beats.size
        positions, rest = divmod(lanes, row(graph.shapes[segment.result]))
        if rest or places_of(graph, segment.nodes, positions) is None:
            return self.whole(segment, (source,))
        output = stream(graph, segment.result, lanes)
        return self.put(Map(segment.head.name, graph, segment.nodes, (source,), output, self.delays))

    def serial(self, segment: Segment, source: Stream, budget: int) -> Stage | None:
        """Engines of a few products that loop, one behind another; None where one takes more than so many cycles."""
        runs = runs_of(self.graph, segment.nodes)
        made: Stage | None = None
        for run in runs:
            name, result = run.nodes[0].name, run.nodes[-1].name
            if run.sums is None:  # before the first that sums
                source = self._in_positions(source)
                output = stream(self.graph, result, source.beats.lanes)
                made = self.put(Map(name, self.graph, run.nodes, (source,), output, self.delays))
            else:
                share = share_of(self.graph, run, source.beats.lanes, budget, self.prices.dsp)
                if share is None:
                    return None
                source = self.regear(source, share.word)
                output = stream(self.graph, result, share.filters)
                made = self.put(Serial(name, self.graph, run.nodes, source, output, share.lanes, self.delays))
            source = self.streams[result] = made.output
        return made

    def whole(self, segment: Segment, inputs: tuple[Stream, ...]) -> Stage:
        """Unrolled, on whole tensors, which are gathered first: what any operation can be."""
        size = prod(self.graph.shapes[segment.result])
        gathered = tuple(self.regear(source, source.beats.size) for source in inputs)
        output = stream(self.graph, segment.result, size)
        return self.put(Map(segment.head.name, self.graph, segment.nodes, gathered, output, self.delays))

    def join(self, segment: Segment, inputs: tuple[Stream, ...]) -> Stage:
        """Branches that meet position by position, as many a beat as the widest brings; else on whole tensors."""
        made = in_elements(segment, inputs, self)
        if made is not None:
            return made
        graph, result = self.graph, self.graph.shapes[segment.head.name]
        shapes = [source.beats.shape for source in inputs]
        op = segment.head.op
        if isinstance(op, Concatenate):
            by_position = len(result) > 1 and normal_axis(op.axis, len(result)) > 0
        else:
            by_position = op.elementwise
        if not by_position or any(shape[0] != result[0] for shape in shapes):
            return self.whole(segment, inputs)
        placed = [self._in_positions(source) for source in inputs]
        count = max(source.beats.positions for source in placed)
        size = graph.shapes[segment.result]
        lanes = count * prod(size) // result[0]
        if (count * prod(size)) % result[0] or lanes % row(size):
            return self.whole(segment, inputs)
        if places_of(graph, segment.nodes, lanes // row(size)) is None:
            return self.whole(segment, inputs)
        met = tuple(self.regear(source, count * source.beats.row) for source in placed)
        output = stream(graph, segment.result, lanes)
        return self.put(Map(segment.head.name, graph, segment.nodes, met, output, self.delays))

    def _in_positions(self, source: Stream) -> Stream:
        """The same tensor in whole positions a beat: as many as a beat holds now, or one."""
        whole = source.beats.lanes // source.beats.row
        return self.regear(source, max(whole, 1) * source.beats.row)

    def regear(self, source: Stream, lanes: int) -> Stream:
        """The same tensor with so many elements a beat: through a beat that both divide, where neither divides."""
        held = source.beats.lanes
        if held == lanes:
            return source
        name = f"{source.node}_by_{lanes}"
        if name in self.streams:
            return self.streams[name]
        if lanes % held and held % lanes:
            source = self.regear(source, lcm(lanes, held))
            held = source.beats.lanes
        output = stream(self.graph, source.node, lanes, name)
        gear = Widen if lanes > held else Narrow
        self.put(gear(name, source, output))
        self.streams[name] = output
        return output

    def sliding(self, segment: Segment, source: Stream, budget: int) -> Stage:
        """A window that slides, with as few positions at once as so many cycles a frame allow."""
        graph, source = self.graph, self._in_positions(source)
        budget = max(budget, source.beats.count)
        last = max(n for n, node in enumerate(segment.nodes) if reach(node.op) is not None)
        rows = graph.shapes[segment.nodes[last].name][0]
        size = prod(graph.shapes[segment.result])
        for copies in range(-(-rows // budget), rows + 1):
            lanes = copies * (size // rows)
            if lanes % row(graph.shapes[segment.result]):
                continue
            if places_of(graph, segment.nodes, lanes // row(graph.shapes[segment.result])) is None:
                continue
            output = stream(graph, segment.result, lanes)
            made = Sliding(segment.head.name, graph, segment.nodes, source, output, self.delays)
            if made.window.ticks <= budget or copies == rows:
                return self.put(made)
        return self.whole(segment, (source,))

    def put(self, stage: Stage) -> Stage:
        """A stage more."""
        self.stages.append(stage)
        return stage


def _slid(segment: Segment, source: Stream, budget: int, trial: Assembly) -> Stage:
    return trial.sliding(segment, source, budget)


def _serial(segment: Segment, source: Stream, budget: int, trial: Assembly) -> Stage | None:
    return trial.serial(segment, source, budget)


def _by_digits(segment: Segment, source: Stream, phases: int, trial: Assembly) -> Stage:
    """A Dense on a whole vector, which is gathered first, a digit of each element a cycle."""
    source = trial.regear(source, source.beats.size)
    output = stream(trial.graph, segment.result, prod(trial.graph.shapes[segment.result]))
    name = segment.head.name
    return trial.put(Digits(name, trial.graph, segment.nodes, source, output, phases, trial.delays))


def _accumulated(segment: Segment, source: Stream, lanes: int, trial: Assembly) -> Stage:
    """A sum over beats of so many elements."""
    output = stream(trial.graph, segment.result, prod(trial.graph.shapes[segment.result]))
    source = trial.regear(source, lanes)
    return trial.put(Accumulate(segment.head.name, trial.graph, segment.nodes, source, output, trial.delays))


def assemble(
    graph: Graph,
    delays: DelayModel,
    samples: int,
    interval: int,
    prices: Prices | None = None,
    haste: float = 0.0,
    spacing: int = 1,
    pixels: int | None = None,
    channels: int = 1,
) -> Dataflow:
    """Stages that take a frame every `interval` cycles, the cheapest for each segment.

    Args:
        samples: positions of the inputs' first axis a beat; spacing: cycles between two beats that enter.
        haste: LUTs that a cycle of latency is worth.
        pixels: of the one input, an image, a beat, where that is less than a row; None: whole rows.
        channels: more than one: of a network made by `turns.in_turn`, whose result leaves as its input comes.

    Raises:
        FpgamlError: something does not stream.
    """
    lanes = pixels * graph.shapes[graph.inputs[0].name][-1] if pixels else input_lanes(graph, samples)
    sources = tuple(stream(graph, node.name, lanes) for node in graph.inputs)
    streams = {source.name: source for source in sources}
    assembly = Assembly(graph, delays, interval, prices or Prices(), haste, arrivals(sources, spacing), streams)
    for segment in cut(graph, interval):
        assembly.add(segment)
    outputs = tuple(assembly.streams[name] for name in graph.outputs)
    if len(outputs) > 1:
        outputs = tuple(assembly.regear(output, output.beats.size) for output in outputs)
        assembly.stages.append(Collect(outputs))
    elif channels > 1:
        one = without_channels(outputs[0].beats.shape)
        outputs = (assembly.regear(outputs[0], prod(one[1:] or one)),)
    return Dataflow(graph, sources, tuple(assembly.stages), outputs, spacing, interval, channels)
