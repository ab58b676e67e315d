"""What watches modulators without a network, in exact integers: RMS, limits of channels, and a linear projection.

All look at counts from the reference, as the network does; (n, 32, 14) in, one score a pulse out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.integer]
Scores = NDArray[np.int64]

CALIBRATION_PULSES = 10_000
LIMIT_QUANTILE = 0.99
"""Of healthy pulses: what a channel's limit lets pass."""
COMPONENTS = 14
"""Of the linear projection: as many as the autoencoder's latent numbers."""
COMPONENT_BITS = 12
"""Behind the binary point of a component's entries."""


def sums_of_squares(counts: Counts) -> Scores:
    """Of each channel over time, (n, 14)."""
    return np.asarray((counts.astype(np.int64) ** 2).sum(axis=1))


def rms(counts: Counts) -> Scores:
    """Sum of all squares, (n,): 32 x 14 times the square of the RMS."""
    return np.asarray(sums_of_squares(counts).sum(axis=1))


@dataclass(frozen=True)
class Calibrated:
    """What has to be learnt from healthy pulses.

    Args:
        limits: sum of squares of each channel that 99 % of healthy pulses keep to, (14,).
        mean: of healthy pulses, counts, (448,); components: the directions that they vary in most, orthonormal but for
            rounding to 12 fractional bits, (14, 448).
    """

    limits: Scores
    mean: Scores
    components: Scores

    @classmethod
    def of(cls, counts: Counts) -> Calibrated:
        """From healthy pulses, (n, 32, 14)."""
        limits = np.quantile(sums_of_squares(counts), LIMIT_QUANTILE, axis=0)
        flat = counts.reshape(len(counts), -1).astype(np.float64)
        mean = np.rint(flat.mean(axis=0))
        vectors = np.linalg.eigh(np.cov(flat - mean, rowvar=False))[1]
        components = np.rint(vectors[:, : -COMPONENTS - 1 : -1].T * 2**COMPONENT_BITS)
        return cls(np.maximum(np.rint(limits), 1).astype(np.int64), mean.astype(np.int64), components.astype(np.int64))

    def channel_limits(self, counts: Counts) -> Scores:
        """The channel that is farthest beyond its limit, in 2^-16 of the limit, (n,)."""
        found: Scores = ((sums_of_squares(counts) << 16) // self.limits).max(axis=1)
        return found

    def residual(self, counts: Counts) -> Scores:
        """What principal components leave of a pulse: its square less those of its projections, in 2^-24, (n,)."""
        flat = counts.reshape(len(counts), -1).astype(np.int64) - self.mean
        # 448 products of 10 and 13 bits stay below 2^53: exact as real numbers, which multiply matrices fast.
        along = (flat.astype(np.float64) @ self.components.T.astype(np.float64)).astype(np.int64)
        found: Scores = ((flat**2).sum(axis=1) << 2 * COMPONENT_BITS) - (along**2).sum(axis=1)
        return found
