"""A network as stages for an interval: which engine each segment gets, and how many positions a beat has."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Dense
from fpgaml.rtl.dataflow.beats import Stream, stream
from fpgaml.rtl.dataflow.cut import Segment, cut
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.positions import is_local, reach, row
from fpgaml.rtl.dataflow.stage import Stage
from fpgaml.rtl.dataflow.stages.accumulate import Accumulate
from fpgaml.rtl.dataflow.stages.map import Map
from fpgaml.rtl.dataflow.stages.sliding import Sliding, places_of
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
        graph, name, size = self.graph, segment.head.name, prod(self.graph.shapes[segment.result])
        if all(source.beats.count == 1 for source in inputs):
            return Map(name, graph, segment.nodes, inputs, stream(graph, segment.result, size), self.delays)
        if len(inputs) == 1 and reach(segment.head.op) is not None:
            return self._sliding(segment, inputs[0])
        if len(inputs) == 1 and isinstance(segment.head.op, Dense) and len(inputs[0].beats.shape) == 1:
            return Accumulate(name, graph, segment.nodes, inputs[0], stream(graph, segment.result, size), self.delays)
        if len(inputs) == 1 and is_local(graph, segment.head):
            lanes = inputs[0].beats.lanes * size // prod(inputs[0].beats.shape)
            return Map(name, graph, segment.nodes, inputs, stream(graph, segment.result, lanes), self.delays)
        if len(inputs) > 1 and len({source.beats.count for source in inputs}) == 1:
            lanes = inputs[0].beats.positions * row(graph.shapes[segment.result])
            return Map(name, graph, segment.nodes, inputs, stream(graph, segment.result, lanes), self.delays)
        raise FpgamlError(segment.head.source or name, f"{type(segment.head.op).__name__} does not stream yet")

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
        raise FpgamlError(
            segment.head.source or segment.head.name, "its positions cannot be told apart behind a Reshape"
        )


def assemble(graph: Graph, delays: DelayModel, samples: int, interval: int) -> Dataflow:
    """Stages that take a frame every `interval` cycles.

    Args:
        samples: positions of the input's first axis a beat.

    Raises:
        FpgamlError: something does not stream.
    """
    (source,) = (stream(graph, node.name, samples * row(graph.shapes[node.name])) for node in graph.inputs)
    assembly = _Assembly(graph, delays, interval, {source.node: source})
    for segment in cut(graph):
        assembly.add(segment)
    if len(graph.outputs) != 1:
        raise FpgamlError(graph.name, f"{len(graph.outputs)} outputs do not stream yet")
    return Dataflow(graph, (source,), tuple(assembly.stages), assembly.streams[graph.outputs[0]], 1, interval)
