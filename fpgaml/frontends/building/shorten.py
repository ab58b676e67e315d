"""The shortest factor that rounds every possible sum as a longer one does.

A kernel's result for a sum a is known by where it switches: the smallest a whose result is m + 1, for each m. Any
factor F and offset c with F * a + c >= m + 1/2 > F * (a - 1) + c at every switch a gives the same results, by one
rounding. Those F fill an interval; a number of few signed digits in it costs far fewer adders than 31 bits do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from fpgaml.graph.digits import digit_count

EXTRA_BITS = 4
"""Factors so much longer than the shortest are tried too: they may have fewer digits other than zero."""
NEAR = 1 - 1e-12


@dataclass(frozen=True)
class Switches:
    """Where results change.

    Args:
        at: for m = 0, 1, ... the smallest positive sum whose result is above m.
        largest: no sum is larger in magnitude.
        offset_bits: c = 2**-offset_bits is added before rounding, ties up; 0 for nothing.
        signed: whether negative sums give the negated results, so that no tie may occur.
    """

    at: Sequence[int]
    largest: int
    offset_bits: int = 0
    signed: bool = False


def shortest(switches: Switches) -> tuple[int, int] | None:
    """n and k of a factor n * 2**-k with few signed digits that has these switches; None where there is none."""
    lowest, highest = _interval(switches)
    if highest is None:  # every sum but 0 is beyond the last switch
        highest = 2 * lowest + 1
    return _dyadic(lowest, highest, inside=switches.signed) if lowest < highest else None


def _interval(switches: Switches) -> tuple[Fraction, Fraction | None]:
    unit = max(switches.offset_bits, 1)
    tops = [((2 * m + 1) << (unit - 1)) - (switches.offset_bits > 0) for m in range(len(switches.at))]
    reached = [(top, a) for top, a in zip(tops, switches.at, strict=True) if a <= switches.largest]
    missed = [top for top, a in zip(tops, switches.at, strict=True) if a > switches.largest][:1]
    lows = _extreme(reached, largest=True) or Fraction(0)
    above = [(top, a - 1) for top, a in reached if a > 1] + [(top, max(switches.largest, 1)) for top in missed]
    high = _extreme(above, largest=False)
    return lows / (1 << unit), None if high is None else high / (1 << unit)


def _extreme(ratios: Sequence[tuple[int, int]], *, largest: bool) -> Fraction | None:
    """The largest or smallest of many ratios: those that float64 cannot tell apart are compared exactly."""
    if not ratios:
        return None
    approximate = np.array([float(top) / float(a) for top, a in ratios])
    best = float(approximate.max() if largest else approximate.min())
    near = np.flatnonzero((approximate >= best * NEAR) & (approximate * NEAR <= best))
    exact = {Fraction(*ratios[int(index)]) for index in near}
    return max(exact) if largest else min(exact)


def _dyadic(lowest: Fraction, highest: Fraction, *, inside: bool) -> tuple[int, int]:
    """A number of few signed digits in [lowest, highest[, or in ]lowest, highest[."""
    k = -(highest.numerator.bit_length())
    while True:
        n = _first(lowest, k, inside)
        if n < _lifted(highest, k):
            break
        k += 1
    best = (n, k)
    for extra in range(k, k + EXTRA_BITS + 1):
        first, limit = _first(lowest, extra, inside), _lifted(highest, extra)
        for candidate in range(first, min(first + 64, int(limit) + 1)):
            if candidate < limit and digit_count([candidate]) < digit_count([best[0]]):
                best = (candidate, extra)
    return best


def _lifted(x: Fraction, k: int) -> Fraction:
    return x * (1 << k) if k >= 0 else x / (1 << -k)


def _first(lowest: Fraction, k: int, inside: bool) -> int:
    lifted = _lifted(lowest, k)
    whole = -(-lifted.numerator // lifted.denominator)
    return max(whole + 1 if inside and whole == lifted else whole, 1)
