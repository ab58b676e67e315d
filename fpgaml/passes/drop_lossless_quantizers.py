"""Take out quantizers whose type already holds every value that reaches them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Quantize
from fpgaml.passes.base import Pass


@dataclass(frozen=True)
class DropLosslessQuantizers(Pass):
    """A quantizer that neither rounds nor overflows any value in its input's range changes nothing."""

    name: ClassVar[str] = "drop-lossless-quantizers"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit, under the same names."""
        gone = {
            node.name: node.inputs[0]
            for node in graph.nodes
            if node.name not in graph.outputs and self._changes_nothing(graph, node)
        }
        return graph.rewired(redirected=gone) if gone else graph

    def _changes_nothing(self, graph: Graph, node: Node) -> bool:
        if not isinstance(node.op, Quantize):
            return False
        before, after = graph.ranges[node.inputs[0]], graph.ranges[node.name]
        unit = max(before.unit, after.unit)
        # Any rounding makes the step coarser, any overflow moves an end of the range.
        return np.array_equal(before.fractional, after.fractional) and all(
            np.array_equal(a, b) for a, b in zip(before.at(unit), after.at(unit), strict=True)
        )
