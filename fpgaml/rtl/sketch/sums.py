"""Sums: of products with constants, of products of two tensors, of windows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log2, prod
from typing import cast

import numpy as np

from fpgaml.cost.rates import CHOICE, COMPARATOR, LARGEST_LUT_MULTIPLIER
from fpgaml.graph.graph import Node
from fpgaml.graph.ops import AveragePool, Dense, Einsum, EinsumDense, Linear, MaxPool, Reduce, Reduction
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.delays import ADDER, CARRY, DSP_BITS, LEVEL, MULTIPLIER, WIDE_MULTIPLIER
from fpgaml.rtl.sketch.drawing import Drawing, Moment, Numbers

SHARED, OUTPUTS, DIGITS, DENSITY = 1.114, -0.070, -0.154, -0.144
"""Adder bits that alkaid leaves of one adder a signed digit: SHARED * outputs**OUTPUTS * digits an output**DIGITS *
part of the weights that are not zero**DENSITY.

Fitted to 116 random matrices of 4 to 160 inputs and 1 to 48 outputs: within a factor of 1.18 for 90 % of them."""


def shared(outputs: int, digits: float, density: float) -> float:
    """The part of a product's adder bits that is left where terms are shared.

    Args:
        digits: signed digits of all weights of an output, the mean; density: weights that are not zero, of all.
    """
    if digits <= 0 or density <= 0:
        return 1.0
    return float(min(SHARED * outputs**OUTPUTS * digits**DIGITS * density**DENSITY, 1.0))


def digits_of(value: FixedArray) -> Numbers:
    """Signed digits of each constant."""
    size = np.abs(value.integers)
    if size.dtype == object:
        counts = [(int(n) ^ 3 * int(n)).bit_count() for n in size.flat]
        return np.array(counts, dtype=np.float64).reshape(size.shape)
    return np.asarray(np.bitwise_count(size ^ 3 * size), dtype=np.float64)


@dataclass(frozen=True)
class Trees:
    """Sums that are added level by level.

    Args:
        terms: of all sums together; deepest: of the one with most; outputs: sums; part: of the adders that is left.
    """

    terms: float
    deepest: float
    outputs: float
    part: float = 1.0


def tree(drawing: Drawing, node: Node, moment: Moment, trees: Trees) -> tuple[int, Moment]:
    """The registers within trees of adders; LUTs are the caller's.

    Returns:
        The stage of the first level, and when the sums are there.
    """
    levels = ceil(log2(trees.deepest)) if trees.deepest > 1 else 0
    entering, leaving = drawing.mean_width(node.inputs[0]), drawing.mean_width(node.name)
    times = drawing.chain(moment, levels, leaving)
    begun = times[0].stage if times else moment.stage
    for level, (before, after) in enumerate(pairwise(times), start=1):
        if after.stage > before.stage:
            width = entering + (leaving - entering) * level / levels
            drawing.add(node, ff=max(trees.part * trees.terms / 2**level, trees.outputs) * width)
    return begun, times[-1] if times else moment


def linear(drawing: Drawing, node: Node) -> None:
    """Products with constants: an adder a signed digit, of which a part is left."""
    op = cast(Linear, node.op)
    graph, (source,) = drawing.graph, node.inputs
    needed = drawing.needed[node.name]
    repeats = op.repeats(graph.shapes[source]) * float(needed.mean())
    digits = digits_of(op.kernel)
    each = digits.sum(axis=_summed_axes(op))
    if isinstance(op, Dense):  # its outputs are the columns themselves
        columns = needed.reshape(-1, each.size).any(axis=0)
        each, repeats = each[columns], float(needed[..., columns].sum()) / max(int(columns.sum()), 1)
    if not each.size:
        drawing.end(node, drawing.begin(node).stage, drawing.begin(node))
        return
    terms = each + (np.count_nonzero(op.bias.integers) / op.bias.integers.size if op.bias is not None else 0.0)
    density = np.count_nonzero(digits) / digits.size
    part = shared(each.size, float(each.mean()), density)
    width = (drawing.mean_width(source) + drawing.mean_width(node.name)) / 2
    adders = part * float(np.maximum(each - 1, 0).sum()) + float((terms - each).sum())
    drawing.add(node, lut=adders * repeats * width)
    begin = drawing.begin(node)
    trees = Trees(float(terms.sum()) * repeats, float(terms.max()), each.size * repeats, part)
    drawing.end(node, *tree(drawing, node, begin, trees))


def _summed_axes(op: Linear) -> tuple[int, ...]:
    if isinstance(op, EinsumDense):
        _, letters, output = op.letters
        return tuple(n for n, letter in enumerate(letters) if letter not in output)
    return tuple(range(len(op.kernel.shape) - 1))


def multiplied(drawing: Drawing, node: Node, count: float) -> Moment:
    """So many products of two tensors."""
    first, second = (drawing.mean_width(name) for name in node.inputs)
    small, large = sorted((first, second))
    if small + large <= LARGEST_LUT_MULTIPLIER:
        drawing.add(node, lut=count * small * large)
    else:
        drawing.add(node, dsp=count * ceil(small / 17) * ceil(large / 26))
    delay = MULTIPLIER + WIDE_MULTIPLIER * (ceil(max(large, 1) / DSP_BITS) - 1)
    begun, moment = drawing.after(drawing.begin(node), delay)
    drawing.end(node, begun, moment)
    return moment


def einsum(drawing: Drawing, node: Node) -> None:
    """Sums of products of two tensors."""
    op = cast(Einsum, node.op)
    shapes = [drawing.graph.shapes[name] for name in node.inputs]
    terms, outputs = op.terms(shapes), prod(drawing.graph.shapes[node.name])
    moment = multiplied(drawing, node, terms * outputs)
    drawing.add(node, lut=outputs * (terms - 1) * drawing.mean_width(node.name))
    _, drawing.moments[node.name] = tree(drawing, node, moment, Trees(terms * outputs, terms, outputs))


def reduce(drawing: Drawing, node: Node) -> None:
    """Sums or extremes of windows, or along axes."""
    op, (source,) = node.op, node.inputs
    outputs, entering = prod(drawing.graph.shapes[node.name]), prod(drawing.graph.shapes[source])
    terms = prod(op.size) if isinstance(op, MaxPool | AveragePool) else entering // outputs
    width, begin = drawing.mean_width(node.name), drawing.begin(node)
    if isinstance(op, AveragePool) or (isinstance(op, Reduce) and op.kind is Reduction.SUM):
        drawing.add(node, lut=outputs * (terms - 1) * width)
        begun, moment = tree(drawing, node, begin, Trees(terms * outputs, terms, outputs))
        if isinstance(op, AveragePool):
            extra = float(np.maximum(digits_of(op.factor) - 1, 0).mean())
            drawing.add(node, lut=outputs * extra * width)
            moment = (drawing.chain(moment, ceil(log2(extra + 1)), width) or [moment])[-1]
        drawing.end(node, begun, moment)
        return
    drawing.add(node, lut=outputs * (terms - 1) * (COMPARATOR + CHOICE) * width)
    moment, alive = begin, float(outputs * terms)
    for _ in range(ceil(log2(terms)) if terms > 1 else 0):
        stage, moment = drawing.after(moment, ADDER + CARRY * max(width - 1, 0) + LEVEL)
        alive = max(alive / 2, outputs)
        if stage > begin.stage:
            drawing.add(node, ff=alive * width)
    drawing.end(node, begin.stage, moment)
