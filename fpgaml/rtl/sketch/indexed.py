"""Elements by an index: trees of choices, and gated terms in trees of adders."""

from __future__ import annotations

from math import ceil, log2, prod

from fpgaml.cost.rates import CHOICE
from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Gather, ScatterAdd
from fpgaml.rtl.delays import LEVEL
from fpgaml.rtl.sketch.drawing import Drawing
from fpgaml.rtl.sketch.sums import Trees, tree


def gather(drawing: Drawing, node: Node) -> None:
    """A choice for each option but the first; a LUT chooses one of four."""
    assert isinstance(node.op, Gather)
    size = drawing.graph.shapes[node.inputs[0]][node.op.axis]
    drawing.add(node, lut=(size - 1) * CHOICE * drawing.bits(node.name))
    stage, moment = drawing.after(drawing.begin(node), LEVEL * max(ceil(log2(size) / 2), 1))
    drawing.end(node, stage, moment)


def scatter(drawing: Drawing, node: Node) -> None:
    """Terms behind gates, which are in their adders' LUTs, and an index decoded for each place."""
    op = node.op
    assert isinstance(op, ScatterAdd)
    terms, index = (drawing.graph.shapes[name] for name in node.inputs)
    outputs, each = prod(drawing.graph.shapes[node.name]), terms[op.axis]
    drawing.add(node, lut=outputs * (each - 1) * drawing.mean_width(node.name) + op.size * prod(index))
    _, moment = drawing.after(drawing.begin(node), 2 * LEVEL)
    drawing.end(node, *tree(drawing, node, moment, Trees(each * outputs, each, outputs)))
