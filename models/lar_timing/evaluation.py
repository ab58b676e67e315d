"""What the optimal filters say of the crossings that a network sees, and how a network's output is read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .baseline import OptimalFilter, filter_for, published_filter
from .windows import BEFORE, TIME_UNIT_NS, WINDOW, Windows

Real = NDArray[np.float64]


def filters(collisions: float) -> dict[str, OptimalFilter]:
    """The conventional algorithms: published weights; derived for the noise at hand, with 4 samples and with all 12."""
    return {
        "of_published": published_filter(),
        "of_4": filter_for(collisions),
        "of_12": filter_for(collisions, WINDOW, -BEFORE),
    }


def filtered(windows: Windows, weights: OptimalFilter) -> tuple[Real, Real]:
    """Energy in GeV and energy times time in GeV ns that a filter gives for the middle cell, each (m,)."""
    samples = windows.x[:, BEFORE + weights.first : BEFORE + weights.last + 1, 0].astype(np.float64)
    return weights.apply(samples)


def answered(output: NDArray[np.floating[Any]]) -> tuple[Real, Real]:
    """A network's output (m, 2) as energy in GeV and energy times time in GeV ns."""
    values = output.astype(np.float64)
    return values[:, 0], values[:, 1] * TIME_UNIT_NS
