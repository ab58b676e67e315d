"""What a trigger would do without a network, in integers: one feature by a table, and a linear discriminant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from .generate import BASELINE, jets

Ints = NDArray[np.int64]

CODE_BITS, CODE_STEP = 8, 1 / 16
"""Features in firmware: 8 bits, a sixteenth of a width each."""
WEIGHT_STEP = 2.0**-6
FITTED = 50_000
"""Jets that both are fitted on."""
BINS = 64
LIKELIHOOD_STEP = 1 / 16
"""Of the logarithms of likelihoods that tables hold."""


def codes(x: NDArray[np.float32]) -> Ints:
    """Features as integers of 8 bits that saturate."""
    end = 1 << (CODE_BITS - 1)
    return np.clip(np.rint(np.asarray(x, np.float64) / CODE_STEP), -end, end - 1).astype(np.int64)


@dataclass(frozen=True)
class Linear:
    """Fisher's discriminant of five classes: codes @ weights + offsets.

    Args:
        weights: shape (16, classes), integers; offsets: shape (classes,).
    """

    weights: Ints
    offsets: Ints

    def scores(self, x: NDArray[np.float32]) -> Ints:
        """Shape (n, classes); the largest is the class."""
        return codes(x) @ self.weights + self.offsets


@dataclass(frozen=True)
class OneFeature:
    """Likelihoods of the classes in bins of one feature.

    Args:
        feature: which; table: shape (bins, classes), integers.
    """

    feature: int
    table: Ints

    def scores(self, x: NDArray[np.float32]) -> Ints:
        """Shape (n, classes); the largest is the class."""
        return np.asarray(self.table[_bins(codes(x)[:, self.feature])])


def fit_linear(x: NDArray[np.float32], y: Ints) -> Linear:
    """Weights S**-1 mu for each class, S the covariance within classes (Fisher 1936), in steps of 2**-6."""
    held = codes(x) * CODE_STEP
    means = np.stack([held[y == label].mean(axis=0) for label in range(len(c.CLASSES))])
    spread = np.mean([np.cov(held[y == label].T) for label in range(len(c.CLASSES))], axis=0)
    weights = np.linalg.solve(spread + 1e-3 * np.eye(len(spread)), means.T)
    offsets = -0.5 * np.einsum("kf,fk->k", means, weights)
    return Linear(
        np.rint(weights / WEIGHT_STEP).astype(np.int64), np.rint(offsets / (WEIGHT_STEP * CODE_STEP)).astype(np.int64)
    )


def fit_one_feature(x: NDArray[np.float32], y: Ints) -> OneFeature:
    """The feature whose bins tell the classes apart most often."""
    found = []
    for feature in range(x.shape[1]):
        counts = np.zeros((BINS, len(c.CLASSES)))
        np.add.at(counts, (_bins(codes(x)[:, feature]), y), 1)
        share = (counts + 1) / (counts.sum(axis=0) + BINS)
        table = OneFeature(feature, np.rint(np.log(share) / LIKELIHOOD_STEP).astype(np.int64))
        found.append((float((table.scores(x).argmax(axis=1) == y).mean()), table))
    return max(found, key=lambda each: each[0])[1]


@cache
def baselines() -> dict[str, Linear | OneFeature]:
    """Both, fitted on generated jets that nothing else sees."""
    fitted = jets(FITTED, 0, BASELINE)
    return {"one_feature": fit_one_feature(fitted.x, fitted.y), "linear": fit_linear(fitted.x, fitted.y)}


def _bins(code: Ints) -> Ints:
    return (code + (1 << (CODE_BITS - 1))) * BINS >> CODE_BITS
