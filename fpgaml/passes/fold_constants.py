"""Compute what depends on no input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Constant, Input
from fpgaml.graph.values import FixedArray
from fpgaml.passes.base import Pass


@dataclass(frozen=True)
class FoldConstants(Pass):
    """Operations on constants alone become constants."""

    name: ClassVar[str] = "fold-constants"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit; what only folded operations read stays, and is dead."""
        values: dict[str, FixedArray] = {}
        replaced: dict[str, tuple[Node, ...]] = {}
        for node in graph.nodes:
            if isinstance(node.op, Input) or not all(name in values for name in node.inputs):
                continue
            result = node.op.run([values[name] for name in node.inputs])
            values[node.name] = result
            if not isinstance(node.op, Constant):
                constant = Constant(FixedArray(result.integers[0], result.fractional))
                replaced[node.name] = (replace(node, op=constant, inputs=()),)
        return graph.rewired(replaced) if replaced else graph
