"""The order within rows, so that few lines cross."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import pairwise

from fpgaml.report.svg.network.layers import Layered

SWEEPS = 12


def ordered(graph: Layered) -> list[list[int]]:
    """Rows in an order of few crossings: each by the medians of its neighbours above and below, in turn."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for source, target in graph.links:
        above.setdefault(target, []).append(source)
        below.setdefault(source, []).append(target)
    rows = [list(row) for row in graph.rows]
    best, fewest = [list(row) for row in rows], crossings(rows, below)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        for index in range(1, len(rows)) if down else reversed(range(len(rows) - 1)):
            other = rows[index - 1 if down else index + 1]
            _sort(rows[index], other, above if down else below)
        found = crossings(rows, below)
        if found < fewest:
            best, fewest = [list(row) for row in rows], found
    return best


def crossings(rows: Sequence[Sequence[int]], below: dict[int, list[int]]) -> int:
    """How many pairs of lines cross."""
    total = 0
    for row, following in pairwise(rows):
        place = {vertex: index for index, vertex in enumerate(following)}
        seen: list[int] = []
        for vertex in row:
            ends = sorted(place[target] for target in below.get(vertex, ()))
            total += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _sort(row: list[int], other: Sequence[int], neighbours: dict[int, list[int]]) -> None:
    """By medians; a vertex without a neighbour stays where it is."""
    place = {vertex: index for index, vertex in enumerate(other)}
    medians = {vertex: _median([place[each] for each in neighbours.get(vertex, ())]) for vertex in row}
    moving = sorted((vertex for vertex in row if medians[vertex] is not None), key=lambda v: (medians[v], row.index(v)))
    following = iter(moving)
    row[:] = [vertex if medians[vertex] is None else next(following) for vertex in row]


def _median(places: list[int]) -> float | None:
    if not places:
        return None
    places.sort()
    middle = len(places) // 2
    return float(places[middle]) if len(places) % 2 else (places[middle - 1] + places[middle]) / 2
