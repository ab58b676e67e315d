"""How much work an event is."""

from __future__ import annotations

from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Linear
from fpgaml.graph.ops.scan import Scan


def multiplications(graph: Graph) -> int:
    """By weights, for one event."""
    total = 0
    for node in graph.nodes:
        if isinstance(node.op, Linear):
            total += node.op.kernel.integers.size * node.op.repeats(graph.shapes[node.inputs[0]])
        elif isinstance(node.op, Scan):
            total += multiplications(node.op.cell) * graph.shapes[node.inputs[0]][0]
    return total
