"""From sums to codes: a factor, its roundings, the zero point and the clamp, exactly as the kernels have them.

A 32-bit accumulator is multiplied by M * 2**(shift - 31) with two roundings: to 2**-r with r = max(-shift, 0), ties up,
then to an integer, ties away from zero (LiteRT, `MultiplyByQuantizedMultiplier`, double rounding). Where what is below
zero is clamped to zero, that is one rounding, ties up, of the product plus 2**-(r + 1): for x >= 0,
floor(floor(x * 2**r + 1/2) * 2**-r + 1/2) = floor(x + 2**-(r + 1) + 1/2), and both are at most 0 for x < 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fpgaml.frontends.building.shorten import Switches, shortest
from fpgaml.frontends.tflite.arithmetic import (
    HIGHEST_SHIFT,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    reduced_multiplier,
    round_half_away,
)
from fpgaml.frontends.tflite.layer import CODE_BITS, TfliteLayer, Value
from fpgaml.frontends.tflite.schema import Tensor
from fpgaml.graph.ops import Constant, Maximum, Minimum, Quantize, Scale
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

ACTIVATIONS = {0: (None, None), 1: (0.0, None), 2: (-1.0, 1.0), 3: (0.0, 6.0)}
"""The ends that a fused activation sets, by its number in the schema: none, relu, relu_n1_to_1, relu6."""


@dataclass(frozen=True)
class Rescaling:
    """Factors with their roundings, one or one a channel of the last axis.

    Args:
        numerators, bits: the factors n * 2**-bits.
        between: the fractional bits that a first rounding keeps, ties up; 0 for one rounding in all.
        rounding: of the one rounding, where there is one.
        left: the bits by which a 32-bit accumulator is shifted up before.
    """

    numerators: tuple[int, ...]
    bits: tuple[int, ...]
    between: tuple[int, ...]
    rounding: Rounding = Rounding.RND
    left: int = 0


def twice_rounded(layer: TfliteLayer, factors: Sequence[float]) -> Rescaling:
    """The rescaling of a 32-bit accumulator by real factors."""
    pairs = [_bounded(layer, factor) for factor in factors]
    return from_multipliers([m for m, _ in pairs], [shift for _, shift in pairs])


def from_multipliers(multipliers: Sequence[int], shifts: Sequence[int]) -> Rescaling:
    """The same, for multipliers and shifts."""
    return Rescaling(
        tuple(multipliers),
        tuple(31 - shift for shift in shifts),
        tuple(max(-shift, 0) for shift in shifts),
        left=max(0, *shifts),
    )


def once_rounded(layer: TfliteLayer, factors: Sequence[float]) -> Rescaling:
    """The rescaling of a 64-bit accumulator: 16 bits of the multiplier, one rounding."""
    pairs = [_bounded(layer, factor) for factor in factors]
    numerators = tuple(reduced_multiplier(multiplier) for multiplier, _ in pairs)
    return Rescaling(numerators, tuple(15 - shift for _, shift in pairs), (0,) * len(pairs))


def _bounded(layer: TfliteLayer, factor: float) -> tuple[int, int]:
    multiplier, shift = quantize_multiplier(factor)
    if shift > HIGHEST_SHIFT:
        raise layer.wrong(f"its scales ask for the factor {factor:g}, which no kernel applies")
    return multiplier, shift


def rescaled(layer: TfliteLayer, node: str, rescaling: Rescaling, suffix: str = "") -> str:
    """A node of integers times its factors, rounded to integers."""
    scaled = _scaled(layer, node, rescaling, np.zeros(len(rescaling.bits), dtype=object), suffix)
    if not any(rescaling.between):
        return _rounded(layer, scaled, 0, rescaling.rounding, suffix)
    first = _rounded(layer, scaled, np.array(rescaling.between), Rounding.RND, f"{suffix}_first".strip("_"))
    return _rounded(layer, first, 0, Rounding.RND_INF, suffix)


def _scaled(layer: TfliteLayer, node: str, rescaling: Rescaling, offsets: np.ndarray, suffix: str) -> str:
    """x * factor + offsets * 2**-(between + 1)."""
    if rescaling.left:
        node = layer.wrapped(node, 31 - rescaling.left)
    rank = len(layer.shape(node))
    shape = (*(1,) * (rank - 1), len(rescaling.bits))
    unit = max(rescaling.bits)
    numerators = [n << (unit - b) for n, b in zip(rescaling.numerators, rescaling.bits, strict=True)]
    factor = FixedArray(np.array(numerators, dtype=object).reshape(shape), unit).normalised()
    fine = max(rescaling.between) + 1
    lifted = [int(o) << (fine - r - 1) for o, r in zip(offsets, rescaling.between, strict=True)]
    offset = FixedArray(np.array(lifted, dtype=object).reshape(shape), fine).normalised()
    return layer.add(Scale(factor, offset, rescales=True), node, suffix=f"{suffix}_scale".strip("_"))


def _rounded(layer: TfliteLayer, node: str, bits: int | np.ndarray, rounding: Rounding, suffix: str) -> str:
    """Rounded to so many fractional bits, in a type that holds every result."""
    kind = layer.graph.type(node).uniform()
    integer = max(int(kind.integer), 0) + 1
    quantizer = Quantizer(FixedType(int(kind.signed), integer, bits), rounding, Overflow.WRAP)
    return layer.add(Quantize(quantizer), node, suffix=f"{suffix}_round".strip("_"))


def activation_range(layer: TfliteLayer, tensor: Tensor, activation: int) -> tuple[int, int]:
    """The smallest and largest code that a fused activation leaves (CalculateActivationRangeQuantized)."""
    if activation not in ACTIVATIONS:
        raise layer.unsupported(f"its fused activation has the number {activation}")
    return code_range(layer, tensor, *ACTIVATIONS[activation])


def code_range(layer: TfliteLayer, tensor: Tensor, low: float | None, high: float | None) -> tuple[int, int]:
    """The codes of two real ends, each within the type."""
    zero, scale = layer.zero_point(tensor), layer.scaling(tensor).scale
    bits = CODE_BITS[tensor.kind]
    bottom, top = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    with np.errstate(over="ignore"):
        first, last = (
            end if real is None else zero + _integer(np.float32(real) / scale, end - zero)
            for end, real in ((bottom, low), (top, high))
        )
    first, last = max(bottom, first), min(top, last)
    if first > last:
        raise layer.wrong(f"its activation leaves no code of the tensor {tensor.name}")
    return first, last


def _integer(x: np.float32, otherwise: int) -> int:
    return round_half_away(float(x)) if abs(x) < 2.0**31 else otherwise


def requantised(layer: TfliteLayer, node: str, rescaling: Rescaling, ends: tuple[int, int]) -> Value:
    """Sums into codes of the operator's output.

    Args:
        node: sums of products, as integers.
        ends: the smallest and the largest code.
    """
    zero = layer.zero_point(layer.output)
    low, high = (end - zero for end in ends)
    if low == 0:
        rescaling = _shortened(rescaling, high, largest(layer, node))
        halves = np.array([1 if r else 0 for r in rescaling.between], dtype=object)
        scaled = _scaled(layer, node, rescaling, halves, "")
        return Value(zero, centred=_clamped_at_zero(layer, scaled, high))
    return within(layer, rescaled(layer, node, rescaling), zero, ends)


def largest(layer: TfliteLayer, node: str) -> int:
    """The largest magnitude that integers of a node may have."""
    found = layer.graph.range(node)
    return max(abs(int(found.low.min())), abs(int(found.high.max())), 1)


def _shortened(rescaling: Rescaling, high: int, most: int) -> Rescaling:
    """Shorter factors with the same results up to `high`, for sums up to `most` where negative ones give zero."""
    pairs = []
    for n, b, r in zip(rescaling.numerators, rescaling.bits, rescaling.between, strict=True):
        if rescaling.left or n <= 1 << 16:
            pairs.append((n, b))
            continue
        # the smallest a with floor(floor(a * n * 2**(r - b) + 1/2) * 2**-r + 1/2) > m
        tops = (((2 * m + 1) << r) - (r > 0) for m in range(high + 1))
        at = [-(-(top << (b - r - 1)) // n) for top in tops]
        pairs.append(shortest(Switches(at, most, r + 1 if r else 0)) or (n, b))
    return replace(rescaling, numerators=tuple(n for n, _ in pairs), bits=tuple(b for _, b in pairs))


def _clamped_at_zero(layer: TfliteLayer, node: str, high: int) -> str:
    bits = high.bit_length()
    kept = Quantizer(FixedType(0, bits, 0), Rounding.RND, Overflow.SAT)
    result = layer.add(Quantize(kept), node)
    return bounded(layer, result, None, high)


def within(layer: TfliteLayer, node: str, zero: int, ends: tuple[int, int]) -> Value:
    """Integers, codes minus zero point, clamped to the codes between two ends."""
    low, high = (end - zero for end in ends)
    if low == 0:
        return Value(zero, centred=_clamped_at_zero(layer, node, high))
    bits = CODE_BITS[layer.output.kind]
    codes = layer.shifted(node, zero, "offset")
    codes = layer.add(Quantize(Quantizer(FixedType(1, bits - 1, 0), Rounding.TRN, Overflow.SAT)), codes)
    return Value(zero, codes=bounded(layer, codes, *ends))


def bounded(layer: TfliteLayer, node: str, low: int | None, high: int | None) -> str:
    """Between two constants, where the node may be beyond them."""
    found = layer.graph.range(node)
    ends = found.at(max(found.unit, 0))
    if low is not None and int(ends[0].min()) < low << max(found.unit, 0):
        node = layer.add(Maximum(), node, _constant(layer, node, low), suffix="low")
    if high is not None and int(ends[1].max()) > high << max(found.unit, 0):
        node = layer.add(Minimum(), node, _constant(layer, node, high), suffix="high")
    return node


def _constant(layer: TfliteLayer, like: str, value: int) -> str:
    shape = (1,) * len(layer.shape(like))
    return layer.add(Constant(FixedArray(np.full(shape, value, dtype=np.int64), 0)), suffix="end")


def whole_range(layer: TfliteLayer, tensor: Tensor) -> tuple[int, int]:
    """All codes of a tensor's type."""
    return activation_range(layer, tensor, 0)


def rescaled_code(x: int, factor: tuple[int, int]) -> int:
    """A single integer, as `twice_rounded` has it."""
    return multiply_by_quantized_multiplier(x, *factor)


def single(rescaling: Rescaling) -> Rescaling:
    """One factor instead of equal ones for each channel."""
    if len(set(zip(rescaling.numerators, rescaling.bits, rescaling.between, strict=True))) > 1:
        return rescaling
    return replace(
        rescaling, numerators=rescaling.numerators[:1], bits=rescaling.bits[:1], between=rescaling.between[:1]
    )
