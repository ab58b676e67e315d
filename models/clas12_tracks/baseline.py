"""What needs no training: a parabola through the mean wires, in exact integers.

Wires of a superlayer cover the same angles in each, so that a straight track has one mean wire in all six; the field
bends it, to first order a parabola of the distance. Superlayers' wires are turned by plus and minus 6 degrees in turn:
a track beside the mid-plane alternates by a constant, which the second of the fits has as a fourth parameter.

A least-squares fit is linear in the wires. Its coefficients are rounded to integers once, and all sums are integers: of
wires in units of 1/16.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from .generate import SIGNS

Real = NDArray[np.float64]
Integers = NDArray[np.int64]

COEFFICIENT_BITS = 10
"""Behind the point."""


@dataclass(frozen=True)
class Fit:
    """A polynomial of the distance fitted to the mean wires.

    Args:
        stereo: whether a fourth parameter alternates from superlayer to superlayer.
    """

    stereo: bool

    @property
    def design(self) -> Real:
        """What each parameter does in each superlayer, (6, parameters)."""
        distance = np.array(c.PLANES_M) / c.PLANES_M[-1]
        columns = [np.ones(6), distance, distance**2]
        return np.stack(columns + [SIGNS] * self.stereo, axis=1)

    @cached_property
    def residuals(self) -> Integers:
        """Wires to what the fit leaves of them, times 2^10, (6, 6)."""
        design = self.design
        return _rounded(np.eye(6) - design @ np.linalg.pinv(design))

    @cached_property
    def curvature(self) -> Integers:
        """Wires to the parabola's curvature, in a scale of its own, (6,)."""
        return _rounded(np.linalg.pinv(self.design)[2])

    @cached_property
    def predicted(self) -> Integers:
        """For each missing superlayer the other wires to its own, times 2^10, (6, 6)."""
        design, found = self.design, np.zeros((6, 6))
        for missing in range(6):
            others = np.delete(np.arange(6), missing)
            found[missing, others] = design[missing] @ np.linalg.pinv(design[others])
        return _rounded(found)

    def restore(self, wires: Integers) -> Integers:
        """Segments with the missing one, if one is, in units of 1/16 wire: (n, 6) to (n, 6)."""
        sums = wires @ self.predicted.T
        half = 1 << (COEFFICIENT_BITS - 1)
        return np.where(wires == 0, (sums + half) >> COEFFICIENT_BITS, wires)

    def chi_squared(self, wires: Integers) -> Integers:
        """The sum of squared residuals of six segments, times 2^28 wires^2, (n,)."""
        return np.asarray(((wires @ self.residuals.T) ** 2).sum(-1))

    def charge(self, wires: Integers) -> Integers:
        """Positive where the track bends away from the beam, (n,)."""
        return np.asarray(wires @ self.curvature)


FITS = {"parabola": Fit(stereo=True), "without_stereo": Fit(stereo=False)}
"""By column."""


def judge(name: str, wires: NDArray[np.float32]) -> Real:
    """What a fit says of candidates, one segment of which may be missing.

    Returns:
        (n, 8): minus the root of chi squared in wires, the curvature, the six segments with the restored one.
    """
    fit = FITS[name]
    whole = fit.restore(np.rint(wires.astype(np.float64) * c.STEP).astype(np.int64))
    score = -np.sqrt(fit.chi_squared(whole).astype(np.float64)) / (c.STEP << COEFFICIENT_BITS)
    return np.column_stack([score, fit.charge(whole), whole / c.STEP])


def _rounded(coefficients: Real) -> Integers:
    return np.rint(coefficients * (1 << COEFFICIENT_BITS)).astype(np.int64)
