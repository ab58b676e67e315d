"""Geometry of the cluster: where a shower's energy goes, which cells couple, which cells are equivalent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import constants as c

Real = NDArray[np.float64]


def shower_fractions(eta: ArrayLike, phi: ArrayLike, cells: int) -> Real:
    """The share of a shower's energy in each cell of a square of cells x cells.

    The density R^2 / (pi (r^2 + R^2)^2) is integrated over each cell in closed form.

    Args:
        eta, phi: impact points in cells, from the middle of the middle cell; shape (showers,).
        cells: cells along a side, odd.

    Returns:
        Shape (showers, cells, cells); the sum is below one by what leaks out of the square.
    """
    edges = np.arange(cells + 1) - cells / 2
    x = edges[None, :, None] - np.asarray(eta, np.float64)[:, None, None]
    y = edges[None, None, :] - np.asarray(phi, np.float64)[:, None, None]
    corner = _quadrant(x, y)
    return np.diff(np.diff(corner, axis=1), axis=2)


def _quadrant(x: Real, y: Real) -> Real:
    """The profile's integral over the rectangle from the axis to (x, y); 1/4 far away."""
    to_x = np.sqrt(x**2 + c.SHOWER_RADIUS_CELLS**2)
    to_y = np.sqrt(y**2 + c.SHOWER_RADIUS_CELLS**2)
    return (x / to_x * np.arctan(y / to_x) + y / to_y * np.arctan(x / to_y)) / (2 * np.pi)


def coupled(energy: Real) -> Real:
    """The amplitude of the crosstalk pulse in every inner cell.

    Args:
        energy: shape (..., n + 2, n + 2).

    Returns:
        Shape (..., n, n): 4.0 % of each edge neighbour (capacitive) and 2.3 % of all eight (inductive).
    """
    middle = slice(1, -1)
    before, after = slice(None, -2), slice(2, None)
    edge = energy[..., before, middle] + energy[..., after, middle]
    edge = edge + energy[..., middle, before] + energy[..., middle, after]
    corner = energy[..., before, before] + energy[..., before, after]
    corner = corner + energy[..., after, before] + energy[..., after, after]
    return (c.CAPACITIVE_CROSSTALK + c.INDUCTIVE_CROSSTALK) * edge + c.INDUCTIVE_CROSSTALK * corner


def ring_of_cell(cells: int = c.CELLS) -> NDArray[np.int64]:
    """The ring of each cell: cells at the same distance from the middle are in the same ring, numbered from zero.

    Crosstalk does not tell such cells apart, so that a network needs no more than their sum. A square of 5 x 5 cells
    has six rings: the cell, its edge and its corner neighbours, and three further out.
    """
    offset = np.arange(cells) - cells // 2
    distance = offset[:, None] ** 2 + offset[None, :] ** 2
    return np.asarray(np.unique(distance, return_inverse=True)[1].reshape(cells, cells), np.int64)
