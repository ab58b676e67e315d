"""Which box is in which row; lines that pass a row get a place of their own in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Link = tuple[int, int]


@dataclass(frozen=True)
class Layered:
    """A graph in rows.

    Args:
        boxes: how many of the vertices are boxes, the first ones; the others are bends of lines.
        rows: vertices, from top to bottom.
        links: lines from one row to the next, by vertices. What leaves a box is one line until it branches.
    """

    boxes: int
    rows: Sequence[Sequence[int]]
    links: Sequence[Link]


def layered(boxes: int, edges: Sequence[Link], most: int) -> Layered:
    """Every box below all that it reads, as far up as the room in the rows allows.

    Args:
        boxes: how many there are; edges go from a lower number to a higher one.
        most: boxes in a row.
    """
    row_of = _rows(boxes, edges, most)
    rows: list[list[int]] = [[] for _ in range(max(row_of, default=-1) + 1)]
    for box, row in enumerate(row_of):
        rows[row].append(box)
    bends: dict[tuple[int, int], int] = {}
    links: dict[Link, None] = {}
    for source, target in edges:
        last = source
        for row in range(row_of[source] + 1, row_of[target]):
            if (source, row) not in bends:
                bends[source, row] = boxes + len(bends)
                rows[row].append(bends[source, row])
            links[last, bends[source, row]] = None
            last = bends[source, row]
        links[last, target] = None
    return Layered(boxes, rows, tuple(links))


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
