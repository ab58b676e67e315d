"""How far apart two results are, value by value: a histogram whose bins are fixed, so that batches add up.

Eight bins an octave, the same for positive and negative differences: whole numbers of LSB up to 16 have a bin each, and
whatever lies beyond is told to an eighth of its size. Equal values are not in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

PER_OCTAVE = 8
LOWEST, HIGHEST = -10 * PER_OCTAVE, 30 * PER_OCTAVE
"""The bin of all that is no larger than 2**-10 LSB, and the one of all beyond 2**30."""


@dataclass(frozen=True)
class Spread:
    """Differences, got less expected, in LSB.

    Args:
        lsb: in output units; None where it differs by element.
        below, above: how many negative and positive ones have their size in which bin: above `upper(bin - 1)`, and up
            to `upper(bin)`.
    """

    lsb: float | None
    below: Counter[int] = field(default_factory=Counter)
    above: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: Spread) -> Spread:
        return Spread(self.lsb, self.below + other.below, self.above + other.above)

    def bins(self) -> Iterator[tuple[float, float | None, int, int]]:
        """Those that hold something, ascending by size: above what, up to what, how many below zero, how many above.

        The last one has no end.
        """
        for each in sorted(self.below.keys() | self.above.keys()):
            first, last = each == LOWEST, each == HIGHEST
            yield 0.0 if first else upper(each - 1), None if last else upper(each), self.below[each], self.above[each]


def upper(number: int) -> float:
    """The largest size, in LSB, of a bin."""
    octave, part = divmod(number, PER_OCTAVE)
    return float(np.ldexp(1 + part / PER_OCTAVE, octave))


def spread(differences: NDArray[np.float64], lsb: float | None) -> Spread:
    """Of differences in LSB, of any shape; zeros are passed over."""
    return Spread(lsb, _counted(-differences[differences < 0]), _counted(differences[differences > 0]))


def _counted(sizes: NDArray[np.float64]) -> Counter[int]:
    mantissa, exponent = np.frexp(sizes)  # size = mantissa * 2**exponent, mantissa from 1/2 to below 1
    part = np.ceil((2 * mantissa - 1) * PER_OCTAVE).astype(np.int64)
    numbers = np.clip((exponent.astype(np.int64) - 1) * PER_OCTAVE + part, LOWEST, HIGHEST)
    counts = np.bincount(numbers - LOWEST, minlength=1)
    return Counter({int(place) + LOWEST: int(counts[place]) for place in np.flatnonzero(counts)})
