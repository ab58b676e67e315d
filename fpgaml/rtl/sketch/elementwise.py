"""What is done element by element: rounding, clamping, tables, choices, sums and products of two tensors."""

from __future__ import annotations

from math import ceil, log2, prod
from typing import cast

import numpy as np

from fpgaml.cost.memories import block_rams
from fpgaml.cost.rates import BLOCK_BITS, CHOICE, CLAMPED, COMPARATOR, INCREMENT, TABLE
from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Choose, GroupSort, LeakyRelu, Linear, Lookup, Quantize, Relu, Scale
from fpgaml.graph.types import Overflow, Rounding
from fpgaml.rtl.delays import ADDER, CARRY, LEVEL
from fpgaml.rtl.netlist import MEMORY_INDEX_BITS
from fpgaml.rtl.sketch.drawing import Drawing
from fpgaml.rtl.sketch.sums import Trees, digits_of, multiplied, tree

CLAMP_INPUTS = 6
"""Of a LUT that says whether a value fits."""


def quantize(drawing: Drawing, node: Node) -> None:
    """A carry where it rounds and nothing else does so for it, a clamp where values can be outside."""
    op, (source,) = cast(Quantize, node.op), node.inputs
    graph, quantizer = drawing.graph, op.quantizer
    before, width = graph.ranges[source], drawing.bits(node.name)
    moment = drawing.begin(node)
    begun = moment.stage
    rounds = bool((np.broadcast_to(quantizer.type.fractional, before.shape) < before.fractional).any())
    if rounds and quantizer.rounding not in (Rounding.TRN, Rounding.TRN_ZERO):
        summed = _is_sum(drawing, source)
        if not summed:
            drawing.add(node, lut=INCREMENT * width)
        levels = drawing.chain(moment, 0 if summed else 1, drawing.mean_width(node.name))
        moment = levels[-1] if levels else moment
        begun = begun if summed else moment.stage
    if quantizer.overflow is not Overflow.WRAP and op.overflows(before):
        drawing.add(node, lut=CLAMPED * width)
        above = max(drawing.mean_width(source) - drawing.mean_width(node.name), 1)
        stage, moment = drawing.after(moment, LEVEL * (1 if above < CLAMP_INPUTS else 2))
        begun = begun if rounds else stage
    drawing.end(node, begun, moment)


def _is_sum(drawing: Drawing, name: str) -> bool:
    """Whether adders made a node, so that half a step is one more term."""
    node = drawing.graph[name]
    if node.op.moves_only or isinstance(node.op, Relu):
        return _is_sum(drawing, node.inputs[0])
    return isinstance(node.op, Linear | Scale)


def relu(drawing: Drawing, node: Node) -> None:
    """A clamp at zero; one that a saturating quantizer follows is that one's."""
    (source,) = node.inputs
    negative = drawing.graph.ranges[source].low < 0
    readers = drawing.graph.consumers[node.name]
    taken = bool(readers) and all(
        isinstance(each.op, Quantize) and each.op.quantizer.overflow is Overflow.SAT for each in readers
    )
    moment = drawing.begin(node)
    if not negative.any() or taken:
        drawing.end(node, moment.stage, moment)
        return
    drawing.add(node, lut=CLAMPED * float(drawing.widths(node.name)[np.asarray(negative, dtype=bool)].sum()))
    stage, after = drawing.after(moment, LEVEL)
    drawing.end(node, stage, after)


