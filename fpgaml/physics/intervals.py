"""Errors of counted fractions and of quantiles."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

LOW_TAIL = 0.15865525393145707
"""Below minus one standard deviation of a normal distribution."""


def wilson(kept: int, of: int) -> tuple[float, float]:
    """The interval of one standard deviation (68.3 %) of a fraction.

    (p + 1/2n ± sqrt(p(1-p)/n + 1/4n²)) / (1 + 1/n) (Wilson, J. Am. Stat. Assoc. 22 (1927) 209); `of` is above 0.
    """
    fraction = kept / of
    centre = fraction + 0.5 / of
    half = sqrt(fraction * (1 - fraction) / of + 0.25 / of**2)
    scale = 1 + 1 / of
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def half_width(values: NDArray[np.float64]) -> tuple[float, float]:
    """Half the distance between the quantiles at 15.87 and 84.13 %, with its error.

    The error of a quantile is taken from the order statistics sqrt(p(1-p)/n) to either side of it; those of two
    quantiles p < q are correlated by sqrt(p(1-q) / (q(1-p))) (David and Nagaraja, Order Statistics, 3rd ed., 10.1).

    Args:
        values: shape (events,), at least one.
    """
    low, high = LOW_TAIL, 1 - LOW_TAIL
    step = sqrt(low * high / len(values))
    places = [low, high, max(low - step, 0), low + step, high - step, min(high + step, 1)]
    at_low, at_high, *ends = np.quantile(values, places)
    left, right = (ends[1] - ends[0]) / 2, (ends[3] - ends[2]) / 2
    variance = left**2 + right**2 - 2 * (low / high) * left * right
    return float(at_high - at_low) / 2, sqrt(max(float(variance), 0.0)) / 2
