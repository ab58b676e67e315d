"""The smallest and the largest of consecutive entries of a table, for many stretches at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fpgaml.graph.types import Ints

LARGEST = 1 << 16
"""Entries up to which stretches are told apart; of a larger table the extremes of all of it stand for each."""


@dataclass(frozen=True, eq=False)
class Extremes:
    """Smallest and largest entries of stretches of 1, 2, 4, ... entries, by where they begin."""

    lows: tuple[Ints, ...]
    highs: tuple[Ints, ...]

    @classmethod
    def of(cls, table: Ints) -> Extremes:
        """Of a table's entries, at least one."""
        if len(table) > LARGEST:
            return cls((np.asarray([table.min()]),), (np.asarray([table.max()]),))
        lows, highs, width = [table], [table], 1
        while 2 * width <= len(table):
            lows.append(np.minimum(lows[-1][:-width], lows[-1][width:]))
            highs.append(np.maximum(highs[-1][:-width], highs[-1][width:]))
            width *= 2
        return cls(tuple(lows), tuple(highs))

    def between(self, first: Ints, last: Ints) -> tuple[Ints, Ints]:
        """Smallest and largest of entries first <= j <= last; where there is none (last < first), of some entry."""
        if len(self.lows[0]) == 1:
            whole = np.zeros_like(first)
            return self.lows[0][whole], self.highs[0][whole]
        first, last = first.astype(np.int64), np.maximum(last, first).astype(np.int64)
        levels = np.frexp((last - first + 1).astype(np.float64))[1] - 1  # the largest power of two that is in
        low, high = self.lows[0][first], self.highs[0][first]
        for level in np.unique(levels):
            here = levels == level
            ends = first[here], last[here] + 1 - (1 << int(level))
            low[here] = np.minimum(*(self.lows[level][end] for end in ends))
            high[here] = np.maximum(*(self.highs[level][end] for end in ends))
        return low, high
