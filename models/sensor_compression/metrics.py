"""How far what software gets back lies from what was there, event by event, and means with their errors."""

from __future__ import annotations

from functools import cache

import numpy as np
from fpgaml_models.common.samples import pieces
from fpgaml_models.common.statistics import Measured
from numpy.typing import NDArray

from . import constants as c
from .geometry import BLOCK, RHOMBI, neighbourhoods, positions, square_weights, squares
from .normalise import fractions

Real = NDArray[np.float64]

DIRECTIONS = 12
"""Over 180 degrees, 15 apart."""
PIECE = 10_000
"""Events at a time, so that what is between two steps stays small."""
CLUSTER_COUNTS = 80
"""Clusters whose hottest cell holds at least 10 MIP are asked for their energy."""


def mean(values: Real) -> Measured:
    """Mean and its standard error, values (n,)."""
    spread = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    return Measured(float(values.mean()), spread / float(np.sqrt(len(values))))


def rms(values: Real) -> Measured:
    """Root of the mean square; its error from the spread of the squares."""
    squared = mean(values**2)
    value = float(np.sqrt(squared.value))
    return Measured(value, squared.error / (2 * value) if value else 0.0)


@cache
def _cumulated() -> Real:
    """What turns differences of cells into areas between cumulative distributions, (48, directions x 47).

    In each direction cells have an order; a column sums those up to one cell, times the distance to the next.
    """
    found = []
    for step in range(DIRECTIONS):
        angle = np.pi * step / DIRECTIONS
        along = positions() @ np.array([np.cos(angle), np.sin(angle)])
        order = np.argsort(along, kind="stable")
        rank = np.empty(len(order), np.intp)
        rank[order] = np.arange(len(order))
        found.append((rank[:, None] <= np.arange(len(order) - 1)) * np.diff(along[order]))
    return np.concatenate(found, axis=1)


@cache
def _members() -> Real:
    """Which cells each square has, (48, 36)."""
    found = np.zeros((c.CELLS, len(squares())))
    found[squares(), np.arange(len(squares()))[:, None]] = 1.0
    return found


def sliced_distance(truth: NDArray[np.generic], found: NDArray[np.generic]) -> Real:
    """The sliced energy mover's distance of the fractions of charge, (n,), in pitches.

    Along a direction the energy mover's distance is the area between the two cumulative distributions; its mean over
    directions is the sliced Wasserstein distance (Bonneel et al., J. Math. Imaging Vis. 51 (2015) 22), which is zero
    where the distance in the plane is, and never above it. An event of which nothing arrives is as if it were spread
    evenly over all cells.
    """
    there = fractions(truth)
    got = fractions(found)
    got[got.sum(axis=1) == 0] = 1 / got.shape[1]
    got[there.sum(axis=1) == 0] = 0.0  # an empty event has no shape to be missed
    areas = [np.abs((there[part] - got[part]) @ _cumulated()).sum(axis=1) for part in pieces(len(there), PIECE)]
    return np.concatenate(areas) / DIRECTIONS


def telescope(truth: NDArray[np.generic], found: NDArray[np.generic]) -> Real:
    """The telescope distance of the fractions of charge, (n,) [fastml-science, telescope.py: telescopeMSE2].

    4 times the mean over cells of (difference squared x the larger of the two), 2 times that over the weighted 36
    squares of 2 x 2 cells, once that over the three rhombi.
    """
    there, got = fractions(truth), fractions(found)

    def term(a: Real, b: Real) -> Real:
        return np.asarray((a - b) ** 2 * np.maximum(a, b))

    in_squares = term(*(part @ _members() for part in (there, got))) * square_weights()
    in_rhombi = term(*(part.reshape(-1, RHOMBI, BLOCK).sum(axis=-1) for part in (there, got)))
    return np.asarray(4 * term(there, got).mean(axis=1) + 2 * in_squares.mean(axis=1) + in_rhombi.mean(axis=1))


def cluster_errors(truth: NDArray[np.int64], found: NDArray[np.generic]) -> Real:
    """Relative error of the charge around the hottest cell: it and those within 1.01 pitches; events that have one."""
    hottest = truth.argmax(axis=1)
    kept = truth[np.arange(len(truth)), hottest] >= CLUSTER_COUNTS
    near = neighbourhoods()[hottest[kept]]
    there, got = ((np.asarray(one, np.float64)[kept] * near).sum(axis=1) for one in (truth, found))
    return np.asarray(got / there - 1)


def shifts(truth: NDArray[np.generic], found: NDArray[np.generic]) -> Real:
    """How far the energy-weighted mean place moves, (n,), in pitches [fastml-science, utils/metrics.py]."""
    moved = (fractions(found) - fractions(truth)) @ positions()
    return np.asarray(np.hypot(moved[:, 0], moved[:, 1]))
