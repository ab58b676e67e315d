"""A network as stages for an interval: which engine each segment gets, and how many positions a beat has."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import lcm, prod

from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Concatenate, Dense
from fpgaml.graph.ops.base import normal_axis
from fpgaml.rtl.dataflow.beats import Stream, stream
from fpgaml.rtl.dataflow.cut import Segment, cut
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.positions import is_local, reach, row
from fpgaml.rtl.dataflow.stage import Stage
from fpgaml.rtl.dataflow.stages.accumulate import Accumulate
from fpgaml.rtl.dataflow.stages.collect import Collect
from fpgaml.rtl.dataflow.stages.gear import Narrow, Widen
from fpgaml.rtl.dataflow.stages.map import Map
from fpgaml.rtl.dataflow.stages.sliding import Sliding, places_of
from fpgaml.rtl.dataflow.wishes import input_lanes
from fpgaml.rtl.delays import DelayModel


@dataclass
class _Assembly:
    graph: Graph
    delays: DelayModel
    interval: int
    streams: dict[str, Stream] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)

    def add(self, segment: Segment) -> None:
        inputs = tuple(self.streams[name] for name in segment.inputs)
        extended = self._extended(segment, inputs)
        if extended is None:
            extended = self._stage(segment, inputs)
            self.stages.append(extended)
        self.streams[segment.result] = extended.output

    def _extended(self, segment: Segment, inputs: tuple[Stream, ...]) -> Stage | None:
        """On whole tensors: the stage that gives the only input goes on, without registers between."""
        if len(inputs) != 1 or inputs[0].beats.count > 1 or len(self.graph.consumers[inputs[0].node]) > 1:
            return None
        if inputs[0].node in self.graph.outputs:
            return None
        for place, stage in enumerate(self.stages):
            if stage.output is inputs[0] and isinstance(stage, Accumulate | Map):
                whole = stream(self.graph, segment.result, prod(self.graph.shapes[segment.result]))
                nodes = (*stage.nodes, *segment.nodes)
                made: Stage
                if isinstance(stage, Accumulate):
                    made = Accumulate(stage.name, self.graph, nodes, stage.source, whole, self.delays)
                elif stage.whole:
                    made = Map(stage.name, self.graph, nodes, stage.inputs, whole, self.delays)
                else:
                    continue
                self.stages[place] = made
                return made
        return None

    def _stage(self, segment: Segment, inputs: tuple[Stream, ...]) -> Stage:
        graph, head, name = self.graph, segment.head, segment.head.name
        size = prod(graph.shapes[segment.result])
        if all(source.beats.count == 1 for source in inputs):
            return self._whole(segment, inputs)
        if len(inputs) > 1:
            return self._join(segment, inputs)
        (source,) = inputs
        if isinstance(head.op, Dense) and len(source.beats.shape) == 1:
            return Accumulate(name, graph, segment.nodes, source, stream(graph, segment.result, size), self.delays)
        if reach(head.op) is not None:
            return self._sliding(segment, self._in_positions(source))
        if is_local(graph, head):
            source = self._in_positions(source)
            lanes = source.beats.lanes * size // source.beats.size
            if places_of(graph, segment.nodes, lanes // row(graph.shapes[segment.result])) is not None:
                return Map(name, graph, segment.nodes, (source,), stream(graph, segment.result, lanes), self.delays)
        return self._whole(segment, (source,))

    def _whole(self, segment: Segment, inputs: tuple[Stream, ...]) -> Stage:
        """Unrolled, on whole tensors, which are gathered first: what any operation can be."""
        size = prod(self.graph.shapes[segment.result])
        gathered = tuple(self.regear(source, source.beats.size) for source in inputs)
        output = stream(self.graph, segment.result, size)
        return Map(segment.head.name, self.graph, segment.nodes, gathered, output, self.delays)

    def _join(self, segment: Segment, inputs: tuple[Stream, ...]) -> Stage:
        """Branches that meet position by position, as many a beat as the widest brings; else on whole tensors."""
        graph, result = self.graph, self.graph.shapes[segment.head.name]
        shapes = [source.beats.shape for source in inputs]
        axis = segment.head.op.axis if isinstance(segment.head.op, Concatenate) else 1
        along = isinstance(segment.head.op, Concatenate) and normal_axis(axis, len(result)) == 0
        if len(result) == 1 and not segment.head.op.elementwise:
            along = True
        if along or any(shape[0] != result[0] for shape in shapes):
            return self._whole(segment, inputs)
        placed = [self._in_positions(source) for source in inputs]
        count = max(source.beats.positions for source in placed)
        size = graph.shapes[segment.result]
        lanes = count * prod(size) // result[0]
        if (count * prod(size)) % result[0] or lanes % row(size):
            return self._whole(segment, inputs)
        if places_of(graph, segment.nodes, lanes // row(size)) is None:
            return self._whole(segment, inputs)
        met = tuple(self.regear(source, count * source.beats.row) for source in placed)
        output = stream(graph, segment.result, lanes)
        return Map(segment.head.name, graph, segment.nodes, met, output, self.delays)

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
        self.stages.append(gear(name, source, output))
        self.streams[name] = output
        return output

    def _sliding(self, segment: Segment, source: Stream) -> Stage:
        graph = self.graph
        last = max(n for n, node in enumerate(segment.nodes) if reach(node.op) is not None)
        rows = graph.shapes[segment.nodes[last].name][0]
        size = prod(graph.shapes[segment.result])
        for copies in range(-(-rows // self.interval), rows + 1):
            lanes = copies * (size // rows)
            if lanes % row(graph.shapes[segment.result]):
                continue
            if places_of(graph, segment.nodes, lanes // row(graph.shapes[segment.result])) is None:
                continue
            output = stream(graph, segment.result, lanes)
            made = Sliding(segment.head.name, graph, segment.nodes, source, output, self.delays)
            if made.window.ticks <= self.interval or copies == rows:
                return made
        return self._whole(segment, (source,))


def assemble(graph: Graph, delays: DelayModel, samples: int, interval: int) -> Dataflow:
    """Stages that take a frame every `interval` cycles.

    Args:
        samples: positions of the inputs' first axis a beat.

    Raises:
        FpgamlError: something does not stream.
    """
    lanes = input_lanes(graph, samples)
    sources = tuple(stream(graph, node.name, lanes) for node in graph.inputs)
    assembly = _Assembly(graph, delays, interval, {source.name: source for source in sources})
    for segment in cut(graph, interval):
        assembly.add(segment)
    outputs = tuple(assembly.streams[name] for name in graph.outputs)
    if len(outputs) > 1:
        outputs = tuple(assembly.regear(output, output.beats.size) for output in outputs)
        assembly.stages.append(Collect(outputs))
    return Dataflow(graph, sources, tuple(assembly.stages), outputs, 1, interval)
