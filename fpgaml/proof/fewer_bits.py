"""What a quantizer with fewer bits would do to the values that it gave: counted exactly, in one pass over them.

All that matters is which codes a quantizer gave, and how often. Codes of types with many bits are told apart by their
highest and lowest bits alone: those decide whether the top bits can go, and what the low ones round to.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from fpgaml.graph.types import FixedType, Ints, Overflow, Quantizer
from fpgaml.graph.values import FixedArray, quantize

MOST_FEWER = 3
"""Bits less are looked at up to this many."""
WHOLE = 12
"""Magnitude bits up to which every code is counted by itself."""
END = WHOLE // 2
"""Bits that are told apart at either end of a code with more."""


@dataclass(frozen=True)
class FewerBits:
    """What so many bits less would do to the values that a quantizer gave.

    Args:
        bits: how many less, at the top or at the bottom.
        clipped: values that do not fit without as many top bits.
        rounded: values that change without as many bottom bits, rounded once more in the same way.
        largest_lsb, rms_lsb: the largest such change, and the root of the mean square over all values, in units of
            the present least significant bit.
    """

    bits: int
    clipped: int
    rounded: int
    largest_lsb: float
    rms_lsb: float


class CodeCounts:
    """How often a quantizer gave which code, over batches of any size.

    Args:
        quantizer: its type may differ by element; elements of as many bits are counted together.
    """

    def __init__(self, quantizer: Quantizer) -> None:
        kind = quantizer.type
        self._quantizer = quantizer
        self._magnitude = np.asarray(np.maximum(kind.integer + kind.fractional, 0) * (kind.width > 0))
        shorter = np.minimum(self._magnitude, WHOLE)
        self._groups: list[tuple[int, int, int]] = []  # sign, magnitude bits, first place of its codes
        self._base = np.zeros(self._magnitude.shape, dtype=np.int64)  # the place of code 0
        self._shift = np.asarray(int(kind.fractional.max()) - kind.fractional)
        size = 0
        pairs = {(int(k), int(w)) for k, w in zip(kind.signed.flat, self._magnitude.flat, strict=True)}
        for signed, magnitude in sorted(pairs):
            codes = 1 << min(magnitude, WHOLE)
            same = (kind.signed == signed) & (self._magnitude == magnitude)
            self._base = np.where(same, size + signed * codes, self._base)
            self._groups.append((signed, magnitude, size))
            size += codes * (1 + signed)
        self._far = np.asarray(self._magnitude - shorter)  # bits in the middle that are left out
        self._counts = np.zeros(size, dtype=np.int64)

    def add(self, result: FixedArray) -> None:
        """Count what the quantizer gave: shape (events, *shape), in the finest step of its type."""
        codes: Ints = result.integers
        if self._shift.any():
            codes = codes >> self._shift
        if self._far.any():
            codes = self._shortened(codes)
        places = np.asarray(codes + self._base, dtype=np.int64).reshape(-1)
        self._counts += np.bincount(places, minlength=self._counts.size)

    def take(self, other: CodeCounts) -> None:
        """Add what was counted elsewhere, of the same quantizer."""
        self._counts = self._counts + other._counts

    def fewer(self) -> tuple[FewerBits, ...]:
        """One bit less and more, as far as some element still has bits then."""
        most = min(int(self._magnitude.max(initial=0)) - 1, MOST_FEWER)
        return tuple(self._without(bits) for bits in range(1, most + 1))

    def _without(self, bits: int) -> FewerBits:
        clipped = rounded = values = largest = squares = 0
        rounding, overflow = self._quantizer.rounding, self._quantizer.overflow
        for signed, magnitude, first in self._groups:
            codes = 1 << min(magnitude, WHOLE)
            counts = self._counts[first : first + codes * (1 + signed)].astype(object)
            seen = np.flatnonzero(counts)
            counts, given = counts[seen], self._lengthened((seen - signed * codes).astype(object), magnitude)
            low, high = FixedType(signed, magnitude - bits, 0).bounds()
            low = -high if overflow == Overflow.SAT_SYM else low
            clipped += int(counts[(given < low) | (given > high)].sum())
            coarser = Quantizer(FixedType(signed, magnitude, -bits), rounding, overflow)
            change = abs(quantize(FixedArray(given, 0), coarser).at(0).astype(object) - given)
            rounded += int(counts[change != 0].sum())
            values += int(counts.sum())
            largest = max(largest, int(max(change, default=0)))
            squares += int((counts * change * change).sum())
        return FewerBits(bits, clipped, rounded, float(largest), sqrt(squares / values) if values else 0.0)

    def _shortened(self, codes: Ints) -> Ints:
        """Codes without the bits in the middle; where the range is symmetric, so is this."""
        if self._quantizer.overflow != Overflow.SAT_SYM:
            return _ends(codes, self._magnitude, self._far)
        return np.sign(codes) * _ends(abs(codes), self._magnitude, self._far)

    def _lengthened(self, codes: Ints, magnitude: int) -> Ints:
        """A code of the type for each shortened one, that it stands for."""
        if magnitude <= WHOLE:
            return codes
        if self._quantizer.overflow != Overflow.SAT_SYM:
            return _between(codes, magnitude - WHOLE)
        return np.sign(codes) * _between(abs(codes), magnitude - WHOLE)


def _ends(codes: Ints, magnitude: Ints, far: Ints) -> Ints:
    """The highest and the lowest bits; a code at the very end of the range remains the only one that looks so."""
    high, low = codes >> np.maximum(magnitude - END, 0), codes & ((1 << END) - 1)
    middle = (codes >> END) & _ones(far)
    top = (high == (1 << END) - 1) & (middle != _ones(far))
    bottom = (high == -(1 << END)) & (middle != 0)
    return np.asarray(np.where(far > 0, ((high - top + bottom) << END) + low, codes))


def _between(codes: Ints, far: int) -> Ints:
    """With bits in the middle again: ones at the upper end of the range, zeros elsewhere."""
    high, low = codes >> END, codes & ((1 << END) - 1)
    filled = (high == (1 << END) - 1).astype(object) * ((1 << far) - 1)
    return np.asarray((((high << far) + filled) << END) + low, dtype=object)


def _ones(bits: Ints) -> Ints:
    powers = [(1 << int(count)) - 1 for count in np.asarray(bits).flat]
    exact = np.array(powers, dtype=np.int64 if max(powers, default=0) < 1 << 62 else object)
    return exact.reshape(np.shape(bits))
