"""Cuts on flight distance, impact parameter and momentum, as a trigger line has them, in whole steps of the features.

All three cuts move together: the score is the smallest of the three features, each shifted by a number of steps, so
that a threshold on it is a set of cuts. The shifts are the best found on training events.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from fpgaml_models.common.statistics import roc_area
from numpy.typing import NDArray

from . import constants as c

Codes = NDArray[np.int64]
CUT = ("minipchi2", "fdchi2", "sumpt")


def codes(x: NDArray[np.float32]) -> Codes:
    """Features in whole steps, as firmware reads them, 0 to 127, (events, 4)."""
    steps = np.floor(np.asarray(x, np.float64) * 2 ** (c.FEATURE_BITS - c.FEATURE_INTEGER)).astype(np.int64)
    return np.asarray(np.clip(steps, 0, 2**c.FEATURE_BITS - 1))


def cuts(x: NDArray[np.float32], offsets: dict[str, int] | None = None) -> Codes:
    """The smallest shifted feature of each vertex, (events,)."""
    shifts = offsets or c.CUT_OFFSETS
    seen = codes(x)
    return np.asarray(np.min([seen[:, c.FEATURES.index(name)] + shifts[name] for name in CUT], axis=0))


def best_offsets(x: NDArray[np.float32], labels: NDArray[np.float32], step: int = 5) -> dict[str, int]:
    """The shifts of the largest ROC area; that of the impact parameter stays zero, for only differences matter."""
    grid = product(range(-40, 81, step), repeat=2)
    signal = labels > 0

    def area(offsets: dict[str, int]) -> float:
        score = cuts(x, offsets)
        return roc_area(score[signal], score[~signal]).value

    tried = [{"minipchi2": 0, "fdchi2": a, "sumpt": b} for a, b in grid]
    return max(tried, key=area)
