"""SOFTMAX as the reference kernels compute it: in 32-bit fixed point for int8, with two tables for int16.

Source: LiteRT, `reference/softmax.h`; gemmlowp, `one_over_one_plus_x_for_x_in_0_1`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import exp

import numpy as np

from fpgaml.frontends.tflite.activations import split
from fpgaml.frontends.tflite.arithmetic import (
    exp_on_negative_values,
    high_mul,
    int16_table,
    quantize_multiplier,
    rounding_divide_by_pot,
)
from fpgaml.frontends.tflite.layer import TfliteLayer, Value
from fpgaml.frontends.tflite.requantise import rescaled, twice_rounded
from fpgaml.frontends.tflite.schema import TensorType
from fpgaml.graph.ops import Add, Constant, Lookup, Multiply, Quantize, Reduce, Reduction, Subtract
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

MOST_CLASSES = 1 << 10
SUM_BITS = 19
"""Fractional bits of int8's sums, gemmlowp's Q12.19."""
FORTY_EIGHT_SEVENTEENTHS, THIRTY_TWO_SEVENTEENTHS = 1515870810, 1010580540
"""48 / 17 and 32 / 17 in Q2.29: the start of Newton's method for a reciprocal."""


def softmax(layer: TfliteLayer) -> Value:
    """SOFTMAX: beta; over the last axis."""
    x, out, op = layer.input(0), layer.output, layer.operator
    if x.kind != out.kind:
        raise layer.unsupported(f"{x.kind.name.lower()} to {out.kind.name.lower()}")
    classes = x.shape[-1] if x.shape else 1
    if classes > MOST_CLASSES:
        raise layer.unsupported(f"it has {classes} classes", "Cut the model before it: the largest logit is the same")
    beta = np.float32(op.real(0))
    if not (np.isfinite(beta) and beta > 0):
        raise layer.wrong(f"its beta is {beta}")
    zero = layer.zero_point(out)
    if x.kind == TensorType.INT8:
        if zero != -128 or abs(float(layer.scaling(out).scale) * 256 - 1) > 0.001:
            raise layer.wrong("its output must have the scale 1 / 256 and the zero point -128")
        return Value(zero, centred=_int8(layer, _below_largest(layer), classes, float(beta)))
    else:
        return Value(zero, codes=_int16(layer, _below_largest(layer), classes, beta))


def _below_largest(layer: TfliteLayer) -> str:
    """max(x) - x, at least 0."""
    node, _ = layer.either(layer.input(0))
    largest = layer.add(Reduce(Reduction.MAX, (-1,)), node, suffix="max")
    difference = layer.add(Subtract(), largest, node, suffix="difference")
    bits = 16 if layer.input(0).kind == TensorType.INT16 else 8
    # inference knows neither that the largest is one of them: the difference is never negative
    kept = Quantizer(FixedType(0, bits, 0), Rounding.TRN, Overflow.WRAP)
    return layer.add(Quantize(kept), difference, suffix="distance")


def _int8(layer: TfliteLayer, distance: str, classes: int, beta: float) -> str:
    """exp by a table of 31 bits, 1 / sum by Newton's method, the product to 8 bits."""
    exponentials = _exponentials(layer, beta)
    domain = FixedType(0, 8, 0)
    exponential = layer.add(Lookup(domain, FixedArray(_ints(exponentials), 31)), distance, suffix="exp")
    shares = [rounding_divide_by_pot(e, 12) for e in exponentials]
    share = layer.add(Lookup(domain, FixedArray(_ints(shares), SUM_BITS)), distance, suffix="share")
    total = layer.add(Reduce(Reduction.SUM, (-1,)), share, suffix="total")
    half, step = _normalised(layer, total, classes, SUM_BITS)
    inverse = _reciprocal(layer, half)
    product = _product(layer, inverse, exponential, FixedType(0, 1, 31), "product")
    scaled = layer.add(Multiply(), product, step, suffix="scaled")
    return _quantized(layer, layer.scale(scaled, 256, 0, suffix="codes"), FixedType(0, 8, 0), "", Overflow.SAT)


