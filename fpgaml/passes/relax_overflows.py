"""Let quantizers wrap whose saturation can never act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Quantize
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import Overflow
from fpgaml.passes.base import Pass


@dataclass(frozen=True)
class RelaxOverflows(Pass):
    """A saturation that the ranges exclude, and that a tool which sees only types would build.

    A sum in [-2.1, 2.1] that is rounded into a type of [-4, 4[ never saturates; but its own type holds 3.99, which
    rounds to 4, so that HLS keeps a comparison and a choice for every element.
    """

    name: ClassVar[str] = "relax-overflows"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit."""
        relaxed = {node.name: (self._wrapping(node),) for node in graph.nodes if self._idle(graph, node)}
        return graph.rewired(relaxed) if relaxed else graph

    def _idle(self, graph: Graph, node: Node) -> bool:
        op = node.op
        if not isinstance(op, Quantize) or op.quantizer.overflow == Overflow.WRAP:
            return False
        before = node.inputs[0]
        held = ValueRange.of_type(graph.types[before].uniform(), graph.shapes[before])
        return op.overflows(held) and not op.overflows(graph.ranges[before])

    def _wrapping(self, node: Node) -> Node:
        assert isinstance(node.op, Quantize)
        return replace(node, op=Quantize(replace(node.op.quantizer, overflow=Overflow.WRAP)))
