"""Thinned lines keep their shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaml.report.svg.thin import TOLERANCE, thinned

CELL = 0.1


def distance(points: NDArray[np.float64], line: NDArray[np.float64]) -> float:
    """Of the point that is furthest from the line, by every stretch of it."""
    start, along = line[:-1], np.diff(line, axis=0)
    offset = points[:, None] - start[None]
    share = np.clip((offset * along).sum(2) / np.maximum((along**2).sum(1), 1e-12), 0, 1)
    rest = offset - share[..., None] * along
    return float(np.hypot(rest[..., 0], rest[..., 1]).min(1).max())


def test_a_straight_line_is_its_ends_and_a_corner_stays() -> None:
    x = np.linspace(0, 100, 1001)
    assert thinned(np.stack([x, 2 * x], 1)).tolist() == [[0, 0], [100, 200]]
    corner = np.stack([x, np.abs(x - 50)], 1)
    assert thinned(corner).tolist() == [[0, 50], [50, 0], [100, 50]]


def test_a_long_curve_is_short_and_as_it_was() -> None:
    rng = np.random.default_rng(1)
    steps = np.sort(rng.random((100_000, 2)), axis=0) * [600, 300]  # as a ROC is
    few = thinned(steps)
    assert len(few) < 300
    assert distance(steps[::50], few) <= TOLERANCE + CELL
    assert few[0].tolist() == steps[0].tolist() and few[-1].tolist() == steps[-1].tolist()


def test_a_spike_of_a_single_point_stays() -> None:
    x = np.linspace(0, 600, 50_000)
    y = np.zeros_like(x)
    y[31_234] = 250.0
    few = thinned(np.stack([x, y], 1))
    assert few[:, 1].max() == 250 and len(few) == 5


def test_lines_of_few_points_and_closed_ones_are_kept() -> None:
    for points in ([[0, 0]], [[0, 0], [3, 4]], [[0, 0], [9, 0], [9, 9], [0, 0]]):
        assert thinned(np.array(points, dtype=float)).tolist() == points
