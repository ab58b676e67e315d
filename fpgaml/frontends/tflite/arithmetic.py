"""The integer arithmetic of LiteRT's reference kernels, in Python's integers.

Sources: LiteRT, `tflite/kernels/internal/{quantization_util,common}`, and gemmlowp, `fixedpoint/fixedpoint.h`
(functions are named as there). The kernels' float64 and float32 steps at load time are the same IEEE operations here.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor, frexp

import numpy as np

HIGHEST_SHIFT = 30
ONE = (1 << 31) - 1
"""The largest Q0.31, gemmlowp's stand-in for 1."""


def round_half_away(x: float) -> int:
    """std::round: to nearest, ties away from zero."""
    whole = floor(abs(x))
    whole += abs(x) - whole >= 0.5  # exact: a float64 has its fraction exactly
    return int(whole) if x >= 0 else -int(whole)


def quantize_multiplier(real: float) -> tuple[int, int]:
    """A positive or negative factor as M * 2**(shift - 31) with 2**30 <= |M| < 2**31, or (0, 0)."""
    if real == 0:
        return 0, 0
    fraction, shift = frexp(real)
    fixed = round_half_away(fraction * 2.0**31)
    if abs(fixed) == 1 << 31:
        fixed, shift = fixed // 2, shift + 1
    return (0, 0) if shift < -31 else (fixed, shift)


def reduced_multiplier(multiplier: int) -> int:
    """The 16 bits of a multiplier that 64-bit accumulators are multiplied with."""
    return (multiplier + (1 << 15)) >> 16 if multiplier < 0x7FFF0000 else 0x7FFF


def high_mul(a: int, b: int) -> int:
    """gemmlowp's SaturatingRoundingDoublingHighMul: a * b / 2**31 to nearest, ties up."""
    return (a * b + (1 << 30)) >> 31


def rounding_divide_by_pot(x: int, bits: int) -> int:
    """x / 2**bits to nearest, ties away from zero."""
    half = (1 << bits) >> 1
    return (x + half) >> bits if x >= 0 else -((-x + half) >> bits)


def multiply_by_quantized_multiplier(x: int, multiplier: int, shift: int) -> int:
    """x * M * 2**(shift - 31), rounded twice, as the 32-bit kernels do."""
    return rounding_divide_by_pot(high_mul(x << max(shift, 0), multiplier), max(-shift, 0))


def exp_on_negative_values(raw: int, integer_bits: int) -> int:
    """exp(a) in Q0.31 for a = raw * 2**-(31 - integer_bits) <= 0, by gemmlowp's barrel shifter; integer_bits <= 5."""
    if raw == 0:
        return ONE
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    low = (raw & (quarter - 1)) - quarter
    result = _exp_of_a_quarter(low << integer_bits)
    remainder = low - raw
    factors = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)  # exp(-2**e) for e = -2 to 4
    for exponent, factor in zip(range(-2, 5), factors, strict=True):
        if integer_bits > exponent and remainder & (1 << (fraction_bits + exponent)):
            result = high_mul(result, factor)
    return result


def _exp_of_a_quarter(a: int) -> int:
    """exp(a) for a in [-1/4, 0) in Q0.31, by its Taylor series around -1/8."""
    constant, third = 1895147668, 715827883  # exp(-1/8), 1/3
    x = a + (1 << 28)
    x2 = high_mul(x, x)
    x3, x4 = high_mul(x2, x), high_mul(x2, x2)
    inner = high_mul(rounding_divide_by_pot(x4, 2) + x3, third) + x2
    return constant + high_mul(constant, x + rounding_divide_by_pot(inner, 1))


def int8_table(
    function: Callable[[np.float64], np.float64],
    input_scale: np.float32,
    input_zero: int,
    output_scale: np.float32,
    output_zero: int,
) -> list[int]:
    """The codes that a function of an int8 code gives, from -128 on, computed in float32 (LUTPopulateInt8).

    The function is rounded from float64 to float32 once; the C library's float32 function is off by less than 2**-24.
    """
    inverse = np.float32(1) / output_scale
    codes = []
    for code in range(-128, 128):
        x = np.float32(input_scale * np.float32(code - input_zero))
        y = np.float32(np.float32(function(np.float64(x))) * inverse)
        rounded = np.float32(round_half_away(float(y)))
        codes.append(min(max(int(rounded + np.float32(output_zero)), -128), 127))
    return codes


def int16_table(function: Callable[[float], float], low: float, high: float) -> list[int]:
    """The 513 entries of a function over [low, high] with values in [-1, 1] (LUTPopulateInt16 in float64).

    Each entry is moved by half of the error that linear interpolation has in the middle of the step behind it.
    """
    step = (high - low) / 512
    inverse = 65536.0 / ((2.0 / 65535) * 32767 - (2.0 / 65535) * -32768)
    entries = []
    for index in range(512):
        here = function(low + index * step)
        middle = function(low + index * step + step / 2)
        after = function(low + (index + 1) * step)
        sample = round_half_away(here * inverse)
        between = round_half_away((after * inverse + sample) / 2)
        bias = round_half_away((between - round_half_away(middle * inverse)) / 2)
        entries.append(min(max(sample - bias, -32768), 32767))
    last = round_half_away(function(high) * inverse)
    return [*entries, min(max(last, -32768), 32767)]


_ONE_MORE = (
    "4 8 12 14 15 16 17 19 20 21 22 25 27 28 29 30 31 33 34 35 37 39 40 41 43 44 45 46 49 50 54 62 63 64 66 82 86 93 "
    "100 103 112 116 135 255"
)
"""Where the kernels' table of the sigmoid is one above the nearest number."""


def sigmoid_table() -> list[int]:
    """sigmoid(i / 24) in units of 2**-16 for i from 0 to 255, as the int16 kernels have it."""
    more = {int(index) for index in _ONE_MORE.split()}
    exact = [65536 / (1 + float(np.exp(-index / 24))) for index in range(256)]
    return [floor(value + 0.5) + (index in more) for index, value in enumerate(exact)]


def power_of_two(scale: np.float32) -> int | None:
    """The exponent of a scale that is a power of two within the kernels' tolerance (CheckedLog2), else None."""
    log = np.float32(np.log(scale)) * np.float32(1.0 / np.float32(np.log(np.float32(2))))
    nearest = round_half_away(float(log))
    return nearest if abs(float(np.float32(log) - np.float32(nearest))) < 1e-3 else None


def float_switches(scale: float, results: int) -> list[int]:
    """For m from 0 on the smallest a >= 1 whose float64 product with the scale rounds to more than m.

    Args:
        results: how many.

    Raises:
        ArithmeticError: the scale is so small that float64 cannot tell these integers apart.
    """
    halves = np.arange(results, dtype=np.float64) + 0.5
    guess = np.floor(halves / scale)
    answer = np.full(results, np.nan)
    for step in (-1.0, 0.0, 1.0, 2.0):
        reached = ((guess + step) * scale >= halves) & ((guess + step - 1) * scale < halves)
        answer = np.where(np.isnan(answer) & reached, guess + step, answer)
    if np.isnan(answer).any() or answer.max() >= 2.0**52:
        raise ArithmeticError(f"the scale {scale} is too small")
    return [int(a) for a in answer]
