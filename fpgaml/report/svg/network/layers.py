"""Which box is in which row; lines that pass a row get a place of their own in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Link = tuple[int, int]


@dataclass(frozen=True)
class Layered:
    """A graph in rows.

    Args:
        boxes: how many of the vertices are boxes, the first ones; the others are bends of lines.
        rows: vertices, from top to bottom.
        links: lines from one row to the next, by vertices.
        routes: for each edge the vertices that its line goes through, from its source to its target.
    """

    boxes: int
    rows: Sequence[Sequence[int]]
    links: Sequence[Link]
    routes: Sequence[Sequence[int]]


def layered(boxes: int, edges: Sequence[Link], most: int) -> Layered:
    """Every box below all that it reads, as far up as the room in the rows allows.

    Args:
        boxes: how many there are; edges go from a lower number to a higher one.
        most: boxes in a row.
    """
    row_of = _rows(boxes, edges, most)
    count = max(row_of, default=-1) + 1
    rows: list[list[int]] = [[] for _ in range(count)]
    for box, row in enumerate(row_of):
        rows[row].append(box)
    links: list[Link] = []
    routes = []
    vertices = boxes
    for source, target in edges:
        route = [source]
        for row in range(row_of[source] + 1, row_of[target]):
            rows[row].append(vertices)
            route.append(vertices)
            vertices += 1
        route.append(target)
        routes.append(route)
        links += pairwise(route)
    return Layered(boxes, rows, links, routes)


def _rows(boxes: int, edges: Sequence[Link], most: int) -> list[int]:
    sources: list[list[int]] = [[] for _ in range(boxes)]
    targets: list[list[int]] = [[] for _ in range(boxes)]
    for source, target in edges:
        assert 0 <= source < target < boxes, (source, target)
        sources[target].append(source)
        targets[source].append(target)
    rows: list[int] = []
    filled: dict[int, int] = {}
    for box in range(boxes):
        row = max((rows[source] + 1 for source in sources[box]), default=0)
        while filled.get(row, 0) >= most:
            row += 1
        filled[row] = filled.get(row, 0) + 1
        rows.append(row)
    for box in reversed(range(boxes)):  # what reads nothing stands right above its first reader
        if not sources[box] and targets[box]:
            row = min(rows[target] for target in targets[box]) - 1
            if filled.get(row, 0) < most:
                filled[rows[box]] -= 1
                filled[row] = filled.get(row, 0) + 1
                rows[box] = row
    used = {row: place for place, row in enumerate(sorted(set(rows)))}
    return [used[row] for row in rows]
