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

from fpgaml.frontends.tflite.arithmetic import (
    HIGHEST_SHIFT,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    reduced_multiplier,
    round_half_away,
)
from fpgaml.frontends.tflite.schema import Tensor
from fpgaml.frontends.tflite.shorten import Switches, shortest
from fpgaml.frontends.tflite.work import CODE_BITS, Value, Work
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


def twice_rounded(work: Work, factors: Sequence[float]) -> Rescaling:
    """The rescaling of a 32-bit accumulator by real factors."""
    pairs = [_bounded(work, factor) for factor in factors]
    return from_multipliers([m for m, _ in pairs], [shift for _, shift in pairs])


def from_multipliers(multipliers: Sequence[int], shifts: Sequence[int]) -> Rescaling:
    """The same, for multipliers and shifts."""
    return Rescaling(
        tuple(multipliers),
        tuple(31 - shift for shift in shifts),
        tuple(max(-shift, 0) for shift in shifts),
        left=max(0, *shifts),
    )


def once_rounded(work: Work, factors: Sequence[float]) -> Rescaling:
    """The rescaling of a 64-bit accumulator: 16 bits of the multiplier, one rounding."""
    pairs = [_bounded(work, factor) for factor in factors]
    numerators = tuple(reduced_multiplier(multiplier) for multiplier, _ in pairs)
    return Rescaling(numerators, tuple(15 - shift for _, shift in pairs), (0,) * len(pairs))


def _bounded(work: Work, factor: float) -> tuple[int, int]:
    multiplier, shift = quantize_multiplier(factor)
    if shift > HIGHEST_SHIFT:
        raise work.wrong(f"its scales ask for the factor {factor:g}, which no kernel applies")
    return multiplier, shift


def rescaled(work: Work, node: str, rescaling: Rescaling, suffix: str = "") -> str:
    """A node of integers times its factors, rounded to integers."""
    scaled = _scaled(work, node, rescaling, np.zeros(len(rescaling.bits), dtype=object), suffix)
    if not any(rescaling.between):
        return _rounded(work, scaled, 0, rescaling.rounding, suffix)
    first = _rounded(work, scaled, np.array(rescaling.between), Rounding.RND, f"{suffix}_first".strip("_"))
    return _rounded(work, first, 0, Rounding.RND_INF, suffix)


def _scaled(work: Work, node: str, rescaling: Rescaling, offsets: np.ndarray, suffix: str) -> str:
    """x * factor + offsets * 2**-(between + 1)."""
    if rescaling.left:
        node = work.wrapped(node, 31 - rescaling.left)
    rank = len(work.graph.shape(node))
    shape = (*(1,) * (rank - 1), len(rescaling.bits))
    unit = max(rescaling.bits)
    numerators = [n << (unit - b) for n, b in zip(rescaling.numerators, rescaling.bits, strict=True)]
    factor = FixedArray(np.array(numerators, dtype=object).reshape(shape), unit).normalised()
    fine = max(rescaling.between) + 1
    lifted = [int(o) << (fine - r - 1) for o, r in zip(offsets, rescaling.between, strict=True)]
    offset = FixedArray(np.array(lifted, dtype=object).reshape(shape), fine).normalised()
    return work.add(Scale(factor, offset, rescales=True), node, suffix=f"{suffix}_scale".strip("_"))


def _rounded(work: Work, node: str, bits: int | np.ndarray, rounding: Rounding, suffix: str) -> str:
    """Rounded to so many fractional bits, in a type that holds every result."""
    kind = work.graph.type(node).uniform()
    integer = max(int(kind.integer), 0) + 1
    quantizer = Quantizer(FixedType(int(kind.signed), integer, bits), rounding, Overflow.WRAP)
    return work.add(Quantize(quantizer), node, suffix=f"{suffix}_round".strip("_"))


def activation_range(work: Work, tensor: Tensor, activation: int) -> tuple[int, int]:
    """The smallest and largest code that a fused activation leaves (CalculateActivationRangeQuantized)."""
    if activation not in ACTIVATIONS:
        raise work.unsupported(f"its fused activation has the number {activation}")
    return code_range(work, tensor, *ACTIVATIONS[activation])


def code_range(work: Work, tensor: Tensor, low: float | None, high: float | None) -> tuple[int, int]:
    """The codes of two real ends, each within the type."""
    zero, scale = work.zero_point(tensor), work.scaling(tensor).scale
    bits = CODE_BITS[tensor.kind]
    bottom, top = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    with np.errstate(over="ignore"):
        first, last = (
            end if real is None else zero + _integer(np.float32(real) / scale, end - zero)
            for end, real in ((bottom, low), (top, high))
        )
    first, last = max(bottom, first), min(top, last)
    if first > last:
        raise work.wrong(f"its activation leaves no code of the tensor {tensor.name}")
    return first, last


def _integer(x: np.float32, otherwise: int) -> int:
    return round_half_away(float(x)) if abs(x) < 2.0**31 else otherwise


def requantised(work: Work, node: str, rescaling: Rescaling, ends: tuple[int, int]) -> Value:
    """Sums into codes of the operator's output.

    Args:
        node: sums of products, as integers.
        ends: the smallest and the largest code.
    """
    zero = work.zero_point(work.output)
    low, high = (end - zero for end in ends)
    if low == 0:
        rescaling = _shortened(rescaling, high, largest(work, node))
        halves = np.array([1 if r else 0 for r in rescaling.between], dtype=object)
        scaled = _scaled(work, node, rescaling, halves, "")
        return Value(zero, centred=_clamped_at_zero(work, scaled, high))
    return within(work, rescaled(work, node, rescaling), zero, ends)


def largest(work: Work, node: str) -> int:
    """The largest magnitude that integers of a node may have."""
    found = work.graph.range(node)
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


def _clamped_at_zero(work: Work, node: str, high: int) -> str:
    bits = high.bit_length()
    kept = Quantizer(FixedType(0, bits, 0), Rounding.RND, Overflow.SAT)
    result = work.add(Quantize(kept), node)
    return bounded(work, result, None, high)


def within(work: Work, node: str, zero: int, ends: tuple[int, int]) -> Value:
    """Integers, codes minus zero point, clamped to the codes between two ends."""
    low, high = (end - zero for end in ends)
    if low == 0:
        return Value(zero, centred=_clamped_at_zero(work, node, high))
    bits = CODE_BITS[work.output.kind]
    codes = work.shifted(node, zero, "offset")
    codes = work.add(Quantize(Quantizer(FixedType(1, bits - 1, 0), Rounding.TRN, Overflow.SAT)), codes)
    return Value(zero, codes=bounded(work, codes, *ends))


def bounded(work: Work, node: str, low: int | None, high: int | None) -> str:
    """Between two constants, where the node may be beyond them."""
    found = work.graph.range(node)
    ends = found.at(max(found.unit, 0))
    if low is not None and int(ends[0].min()) < low << max(found.unit, 0):
        node = work.add(Maximum(), node, _constant(work, node, low), suffix="low")
    if high is not None and int(ends[1].max()) > high << max(found.unit, 0):
        node = work.add(Minimum(), node, _constant(work, node, high), suffix="high")
    return node


def _constant(work: Work, like: str, value: int) -> str:
    shape = (1,) * len(work.graph.shape(like))
    return work.add(Constant(FixedArray(np.full(shape, value, dtype=np.int64), 0)), suffix="end")


def whole_range(work: Work, tensor: Tensor) -> tuple[int, int]:
    """All codes of a tensor's type."""
    return activation_range(work, tensor, 0)


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
