"""The kernels' integer arithmetic, and factors that are shorter with the same results."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import exp, floor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fpgaml.frontends.building.shorten import Switches, shortest
from fpgaml.frontends.tflite.arithmetic import (
    exp_on_negative_values,
    float_switches,
    high_mul,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    round_half_away,
    rounding_divide_by_pot,
    sigmoid_table,
)


@given(st.floats(1e-8, 1e3))
def test_a_multiplier_is_near_its_factor(real: float) -> None:
    multiplier, shift = quantize_multiplier(real)
    assert 1 << 30 <= multiplier < 1 << 31
    assert multiplier * 2.0 ** (shift - 31) == pytest.approx(real, rel=2**-31)


@pytest.mark.parametrize(
    ("x", "bits", "rounded"), [(5, 1, 3), (-5, 1, -3), (6, 2, 2), (-6, 2, -2), (7, 0, 7), (-7, 0, -7)]
)
def test_division_by_a_power_of_two_rounds_ties_away_from_zero(x: int, bits: int, rounded: int) -> None:
    assert rounding_divide_by_pot(x, bits) == rounded


def test_high_multiplication_rounds_ties_up() -> None:
    assert high_mul(1 << 30, 1) == 1
    assert high_mul(-(1 << 30), 1) == 0


def test_floats_round_half_away_from_zero() -> None:
    assert [round_half_away(x) for x in (0.5, -0.5, 1.4999999999999998, 2.5, -2.5)] == [1, -1, 1, 3, -3]


def test_the_exponential_is_near_exp() -> None:
    for raw in range(0, -(1 << 31), -(1 << 24) + 12345):
        assert exp_on_negative_values(raw, 5) / 2**31 == pytest.approx(exp(raw / 2**26), abs=1e-6)


def test_the_sigmoid_table_rises() -> None:
    table = sigmoid_table()
    assert len(table) == 256
    assert table[0] == 1 << 15
    assert all(a <= b for a, b in pairwise(table))


@settings(max_examples=60)
@given(st.floats(1e-5, 0.6), st.integers(100, 1 << 20))
def test_short_factors_give_the_same_clamped_codes(factor: float, largest: int) -> None:
    multiplier, shift = quantize_multiplier(factor)
    r = max(-shift, 0)
    tops = (((2 * m + 1) << r) - (r > 0) for m in range(256))
    at = [-(-(top << (30 - shift - r)) // multiplier) for top in tops]
    pair = shortest(Switches(at, largest, r + 1 if r else 0))
    assert pair is not None
    n, k = pair
    assert n.bit_length() <= 31
    step = max(largest // 1000, 1)
    near = {a + d for a in at for d in (-1, 0, 1) if 0 <= a + d <= largest}
    for x in sorted({*range(0, largest, step), *near}):
        wanted = min(multiply_by_quantized_multiplier(x, multiplier, shift), 255)
        exact = Fraction(x * n) * Fraction(2) ** -k + (Fraction(1, 1 << (r + 1)) if r else 0)
        assert min(floor(exact + Fraction(1, 2)), 255) == wanted


def test_a_channel_that_always_gives_zero_has_a_factor() -> None:
    assert shortest(Switches([1000, 3000], 99)) is not None
    assert shortest(Switches([1000, 3000], 99, signed=True)) is not None


@settings(max_examples=40)
@given(st.floats(1e-6, 0.9), st.integers(100, 1 << 22))
@example(0.35, 100)
def test_short_factors_round_as_float64_does(scale: float, largest: int) -> None:
    at = float_switches(scale, 256)
    pair = shortest(Switches(at, largest, signed=True)) or shortest(Switches(at, largest))
    if pair is None:  # products that float64 rounds onto a half, and others like them that it does not: 0.35 * 10, 70
        halves = [abs(Fraction(scale) * a % 1 - Fraction(1, 2)) for a in range(largest + 1)]
        assert sum(half < Fraction(1, 1 << 40) for half in halves) > 1
        return
    n, k = pair
    assert n.bit_length() <= 53
    sums = np.unique(np.clip(np.array([a + d for a in at for d in (-1, 0, 1)]), 0, largest))
    for a in sums:
        wanted = min(round_half_away(float(a) * scale), 255)
        found = floor(Fraction(int(a) * n) * Fraction(2) ** -k + Fraction(1, 2))
        assert min(found, 255) == wanted
