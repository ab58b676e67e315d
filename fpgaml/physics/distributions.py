"""How far real-valued answers are from the truth, and histograms of scores and residuals."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fpgaml.physics.intervals import half_width
from fpgaml.record.physics import Distribution, Resolution

BINS = 40
TAIL = 0.002
"""Part of the values at either end that sets no edge."""

Reals = NDArray[np.float64]


def resolution(output: str, column: str, residuals: Reals) -> Resolution:
    """Bias, RMS and core of answer minus truth, shape (events,).

    The error of the RMS is that of the mean square, sqrt(var(r²) / n), over twice the RMS.
    """
    events, squares = len(residuals), residuals**2
    bias, rms = float(residuals.mean()), sqrt(float(squares.mean()))
    core, core_error = half_width(residuals)
    return Resolution(
        output=output,
        column=column,
        bias=bias,
        bias_error=float(residuals.std()) / sqrt(events),
        rms=rms,
        rms_error=float(squares.std()) / sqrt(events) / (2 * rms) if rms else 0.0,
        half_width=core,
        half_width_error=core_error,
    )


def common_edges(values: Sequence[Reals]) -> Reals:
    """Edges of equal bins that hold all values but the outermost, of all columns together."""
    ends = [np.quantile(each, [TAIL, 1 - TAIL]) for each in values]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.asarray([float(f"{edge:.7g}") for edge in np.linspace(low, high, BINS + 1)])


def distribution(
    output: str, column: str, what: Literal["score", "residual"], label: str, values: Reals, edges: Reals
) -> Distribution:
    """Counts of values between edges; the last bin holds its upper edge."""
    counts, _ = np.histogram(values, edges)
    return Distribution(
        output=output,
        column=column,
        what=what,
        label=label,
        edges=tuple(edges.tolist()),
        counts=tuple(counts.tolist()),
        below=int(np.count_nonzero(values < edges[0])),
        above=int(np.count_nonzero(values > edges[-1])),
    )
