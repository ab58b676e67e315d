"""What a Graph would take if it were unrolled: from its weights and types alone, in a moment."""

from __future__ import annotations

from collections import defaultdict
from math import prod

import numpy as np

from fpgaml.cost.rates import SHARING
from fpgaml.cost.resources import Cost, Estimate
from fpgaml.graph.digits import digit_count
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input, Linear, Lookup, Quantize, Scale
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import Rounding


def estimate_graph(graph: Graph) -> Estimate:
    """LUTs of a graph if it were unrolled, by counting the signed digits of its weights; ff and dsp are 0."""
    layers: dict[str, float] = defaultdict(float)
    for name, luts in estimate_nodes(graph).items():
        layers[graph[name].source or name] += luts
    return Estimate({name: Cost(round(luts)) for name, luts in layers.items()})


def estimate_nodes(graph: Graph) -> dict[str, float]:
    """The same, node by node."""
    return {node.name: _node_luts(graph, node) for node in graph.nodes}


def _node_luts(graph: Graph, node: Node) -> float:
    op, elements = node.op, prod(graph.shapes[node.name])
    if isinstance(op, Linear):
        digits = digit_count(op.kernel.integers.flat)
        repeats = op.repeats(graph.shapes[node.inputs[0]])
        additions = max(digits * repeats - elements, 0) + (elements if op.bias is not None else 0)
        entering, leaving = (float(graph.types[name].width.mean()) for name in (node.inputs[0], node.name))
        return SHARING * additions * (entering + leaving) / 2
    if isinstance(op, Input):
        return 0.0
    if isinstance(op, Scan):
        return graph.shapes[node.inputs[0]][0] * sum(estimate_nodes(op.cell).values())
    width = float(np.maximum(graph.types[node.name].width, 0).mean())
    if isinstance(op, Scale):
        return _scale_additions(graph, node) * width
    if isinstance(op, Lookup):
        return elements * width * max(1.0, 2.0 ** (int(op.domain.width) - 6))
    if isinstance(op, Quantize):
        return elements * width * (1.0 if op.quantizer.rounding != Rounding.TRN else 0.5)
    return elements * width


def _scale_additions(graph: Graph, node: Node) -> float:
    """Adders of a Scale: one a signed digit of each factor but the first, one for an offset."""
    op, elements = node.op, prod(graph.shapes[node.name])
    assert isinstance(op, Scale)
    digits = digit_count(op.factor.integers.flat) * elements / op.factor.integers.size
    offsets = np.count_nonzero(op.offset.integers) * elements / op.offset.integers.size
    return max(digits - elements, 0.0) + offsets
