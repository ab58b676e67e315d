"""Fewer points for the same picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 0.25
"""Units of the drawing that a line may be off."""
_CELL = 0.1
"""Points that fall into one cell of this size are one."""

Places = NDArray[np.float64]
"""Shape (points, 2)."""


def thinned(places: Places, tolerance: float = TOLERANCE) -> Places:
    """The points of a line that keep its shape, by Ramer, Douglas and Peucker, after those that coincide are one.

    Its first and last point are kept, and no point that is left out is further than the tolerance (and a cell) from
    the line through those that remain. The same points always give the same line.
    """
    places = _distinct(places)
    kept = np.zeros(len(places), dtype=bool)
    kept[[0, -1]] = True
    open_ends = [(0, len(places) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        if last - first < 2:
            continue
        distances = _distances(places[first + 1 : last], places[first], places[last])
        furthest = int(distances.argmax())
        if distances[furthest] > tolerance:
            middle = first + 1 + furthest
            kept[middle] = True
            open_ends += [(first, middle), (middle, last)]
    return places[kept]


def _distinct(places: Places) -> Places:
    """Without points in the same cell as the one before, but with the last one."""
    if len(places) < 3:
        return places
    cells = np.round(places / _CELL)
    new = np.ones(len(places), dtype=bool)
    new[1:] = (cells[1:] != cells[:-1]).any(axis=1)
    new[-1] = True
    return places[new]


def _distances(places: Places, start: Places, stop: Places) -> NDArray[np.float64]:
    """From the stretch between two points."""
    along = stop - start
    length = float(along @ along)
    offset = places - start
    if not length:
        return np.hypot(offset[:, 0], offset[:, 1])
    share = np.clip(offset @ along / length, 0.0, 1.0)
    rest = offset - share[:, None] * along
    return np.asarray(np.hypot(rest[:, 0], rest[:, 1]), dtype=np.float64)
