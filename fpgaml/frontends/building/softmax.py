"""Softmax with the Graph's primitives: two tables, a sum, a product."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.tables import entries, points
from fpgaml.graph.functions import Reals
from fpgaml.graph.ops import Lookup, Multiply, Operation, Quantize, Reduce, Reduction, Subtract, uniform_quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import quantize_reals

DISTANCE_INTEGER, DISTANCE_FRACTION = 4, 8
"""Bits of the distance to the largest logit: up to 16 (exp(-16) = 1e-7) in steps of 2**-8."""
TABLE_FRACTION = 17
"""Fractional bits of both tables' entries, which lie in [0, 1]: 18 bits, a DSP's narrow port."""
SUM_BITS, SUM_FRACTION_MIN, SUM_FRACTION_MAX = 13, 8, 10
"""The sum's fractional bits: what is left of 13 bits, between 8 and 10."""
MOST_CLASSES = 255
OUTPUT = FixedType(0, 1, 16)
"""Of the probabilities, so that 1 itself can be written: ap_ufixed<17,1>."""


def softmax(layer: Emitter, x: str, axes: tuple[int, ...] = (-1,)) -> str:
    """exp(x) / sum(exp(x)) along axes, by tables.

    With t = max(x) - x, kept as ap_ufixed<12,4> (step 2**-8, saturating at 16):
    e = exp(-t) from a table of 4096 entries with 17 fractional bits, s = sum(e) rounded to 8 to 10
    fractional bits (13 bits in all up to 7 classes, 16 bits at most), r = 1 / s from a table of that many
    bits with 17 fractional bits, and e * r rounded to `OUTPUT`.

    The largest error: rounding t changes a probability p by at most 2 p (1-p) 2**-9 <= 2**-10, rounding s
    by at most p 2**-9 (2**-11 up to 7 classes), the tables by less than 2**-15 for 100 classes: below
    2**-8 in all, with `OUTPUT`'s own half step.

    With a precision the arguments, the entries and the result are rounded as that says; the product is exact.

    Args:
        layer: gets the nodes, which are called `<label>_softmax` and so on.
        x: the logits' node; axes: those that the classes lie along.

    Raises:
        FpgamlError: more than 255 classes.
    """
    classes = prod(layer.shape(x)[axis] for axis in axes)
    if classes > MOST_CLASSES:
        raise FpgamlError(
            layer.label,
            f"a softmax over {classes} classes needs a table of more than 16 bits",
            "Cut the model before the softmax: the largest logit is the same class",
        )

    def add(op: Operation, *inputs: str, suffix: str = "") -> str:
        return layer.add(op, *inputs, suffix=f"softmax_{suffix}".rstrip("_"))

    largest = add(Reduce(Reduction.MAX, axes), x, suffix="max")
    distance = add(Subtract(), largest, x, suffix="distance")
    needed = layer.graph.type(distance).uniform()
    integer = max(min(DISTANCE_INTEGER, int(needed.integer)), 0)
    fraction = max(min(DISTANCE_FRACTION, int(needed.fractional)), 1 - integer)
    rounded, domain = _argument(layer, distance, FixedType(0, integer, fraction), "distance_rounded")
    exponential = add(_table(layer, domain, lambda t: np.exp(-t), "exp"), rounded, suffix="exp")
    total = add(Reduce(Reduction.SUM, axes), exponential, suffix="sum")
    bits = classes.bit_length()
    usual = FixedType(0, bits, min(max(SUM_BITS - bits, SUM_FRACTION_MIN), SUM_FRACTION_MAX))
    rounded, domain = _argument(layer, total, usual, "sum_rounded")
    # The largest logit's own exponential is 1: sums below 1 do not occur.
    inverse = add(_table(layer, domain, lambda s: 1.0 / np.maximum(s, 1.0), "inverse"), rounded, suffix="inverse")
    product = add(Multiply(), exponential, inverse, suffix="product")
    if layer.precision is not None:
        return product
    layer.note(
        f"softmax by tables: the distance to the largest logit rounded to {fraction} fractional bits, the sum to "
        f"{int(usual.fractional)}, both tables to {TABLE_FRACTION}, the result to {int(OUTPUT.fractional)}"
    )
    last = uniform_quantize(int(OUTPUT.signed), int(OUTPUT.integer), int(OUTPUT.fractional))
    return add(last, product)


def _argument(layer: Emitter, x: str, usual: FixedType, suffix: str) -> tuple[str, FixedType]:
    """A table's argument, rounded, and the type that the table is over."""
    if layer.precision is not None:
        node = layer.precision.argument(layer, x, usual)
        return node, layer.uniform(node)
    kept = Quantizer(usual, Rounding.RND, Overflow.SAT)
    return layer.add(Quantize(kept), x, suffix=f"softmax_{suffix}"), usual


def _table(layer: Emitter, domain: FixedType, function: Callable[[Reals], Reals], what: str) -> Lookup:
    values = function(points(domain))
    kept = Quantizer(FixedType(0, 1, TABLE_FRACTION), Rounding.RND, Overflow.SAT)
    return Lookup(
        domain, quantize_reals(values, kept) if layer.precision is None else entries(layer, values, what, kept)
    )
