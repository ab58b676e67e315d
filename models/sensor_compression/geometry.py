"""Where trigger cells lie: on the hexagon, in the network's image, and which 2 x 2 of them the telescope adds up."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from . import constants as c

Real = NDArray[np.float64]
Index = NDArray[np.intp]

RHOMBI = 3
BLOCK = c.SIDE**2
"""Cells of one rhombus."""


def index(rhombus: int, a: int, b: int) -> int:
    """Number of the cell at step a along one side of a rhombus and step b along the other."""
    return BLOCK * rhombus + c.SIDE * a + b


@cache
def positions() -> Real:
    """Centres of the cells from the module's middle, (48, 2), in pitches.

    Three rhombi of rhombic cells tile a hexagon: the middle one's sides point to -30 and -90 degrees, and cell (0, 3)
    has its obtuse corner in the hexagon's middle. The others are turned by 120 degrees each, as in fastml-science's
    hexCoords, where a gap of a twentieth of a pitch separates them.
    """
    found = np.zeros((c.CELLS, 2))
    for rhombus in range(RHOMBI):
        along, across, corner = (_direction(angle + 120 * rhombus) for angle in (-30, -90, 30))
        for a in range(c.SIDE):
            for b in range(c.SIDE):
                found[index(rhombus, a, b)] = corner / 2 + a * along + (b - c.SIDE + 1) * across
    return found


def _direction(degrees: float) -> Real:
    angle = np.deg2rad(degrees)
    return np.array([np.cos(angle), np.sin(angle)])


@cache
def inner_points() -> Real:
    """Nine points spread evenly over each cell, (48, 9, 2), in pitches: a density's mean over them is the cell's."""
    steps = np.array([-1, 0, 1]) / 3
    offsets = np.zeros((RHOMBI, 9, 2))
    for rhombus in range(RHOMBI):
        along, across = (_direction(angle + 120 * rhombus) for angle in (-30, -90))
        offsets[rhombus] = [a * along + b * across for a in steps for b in steps]
    return np.asarray(positions()[:, None] + np.repeat(offsets, BLOCK, axis=0))


CELL_AREA = float(np.sqrt(3) / 2)
"""Of a rhombus of side one and 60 degrees, in square pitches."""


@cache
def image_cells() -> Index:
    """The cell at each place of the 8 x 8 image, -1 in the empty quarter [fastml-science, networks.py: 8x8].

    Rhombi lie so that neighbours across two of the three seams stay neighbours.
    """
    found = np.full((c.IMAGE, c.IMAGE), -1, np.intp)
    for row in range(c.SIDE):
        for column in range(c.SIDE):
            found[row, column] = index(1, c.SIDE - 1 - row, column)
            found[row, c.SIDE + column] = index(0, column, row)
            found[c.SIDE + row, column] = index(2, c.SIDE - 1 - column, c.SIDE - 1 - row)
    return found


def as_image(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cells (n, 48) as images (n, 8, 8, 1)."""
    cells = image_cells()
    return np.asarray(np.where(cells >= 0, values[:, np.maximum(cells, 0)], 0)[..., None])


@cache
def tiles() -> Index:
    """The twelve super cells, 2 x 2 cells each, that tile the module, (12, 4)."""
    starts = range(0, c.SIDE, 2)
    return np.array([_square(rhombus, a, b) for rhombus in range(RHOMBI) for a in starts for b in starts])


@cache
def squares() -> Index:
    """All 36 squares of 2 x 2 cells: nine in each rhombus, three across each seam; (36, 4)."""
    found = [_square(rhombus, a, b) for rhombus in range(RHOMBI) for a in range(c.SIDE - 1) for b in range(c.SIDE - 1)]
    last = c.SIDE - 1
    for rhombus in range(RHOMBI):
        other = (rhombus + 1) % RHOMBI
        for b in range(last):
            here = [index(rhombus, 0, b), index(rhombus, 0, b + 1)]
            found.append([*here, index(other, last - b, last), index(other, last - b - 1, last)])
    return np.array(found)


def _square(rhombus: int, a: int, b: int) -> list[int]:
    return [index(rhombus, a + i, b + j) for i in (0, 1) for j in (0, 1)]


@cache
def square_weights() -> Real:
    """What each of the 36 squares counts: a quarter of the sum over its cells of 1 / squares that the cell is in.

    So every cell counts the same in all, and the weights sum to twelve [fastml-science, telescope.py].
    """
    times = np.bincount(squares().ravel(), minlength=c.CELLS)
    return np.asarray((1 / times)[squares()].sum(axis=1) / 4)


@cache
def neighbourhoods() -> NDArray[np.bool_]:
    """Which cells lie within 1.01 pitches of each, itself included, (48, 48)."""
    place = positions()
    return np.asarray(np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) < 1.01)