def _exponentials(layer: TfliteLayer, beta: float) -> list[int]:
    """exp(-d * beta * scale) in Q0.31 for every distance d of codes, 0 beyond the kernel's radius."""
    real = min(beta * float(layer.scaling(layer.input(0)).scale) * (1 << 26), float((1 << 31) - 1))
    if real <= 1:
        raise layer.unsupported("its input's scale is so small that LiteRT's own kernel refuses it")
    multiplier, shift = quantize_multiplier(real)
    radius = int((31.0 * (1 << 26)) // (1 << shift))
    values = []
    for distance in range(256):
        raw = high_mul(-distance << shift, multiplier) if distance <= radius else None
        values.append(0 if raw is None else exp_on_negative_values(raw, 5))
    return values


def _normalised(layer: TfliteLayer, total: str, classes: int, bits: int) -> tuple[str, str]:
    """A sum s >= 2**-bits' unit of at least 1 as h = s * 2**-(k + 1) in [1/2, 1), and 2**-k, with k = floor(log2 s)."""
    whole = classes.bit_length()
    high = _quantized(layer, total, FixedType(0, whole, 0), "whole", Overflow.WRAP, Rounding.TRN)
    powers = [max(n, 1).bit_length() - 1 for n in range(1 << whole)]
    factors = FixedArray(_ints([1 << (whole - power) for power in powers]), whole)
    step = layer.add(Lookup(FixedType(0, whole, 0), factors), high, suffix="power")
    ratio = layer.add(Multiply(), total, step, suffix="ratio")
    half = layer.scale(ratio, 1, 1, suffix="half")
    return _quantized(layer, half, FixedType(0, 0, bits + 1 + whole), "half_kept", Overflow.WRAP, Rounding.TRN), step


def _reciprocal(layer: TfliteLayer, half: str) -> str:
    """1 / (2 h) in Q0.31 for h in [1/2, 1): three steps of Newton's method in Q2.29."""
    f2 = FixedType(1, 2, 29)
    start = _quantized(layer, layer.scale(half, -THIRTY_TWO_SEVENTEENTHS, 29, suffix="start"), f2, "start_kept")
    x = _sum(layer, start, FORTY_EIGHT_SEVENTEENTHS, "x0")
    for turn in (1, 2, 3):
        product = _product(layer, half, x, f2, f"hx{turn}")
        rest = layer.scale(product, -1, 0, 1, suffix=f"rest{turn}")
        correction = _product(layer, x, rest, FixedType(1, 4, 27), f"correction{turn}")
        x = _quantized(layer, layer.add(Add(), x, correction, suffix=f"x{turn}_sum"), f2, f"x{turn}")
    return _quantized(layer, layer.scale(x, 1, 1, suffix="inverse_half"), FixedType(0, 0, 31), "inverse", Overflow.SAT)


def _sum(layer: TfliteLayer, node: str, constant: int, suffix: str) -> str:
    """node + constant * 2**-29."""
    shape = (1,) * len(layer.shape(node))
    value = layer.add(Constant(FixedArray(np.full(shape, constant, dtype=np.int64), 29)), suffix=f"{suffix}_constant")
    return layer.add(Add(), node, value, suffix=suffix)


def _product(layer: TfliteLayer, a: str, b: str, kind: FixedType, suffix: str) -> str:
    """a * b as gemmlowp rounds it: to nearest, ties up."""
    return _quantized(layer, layer.add(Multiply(), a, b, suffix=f"{suffix}_exact"), kind, suffix)


def _quantized(
    layer: TfliteLayer,
    node: str,
    kind: FixedType,
    suffix: str,
    overflow: Overflow = Overflow.WRAP,
    rounding: Rounding = Rounding.RND,
) -> str:
    return layer.add(Quantize(Quantizer(kind, rounding, overflow)), node, suffix=suffix)


def _ints(numbers: Sequence[int]) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def _int16(layer: TfliteLayer, distance: str, classes: int, beta: np.float32) -> str:
    """exp and 1 / (1 + x) by interpolation in tables of 513 entries, the product to 15 bits."""
    scale = np.float32(layer.scaling(layer.input(0)).scale * beta)
    negated = layer.scale(distance, -1, 0, suffix="negated")
    factor = twice_rounded(layer, [float(scale) / (10.0 / 65535.0)])
    argument = layer.shifted(rescaled(layer, negated, factor, "argument"), 32767, "recentred")
    argument = _quantized(layer, argument, FixedType(1, 15, 0), "clamped", Overflow.SAT, Rounding.TRN)
    step = 10.0 / 65535
    exponential = _interpolated(layer, argument, exp, step * (-32768 - 32767), step * (32767 - 32767), "exp")
    total = layer.add(Reduce(Reduction.SUM, (-1,)), exponential, suffix="total")
    # sums are at least 32767, the largest one's own share, just below a power of two: units of 2**-14
    scaled = layer.scale(total, 1, 14, suffix="units")
    half, step_node = _normalised(layer, scaled, 2 * classes, 14)
    shifted = layer.scale(half, 1 << 17, 0, suffix="seventeen")
    rounded = _quantized(layer, shifted, FixedType(0, 18, 0), "shifted_sum")
    recentred = layer.shifted(rounded, -((1 << 15) + (1 << 16)), "sum_recentred")
    recentred = _quantized(layer, recentred, FixedType(1, 15, 0), "sum_clamped", Overflow.SAT, Rounding.TRN)
    unit = 1.0 / 65535
    inverse = _interpolated(layer, recentred, lambda v: 1.0 / (1.0 + v), 0.0, unit * (32767 + 32768), "inverse")
    product = layer.add(Multiply(), exponential, inverse, suffix="product")
    product = layer.add(Multiply(), product, step_node, suffix="scaled")
    return _quantized(layer, layer.scale(product, 1, 14, suffix="result"), FixedType(0, 15, 0), "", Overflow.SAT)


def _interpolated(
    layer: TfliteLayer, x: str, function: Callable[[float], float], low: float, high: float, suffix: str
) -> str:
    """base + ((slope * offset + 64) >> 7) of an int16 (LUTLookup), as an integer."""
    table = int16_table(function, low, high)
    index, offset = split(layer, x, 7, suffix)
    domain = FixedType(1, 8, 0)
    base = layer.add(Lookup(domain, FixedArray(_ints(table[:-1]), 0)), index, suffix=f"{suffix}_base")
    slopes = [b - a for a, b in pairwise(table)]
    slope = layer.add(Lookup(domain, FixedArray(_ints(slopes), 7)), index, suffix=f"{suffix}_slope")
    part = layer.add(Multiply(), slope, offset, suffix=f"{suffix}_part")
    kind = layer.graph.type(part).uniform()
    rounded = _quantized(layer, part, FixedType(int(kind.signed), int(kind.integer) + 1, 0), f"{suffix}_delta")
    total = layer.add(Add(), base, rounded, suffix=f"{suffix}_sum")
    return _quantized(layer, total, FixedType(1, 15, 0), suffix, Overflow.WRAP, Rounding.TRN)