def lookup(drawing: Drawing, node: Node) -> None:
    """A table in LUTs, or a memory."""
    (source,) = node.inputs
    index, width = drawing.mean_width(source), drawing.mean_width(node.name)
    elements = int(np.count_nonzero(drawing.widths(node.name)))
    bits = ceil(index)
    entries = cast(Lookup, node.op).table.integers.size
    held = min(1 << bits, entries) * width
    memory = bits >= MEMORY_INDEX_BITS or (drawing.memory_bits is not None and held >= drawing.memory_bits)
    if memory:
        wide = ceil(width)
        blocks = block_rams(bits, wide) if drawing.memory_bits is not None else -(-(wide << bits) // BLOCK_BITS)
        drawing.add(node, bram=elements * blocks)
    else:
        drawing.add(node, lut=elements * TABLE * width * 2.0 ** max(index - 6, 0))
    extra = max(bits - 6, 0)
    stage, moment = drawing.after(
        drawing.begin(node), LEVEL + 0.2 * min(extra, 3) + 0.5 * max(extra - 3, 0), memory=memory
    )
    drawing.end(node, stage, moment)


def scale(drawing: Drawing, node: Node) -> None:
    """A constant factor by its signed digits, and an offset."""
    op = cast(Scale, node.op)
    elements = float(np.count_nonzero(drawing.needed[node.name]))
    width = (drawing.mean_width(node.inputs[0]) + drawing.mean_width(node.name)) / 2
    digits, offset = digits_of(op.factor), np.count_nonzero(op.offset.integers) / op.offset.integers.size
    drawing.add(node, lut=elements * (float(np.maximum(digits - 1, 0).mean()) + offset) * width)
    begin, terms = drawing.begin(node), float(digits.mean()) + offset
    deepest = float(digits.max(initial=0)) + (1 if offset else 0)
    drawing.end(node, *tree(drawing, node, begin, Trees(elements * terms, deepest, elements)))


def added(drawing: Drawing, node: Node) -> None:
    """One adder an element; with a constant as well."""
    drawing.add(node, lut=drawing.bits(node.name))
    moment = drawing.chain(drawing.begin(node), 1, drawing.mean_width(node.name))[-1]
    drawing.end(node, moment.stage, moment)


def product(drawing: Drawing, node: Node) -> None:
    """Products element by element."""
    constants = [name for name in node.inputs if not drawing.varies(name)]
    elements = prod(drawing.graph.shapes[node.name])
    if not constants:
        multiplied(drawing, node, elements)
        return
    value = drawing.graph[constants[0]].op.run(()).integers  # of a batch of one
    low = np.asarray(np.maximum(np.vectorize(lambda n: (abs(int(n)) ^ 3 * abs(int(n))).bit_count())(value) - 1, 0))
    drawing.add(node, lut=float(low.mean()) * elements * drawing.mean_width(node.name))
    levels = drawing.chain(drawing.begin(node), ceil(log2(float(low.max()) + 1)), drawing.mean_width(node.name))
    moment = levels[-1] if levels else drawing.begin(node)
    drawing.end(node, drawing.begin(node).stage, moment)


def extreme(drawing: Drawing, node: Node) -> None:
    """The larger or the smaller of two: a comparison and a choice."""
    width = drawing.mean_width(node.name)
    drawing.add(node, lut=(COMPARATOR + CHOICE) * drawing.bits(node.name))
    stage, moment = drawing.after(drawing.begin(node), ADDER + CARRY * max(width - 1, 0) + LEVEL)
    drawing.end(node, stage, moment)


def choose(drawing: Drawing, node: Node) -> None:
    """A choice for each option but the first."""
    options = len(node.inputs) - 1 if isinstance(node.op, Choose) else 2
    drawing.add(node, lut=(options - 1) * CHOICE * drawing.bits(node.name))
    stage, moment = drawing.after(drawing.begin(node), LEVEL * max(options - 1, 1))
    drawing.end(node, stage, moment)


def leaky(drawing: Drawing, node: Node) -> None:
    """A choice between the value and itself, shifted."""
    assert isinstance(node.op, LeakyRelu)
    choose(drawing, node)


def sort(drawing: Drawing, node: Node) -> None:
    """A network of comparisons and choices: a round of half as many for each round of Batcher's merge sort."""
    group = cast(GroupSort, node.op).group
    rounds = ceil(log2(group)) * (ceil(log2(group)) + 1) // 2 if group > 1 else 0
    bits, width = drawing.bits(node.name), drawing.mean_width(node.name)
    drawing.add(node, lut=rounds * bits * (COMPARATOR / 2 + CHOICE))
    begin = moment = drawing.begin(node)
    for _ in range(rounds):
        stage, moment = drawing.after(moment, ADDER + CARRY * max(width - 1, 0) + LEVEL)
        drawing.add(node, ff=bits if stage > begin.stage else 0)
    drawing.end(node, begin.stage, moment)


def moved(drawing: Drawing, node: Node) -> None:
    """Wires alone."""
    drawing.moments[node.name] = drawing.begin(node)


def plain(drawing: Drawing, node: Node) -> None:
    """What no rule is for: a LUT a bit."""
    drawing.add(node, lut=drawing.bits(node.name))
    stage, moment = drawing.after(drawing.begin(node), LEVEL)
    drawing.end(node, stage, moment)
