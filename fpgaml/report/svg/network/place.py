"""Where in its row a vertex is: near those that it is joined with, and clear of those beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from fpgaml.report.svg.network.layers import Layered

SWEEPS = 8
"""Down and up in turn, each row by the one that was placed before it."""
ROUNDS = 24
"""Thereafter, each row by both beside it."""
PASSES = 6
"""Then each chain as one."""
STRAIGHT = 6.0
"""How much more than to a box a bend of a line keeps to a bend above or below it."""

Neighbours = Mapping[int, Sequence[int]]


def placed(
    graph: Layered, rows: Sequence[Sequence[int]], widths: Mapping[int, float], gap: float, room: float
) -> dict[int, float]:
    """The middle of every vertex along x, all between 0 and the room, or what the broadest row takes.

    Args:
        rows: in their order; widths: by vertex; gap: at least, between neighbours; less beside lines.
    """
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for source, target in graph.links:
        above.setdefault(target, []).append(source)
        below.setdefault(source, []).append(target)
    offsets = [_offsets(row, widths, gap) for row in rows]
    room = max([room, *(_taken(row, widths, each) for row, each in zip(rows, offsets, strict=True))])
    x: dict[int, float] = {}
    for row, each in zip(rows, offsets, strict=True):
        left = (room - _taken(row, widths, each) + widths[row[0]]) / 2
        x |= {vertex: left + offset for vertex, offset in zip(row, each, strict=True)}
    for turn in range(SWEEPS + ROUNDS):
        down = turn % 2 == 0
        sides: tuple[Neighbours, ...] = (above, below) if turn >= SWEEPS else (above,) if down else (below,)
        for index in range(len(rows)) if down else reversed(range(len(rows))):
            row, each = rows[index], offsets[index]
            ends = widths[row[0]] / 2, room - widths[row[-1]] / 2 - each[-1]
            _settle(row, x, sides, graph.boxes, each, ends)
    for _ in range(PASSES):
        for chain in _chains(rows, above, below):
            _straighten(chain, x, (above, below), graph.boxes, _rooms(rows, offsets, widths, x, room))
    return x


def _chains(rows: Sequence[Sequence[int]], above: Neighbours, below: Neighbours) -> list[list[int]]:
    """Vertices that only follow one another, from top to bottom; most are alone."""
    chain_of: dict[int, list[int]] = {}
    for row in rows:
        for vertex in row:
            read = above.get(vertex, ())
            joined = len(read) == 1 and len(below.get(read[0], ())) == 1
            chain_of[vertex] = chain_of[read[0]] if joined else []
            chain_of[vertex].append(vertex)
    return [chain for vertex, chain in chain_of.items() if chain[0] == vertex]


def _rooms(
    rows: Sequence[Sequence[int]],
    offsets: Sequence[Sequence[float]],
    widths: Mapping[int, float],
    x: Mapping[int, float],
    room: float,
) -> dict[int, tuple[float, float]]:
    """How far each vertex could move if all others stayed."""
    found = {}
    for row, each in zip(rows, offsets, strict=True):
        for index, vertex in enumerate(row):
            half = widths[vertex] / 2
            left = x[row[index - 1]] + each[index] - each[index - 1] if index else half
            right = x[row[index + 1]] - each[index + 1] + each[index] if index + 1 < len(row) else room - half
            found[vertex] = (left, right)
    return found


def _straighten(
    chain: Sequence[int],
    x: dict[int, float],
    sides: tuple[Neighbours, Neighbours],
    boxes: int,
    rooms: Mapping[int, tuple[float, float]],
) -> None:
    """All of a chain one below the other, near what its ends are joined with, where there is room for that."""
    low, high = max(rooms[vertex][0] for vertex in chain), min(rooms[vertex][1] for vertex in chain)
    if low > high:
        return
    above, below = sides
    ends = [(chain[0], other) for other in above.get(chain[0], ())]
    ends += [(chain[-1], other) for other in below.get(chain[-1], ())]
    weights = [_weight(vertex, other, boxes) for vertex, other in ends]
    wanted = sum(x[vertex] for vertex in chain) / len(chain)
    if ends:
        wanted = sum(x[other] * weight for (_, other), weight in zip(ends, weights, strict=True)) / sum(weights)
    for vertex in chain:
        x[vertex] = min(max(wanted, low), high)


def _taken(row: Sequence[int], widths: Mapping[int, float], offsets: Sequence[float]) -> float:
    return offsets[-1] + (widths[row[0]] + widths[row[-1]]) / 2


def _offsets(row: Sequence[int], widths: Mapping[int, float], gap: float) -> list[float]:
    """Middles in a row without spare room."""
    offsets = [0.0]
    for before, vertex in pairwise(row):
        narrow = min(widths[before], widths[vertex])
        offsets.append(offsets[-1] + (widths[before] + widths[vertex]) / 2 + min(gap, narrow))
    return offsets


def _settle(
    row: Sequence[int],
    x: dict[int, float],
    sides: Sequence[Neighbours],
    boxes: int,
    offsets: Sequence[float],
    ends: tuple[float, float],
) -> None:
    """Each vertex as near to the mean of its neighbours as order, gaps and ends allow, in least squares."""
    wanted, weights = [], []
    for vertex, offset in zip(row, offsets, strict=True):
        near = [(x[other], _weight(vertex, other, boxes)) for side in sides for other in side.get(vertex, ())]
        total = sum(weight for _, weight in near)
        wanted.append((sum(place * weight for place, weight in near) / total if near else x[vertex]) - offset)
        weights.append(total if near else 0.1)
    for vertex, offset, value in zip(row, offsets, _rising(wanted, weights), strict=True):
        x[vertex] = min(max(value, ends[0]), ends[1]) + offset


def _weight(vertex: int, other: int, boxes: int) -> float:
    return STRAIGHT if vertex >= boxes and other >= boxes else 1.0


def _rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest values that never fall, by pooling adjacent violators."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        mean, total, count = value, weight, 1
        while pools and pools[-1][0] > mean:
            other, other_total, other_count = pools.pop()
            mean = (mean * total + other * other_total) / (total + other_total)
            total, count = total + other_total, count + other_count
        pools.append((mean, total, count))
    return [mean for mean, _, count in pools for _ in range(count)]
