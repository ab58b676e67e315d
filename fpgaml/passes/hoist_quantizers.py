"""Move uniform quantizers before what only moves values, where the operation that computes can apply them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Move, Quantize
from fpgaml.passes.base import Pass


@dataclass(frozen=True)
class HoistQuantizers(Pass):
    """A quantizer that treats all elements alike gives the same values before a move as after it; zero stays zero.

    It stays behind a move that leaves elements out: before it, there would be more to quantize.
    """

    name: ClassVar[str] = "hoist-quantizers"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit."""
        while True:
            pair = self._find(graph)
            if pair is None:
                return graph
            graph = self._swap(graph, *pair)

    def _find(self, graph: Graph) -> tuple[Node, Node] | None:
        for node in graph.nodes:
            if not isinstance(node.op, Quantize) or not node.op.quantizer.type.is_uniform:
                continue
            before = graph[node.inputs[0]]
            alone = len(graph.consumers[before.name]) == 1 and before.name not in graph.outputs
            if isinstance(before.op, Move) and before.op.keeps_all and alone:
                return before, node
        return None

    def _swap(self, graph: Graph, move: Node, quantize: Node) -> Graph:
        # The names change places too, so that whatever read the quantizer still reads the last of the two.
        first = Node(move.name, quantize.op, move.inputs, quantize.source)
        second = Node(quantize.name, move.op, (move.name,), move.source)
        swapped = graph.rewired({move.name: (first,), quantize.name: (second,)})
        return replace(swapped, layers={})
