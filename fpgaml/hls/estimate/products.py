"""Sums of products with weights, as HLS makes them: constants in LUTs and DSP blocks, or multipliers shared in time."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2, prod

import numpy as np

from fpgaml.cost.memories import block_rams
from fpgaml.cost.resources import Cost
from fpgaml.graph.digits import digit_count
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import EinsumDense, Linear
from fpgaml.graph.ranges import ValueRange
from fpgaml.hls.estimate.delays import MULTIPLY, Operator, add
from fpgaml.hls.settings import Strategy

UNSHARED = 0.7
"""LUTs a bit of an adder that multiplies by a constant or sums: HLS shares few terms, the synthesis packs some."""
SHARED = 0.5
"""The same where da4ml has looked for common terms, as in RTL (`fpgaml/cost/rates.py`)."""
FEW_DIGITS = 2
"""A product with a constant of so few signed digits is an addition, whatever its width."""
NARROW = 20
"""Bits of both factors together up to which a product is made of LUTs."""
IN_DSP = (Strategy.LATENCY, Strategy.RESOURCE)
"""Strategies that leave products to HLS; da4ml makes all of them of adders."""
DEEPEST_LUT_ROM = 64
"""Words of a ROM of LUTs; a longer one is block RAM."""


@dataclass(frozen=True)
class Products:
    """What one position of a linear operation multiplies and sums.

    Args:
        inputs: that one position reads; weights: how many there are; used: those that are not zero.
        outputs: sums; terms: of the longest one, its bias counted.
        additions: that constants and sums take in LUTs; dsp: constants that take a DSP block each.
        longest: signed digits of the longest constant in LUTs.
        entering, leaving: mean bits of an input and of a sum; weight: bits of a weight's type.
    """

    inputs: int
    weights: int
    used: int
    outputs: int
    terms: int
    additions: int
    dsp: int
    longest: int
    entering: float
    leaving: float
    weight: int


def products_of(graph: Graph, node: Node, strategy: Strategy, positions: int = 1) -> Products:
    """Those of a linear operation.

    Args:
        positions: that are computed at once, each with the same weights.
    """
    op = node.op
    assert isinstance(op, Linear)
    kernel, source = op.kernel.integers, node.inputs[0]
    entering, leaving = (float(np.maximum(graph.types[name].width, 0).mean()) for name in (source, node.name))
    sizes, counts = np.unique(abs(kernel), return_counts=True)  # most weights are equal to others
    used = additions = dsp = longest = 0
    for size, count in zip(map(int, sizes), map(int, counts), strict=True):
        digits = digit_count([size])
        odd = size >> max((size & -size).bit_length() - 1, 0)
        used += count * bool(size)
        if digits > FEW_DIGITS and entering + odd.bit_length() + 1 > NARROW and strategy in IN_DSP:
            dsp += count
        else:
            additions, longest = additions + count * max(digits - 1, 0), max(longest, digits)
    outputs = kernel.shape[-1] * positions
    biases = int(np.count_nonzero(op.bias.integers)) if op.bias is not None else 0
    terms = _longest_sum(kernel)
    if isinstance(op, EinsumDense) and positions > 1:
        outputs = max(prod(graph.shapes[node.name]), 1)
        terms = ceil(used * positions / outputs)
    return Products(
        inputs=prod(kernel.shape[:-1]) * positions,
        weights=kernel.size * positions,
        used=used * positions,
        outputs=outputs,
        terms=max(terms + bool(biases), 1),
        additions=additions * positions + max(used * positions - outputs, 0) + biases,
        dsp=dsp * positions,
        longest=longest,
        entering=entering,
        leaving=leaving,
        weight=int(ValueRange.of_constant(op.kernel).type().uniform().width),
    )


def _longest_sum(kernel: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> int:
    return int(np.count_nonzero(kernel.reshape(-1, kernel.shape[-1]), axis=0).max(initial=0))


def chain(found: Products) -> list[Operator]:
    """The longest way through them: a product, then a tree of adders."""
    entering = found.inputs * found.entering
    steps = [Operator(MULTIPLY, entering)] if found.dsp else []
    if not found.dsp:
        steps += [Operator(add(found.entering), entering)] * ceil(log2(max(found.longest, 1)))
    sums = float(found.used)
    for _ in range(ceil(log2(found.terms))):
        steps.append(Operator(add(found.leaving), max(sums, found.outputs) * found.leaving))
        sums /= 2
    return steps


def multipliers(found: Products, strategy: Strategy, reuse: int) -> int:
    """How many there are where they are shared; the resource strategy keeps those of zero weights."""
    return ceil((found.weights if strategy == Strategy.RESOURCE else found.used) / reuse)


def cost_of(found: Products, strategy: Strategy, reuse: int) -> Cost:
    """LUTs, registers that hold weights and sums, DSP blocks, ROMs."""
    if reuse == 1:
        share = SHARED if strategy == Strategy.DISTRIBUTED_ARITHMETIC else UNSHARED
        return Cost(lut=round(share * found.additions * (found.entering + found.leaving) / 2), dsp=found.dsp)
    count = multipliers(found, strategy, reuse)
    in_dsp = found.entering + found.weight > NARROW
    lut = count * (0.0 if in_dsp else found.entering * found.weight)
    lut += count * found.leaving  # each adds to a sum
    lut += count * found.entering * (reuse - 1) / 4  # and chooses its input
    word = count * found.weight
    deep = reuse > DEEPEST_LUT_ROM
    bram = block_rams((reuse - 1).bit_length(), word) if deep else 0
    lut += 0 if deep else word * max(reuse / 64, 0.25)
    ff = count * (found.entering + found.weight) + found.outputs * found.leaving
    dsp = count * -(-int(found.entering) // 27) * -(-found.weight // 18) if in_dsp else 0
    return Cost(lut=round(lut), ff=round(ff), dsp=dsp, bram=bram)
