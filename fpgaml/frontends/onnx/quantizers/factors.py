"""Factors between two scales that decide every rounding as exact arithmetic does, or as the model's own float32."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.constants import SCALE_BITS
from fpgaml.frontends.building.shorten import Switches, shortest
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.quantizers.grid import Grid
from fpgaml.frontends.onnx.quantizers.rounding import rounded
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.values import FixedArray

NEAREST = ("ROUND", "HALF_EVEN", "HALF_UP", "HALF_DOWN")
"""Roundings to the nearest, which differ at ties alone."""
MOST_SWITCHES = 1 << 16
"""Codes of all channels together, beyond which looking for factors takes long."""
MOST_FACTOR_BITS = 26
"""Of such a factor: the wide port of a DSP48E2 takes 27 with a sign (UG579)."""
FLOAT32_WHOLE = 1 << 24
"""Whole numbers up to this are float32 numbers, all of them."""


def deciding(
    graph: GraphBuilder, node: str, ratios: NDArray[np.float64], grid: Grid, divisors: Array | None
) -> FixedArray | None:
    """Factors near to `ratios` that bring every value that a node can have to the same code, in few bits.

    Args:
        node: whose values they multiply; ratios: to the integers of the grid, of the node's rank.
        grid: with no fractional bits.
        divisors: the model divides the node's values by these in float32, which decides then; None: exact arithmetic.

    Returns:
        The factors; None where there are none of at most `MOST_FACTOR_BITS` bits, or too many codes.
    """
    most = max(abs(grid.low), abs(grid.high))
    if grid.rounding not in NEAREST or most * ratios.size > MOST_SWITCHES or not (ratios > 0).all():
        return None
    steps, largest = int(graph.type(node).uniform().fractional), _largest(graph, node)
    if divisors is not None and largest > FLOAT32_WHOLE:
        return None
    given = ratios.reshape(-1).tolist()
    own = [None] * len(given) if divisors is None else divisors.reshape(-1).tolist()
    pairs: dict[float, tuple[int, int]] = {}
    for ratio, divisor in set(zip(given, own, strict=True)):
        exact = Fraction(ratio) / Fraction(2) ** steps
        at = _exactly(exact, most) if divisor is None else _in_float32(exact, most, divisor, steps, grid.rounding)
        found = shortest(Switches(at, largest, signed=True)) if at else None
        if found is None or found[0].bit_length() > MOST_FACTOR_BITS:
            found = _rounded_one(exact, at, grid.rounding)
        if found is None:
            return None
        pairs[ratio] = found[0], found[1] - steps
    bits = max(k for _, k in pairs.values())
    integers = [pairs[ratio][0] << (bits - pairs[ratio][1]) for ratio in given]
    return FixedArray(np.array(integers, dtype=object).reshape(ratios.shape), bits)


def _largest(graph: GraphBuilder, node: str) -> int:
    """The largest magnitude that a node's values have, in steps of its type."""
    found, steps = graph.range(node), int(graph.type(node).uniform().fractional)
    largest = max(int(abs(end).max()) for end in (found.low, found.high))
    return max(largest >> max(found.unit - steps, 0), 1)


def _exactly(ratio: Fraction, most: int) -> list[int]:
    """The smallest integers that the ratio brings above 0, 1, ...; none where one is a tie."""
    halves = [Fraction(2 * code + 1, 2) / ratio for code in range(most)]
    return [] if any(each.denominator == 1 for each in halves) else [int(each) + 1 for each in halves]


def _in_float32(ratio: Fraction, most: int, divisor: float, steps: int, mode: str) -> list[int]:
    """The same for a division in float32; none where it would be further off than one integer."""
    near = np.array([int(Fraction(2 * code + 1, 2) / ratio) for code in range(most)])
    tried = near[:, None] + np.arange(-1, 3)
    values = np.ldexp(tried.astype(np.float32), -steps) / np.float32(divisor)
    above = rounded(values, mode) > np.arange(most)[:, None]
    certain = bool((~above[:, 0]).all() and above[:, -1].all())
    return [int(each) for each in tried[np.arange(most), above.argmax(axis=1)]] if certain else []


def _rounded_one(ratio: Fraction, at: list[int], mode: str) -> tuple[int, int] | None:
    """n and k of the ratio in so few bits that a float32 may have meant it, where ties fall as they do there."""
    mantissa, exponent = np.frexp(float(ratio))
    n, k = round(float(np.ldexp(mantissa, SCALE_BITS))), SCALE_BITS - int(exponent)
    factor = Fraction(n) / Fraction(2) ** k

    def above(a: int, code: int) -> bool:
        away = factor * a - code - Fraction(1, 2)
        up = mode == "HALF_UP" or (mode != "HALF_DOWN" and code % 2 == 1)
        return away > 0 or (away == 0 and up)

    fits = bool(at) and all(above(a, code) and not above(a - 1, code) for code, a in enumerate(at))
    return (n, k) if fits else None
