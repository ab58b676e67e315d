"""All inputs of a Graph cut into tiles that overlap by one step, so that each step lies whole in some tile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaml.certificates.space import Codes, Space

POINTS = 1 << 20
"""Of a tile, about: a second of work or less, and some tens of megabytes."""


@dataclass(frozen=True)
class Tile:
    """A box of inputs, all of which are run.

    Args:
        start, stop: of each element, first code and the one behind the last.
    """

    start: tuple[int, ...]
    stop: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Values of each element."""
        return tuple(b - a for a, b in zip(self.start, self.stop, strict=True))

    def codes(self) -> Codes:
        """Its points in C order, of shape (points, elements)."""
        axes = (np.arange(a, b, dtype=np.int64) for a, b in zip(self.start, self.stop, strict=True))
        return np.stack([each.reshape(-1) for each in np.meshgrid(*axes, indexing="ij")], axis=1)


@dataclass(frozen=True)
class Tiling:
    """Tiles of one shape that cover a space.

    Args:
        space: what is covered; edges: steps of each element in a tile.
        claimed: elements in which neighbouring tiles share a value.
    """

    space: Space
    edges: tuple[int, ...]
    claimed: frozenset[int]

    @classmethod
    def of(cls, space: Space, claimed: Collection[int], points: int = POINTS) -> Tiling:
        """With tiles of at most about so many points; as even as can be in the claimed elements, which costs least.

        What is shared is run twice.
        """
        edges = [1] * space.elements
        for group in (sorted(claimed), [each for each in range(space.elements) if each not in claimed]):
            while room := [each for each in group if edges[each] < space.sizes[each]]:
                smallest = min(room, key=lambda each: edges[each])
                larger = min(2 * edges[smallest], space.sizes[smallest])
                if prod(edges) // edges[smallest] * larger > points:
                    break
                edges[smallest] = larger
        return cls(space, tuple(edges), frozenset(claimed))

    @property
    def counts(self) -> tuple[int, ...]:
        """Tiles along each element."""
        return tuple(self._along(each) for each in range(self.space.elements))

    def _along(self, element: int) -> int:
        size, edge = self.space.sizes[element], self.edges[element]
        steps = size - 1 if element in self.claimed else size
        return max(1, -(-steps // edge))

    def __len__(self) -> int:
        return prod(self.counts)

    def tile(self, number: int) -> Tile:
        """One of them."""
        places = np.unravel_index(number, self.counts)
        start = [int(low) + int(p) * e for low, p, e in zip(self.space.low, places, self.edges, strict=True)]
        shared = (1 if each in self.claimed else 0 for each in range(self.space.elements))
        ends = (a + edge + more for a, edge, more in zip(start, self.edges, shared, strict=True))
        stop = [min(end, int(high) + 1) for end, high in zip(ends, self.space.high, strict=True)]
        return Tile(tuple(start), tuple(stop))

    @property
    def runs(self) -> int:
        """Points of all tiles, those that are shared as often as they are run."""
        total = 1
        for each, (size, count) in enumerate(zip(self.space.sizes, self.counts, strict=True)):
            total *= size + (count - 1 if each in self.claimed else 0)
        return total
