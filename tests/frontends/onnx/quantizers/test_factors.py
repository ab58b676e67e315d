"""Factors that decide every rounding: tried with every value that there is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fpgaml.frontends.onnx.quantizers.factors import MOST_FACTOR_BITS, deciding
from fpgaml.frontends.onnx.quantizers.grid import Grid
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Input
from fpgaml.graph.types import FixedType, Quantizer

BITS, STEPS = 12, 4
VALUES = np.arange(-(1 << BITS), 1 << BITS)


def found(ratios: list[float], grid: Grid, divisors: list[float] | None = None) -> list[Fraction] | None:
    """The factors for values of 13 bits, 4 of them fractional."""
    graph = GraphBuilder("g")
    node = graph.add(Input((len(ratios),), Quantizer(FixedType(1, BITS - STEPS, STEPS))), name="x")
    kept = deciding(graph, node, np.array(ratios), grid, None if divisors is None else np.array(divisors))
    if kept is None:
        return None
    return [Fraction(int(n)) / Fraction(2) ** kept.fractional for n in kept.integers]


def codes(factor: Fraction, grid: Grid) -> np.ndarray:
    """To the nearest, ties to even, of all values times a factor; Python's own rounding of fractions."""
    exact = [round(factor * int(value) / (1 << STEPS)) for value in VALUES]
    return np.clip(exact, grid.low, grid.high)


@pytest.mark.parametrize(("low", "high"), [(-128, 127), (0, 15), (-7, 7)])
def test_every_value_has_the_code_of_exact_arithmetic(low: int, high: int) -> None:
    grid = Grid(low, high, np.zeros((), dtype=np.int64))
    ratios = np.random.default_rng(high).uniform(0.05, 3, 5).tolist()
    factors = found(ratios, grid)
    assert factors is not None
    for factor, ratio in zip(factors, ratios, strict=True):
        assert factor.numerator.bit_length() <= MOST_FACTOR_BITS
        np.testing.assert_array_equal(codes(factor, grid), codes(Fraction(ratio), grid))


@pytest.mark.parametrize("divisor", [0.05, 0.1, 0.037, 0.4437])
def test_every_value_has_the_code_of_a_division_in_float32(divisor: float) -> None:
    grid = Grid(-64, 63, np.zeros((), dtype=np.int64))
    step = np.float32(divisor)
    factors = found([1 / float(step)], grid, [float(step)])
    assert factors is not None
    wanted = np.clip(np.rint((VALUES / (1 << STEPS)).astype(np.float32) / step), -64, 63)
    np.testing.assert_array_equal(codes(factors[0], grid), wanted)


def test_ties_that_fall_to_both_sides_have_no_factor() -> None:
    grid, step = Grid(-64, 63, np.zeros((), dtype=np.int64)), float(np.float32(0.3))
    assert found([0.75], grid) is None
    assert found([1 / step], grid, [step]) is None  # 0.75 / 0.3 is 2.5, 2.25 / 0.3 is 7.5 in float32
