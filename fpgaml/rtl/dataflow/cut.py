"""Where a network is cut into stages: behind what reads more than one position, and where branches part or meet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import AveragePool, Constant, Conv1D, Conv2D, Input, Linear, MaxPool
from fpgaml.graph.ops.scan import Scan
from fpgaml.rtl.dataflow.positions import is_local, reach
from fpgaml.rtl.dataflow.stages.sliding import places_of


@dataclass(frozen=True)
class Segment:
    """A run of nodes, each of which reads the one before it; the first reads `inputs`. The last run may branch.

    Args:
        nodes: the run; inputs: the tensors, no constants, that its first node reads.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]

    @property
    def head(self) -> Node:
        """Its first node, which decides how it can stream."""
        return self.nodes[0]

    @property
    def branches(self) -> bool:
        """Whether some node reads something else than the one before it."""
        pairs = pairwise(self.nodes)
        return any(before.name not in node.inputs for before, node in pairs) or len(self._readings) > len(self.nodes)

    @property
    def _readings(self) -> set[tuple[str, str]]:
        """Which node reads which of the tensors that change."""
        known = {*self.inputs, *(node.name for node in self.nodes)}
        return {(node.name, name) for node in self.nodes for name in node.inputs if name in known}

    @property
    def result(self) -> str:
        """The node whose values leave."""
        return self.nodes[-1].name


def cut(graph: Graph, interval: int) -> list[Segment]:
    """Segments, each after those that it reads from.

    Args:
        interval: cycles a frame, which says how many positions a convolution computes at once.
    """
    runs: list[list[Node]] = []
    tail: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if isinstance(node.op, Input | Constant):
            continue
        varying = varying_inputs(graph, node)
        run = tail.get(varying[0]) if len(varying) == 1 else None
        if run is not None and _follows(graph, run, node, interval):
            del tail[run[-1].name]
            run.append(node)
        else:
            run = [node]
            runs.append(run)
        tail[node.name] = run
    return _tail_joined(graph, [Segment(tuple(run), varying_inputs(graph, run[0])) for run in runs])


def _tail_joined(graph: Graph, segments: list[Segment]) -> list[Segment]:
    """What follows a vector alone, branches that meet again included, is one segment: a softmax."""
    if len(graph.outputs) != 1:
        return segments
    for start in range(1, len(segments)):
        rest = segments[start:]
        inside = {node.name for segment in rest for node in segment.nodes}
        entering = {name for segment in rest for name in segment.inputs if name not in inside}
        light = not any(isinstance(node.op, Linear | Scan) for segment in rest for node in segment.nodes)
        if len(entering) == 1 and light and len(graph.shapes[next(iter(entering))]) == 1:
            nodes = tuple(node for node in graph.nodes if node.name in inside)
            return [*segments[:start], Segment(nodes, tuple(entering))]
    return segments


def varying_inputs(graph: Graph, node: Node) -> tuple[str, ...]:
    """The tensors that a node reads and that are no constants, each once."""
    return tuple(dict.fromkeys(name for name in node.inputs if not isinstance(graph[name].op, Constant)))


def _follows(graph: Graph, run: list[Node], node: Node, interval: int) -> bool:
    """Whether a node is computed with the run that it reads, without a stream between."""
    last = run[-1].name
    if len(graph.consumers[last]) > 1 or last in graph.outputs:
        return False
    if is_local(graph, node):
        return True
    return _pools(graph, run, node, interval)


def _pools(graph: Graph, run: list[Node], node: Node, interval: int) -> bool:
    """A pool whose windows do not overlap takes what a convolution gives at once, where that costs no more positions.

    A convolution that has more cycles than positions computes one at a time, and a pool behind it waits for its own. A
    third more is worth the stream and the window between the two.
    """
    op = node.op
    if not isinstance(op, MaxPool | AveragePool) or not isinstance(run[0].op, Conv1D | Conv2D):
        return False
    found = reach(op)
    if found is None or found.span > found.stride or found.before or found.after:
        return False
    rows, pooled = (graph.shapes[name][0] for name in (node.inputs[0], node.name))
    if 3 * -(-pooled // interval) * found.stride > 4 * -(-rows // interval):
        return False
    return places_of(graph, [*run, node], 1) is not None
