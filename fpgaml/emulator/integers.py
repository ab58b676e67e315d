"""The integers of generated C++: which one holds a range, and how a number is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WORD = 64


@dataclass(frozen=True)
class IntType:
    """A signed integer: the machine's own, or a `Wide` of several words (`lib/wide.h`).

    Args:
        cpp: its name in C++.
        bits: its width.
    """

    cpp: str
    bits: int

    @property
    def low(self) -> int:
        """The smallest value."""
        return -(1 << (self.bits - 1))

    @property
    def high(self) -> int:
        """The largest value."""
        return (1 << (self.bits - 1)) - 1

    @property
    def unsigned(self) -> str:
        """The C++ name of the type of the same width in which sums and products may wrap."""
        return self.cpp.replace("std::int", "std::uint")

    @property
    def words(self) -> int:
        """How many words of 64 bits it is passed as, the least significant first; 0 for one of the machine's own."""
        return self.bits // WORD if self.bits > WORD else 0

    @property
    def dtype(self) -> np.dtype[np.integer]:
        """The type of the same width in numpy, or that of its words."""
        return np.dtype(np.uint64 if self.words else f"int{self.bits}")

    def holds(self, low: int, high: int) -> bool:
        """Whether every number from `low` to `high` is one of its values."""
        return self.low <= low and high <= self.high


INT_TYPES = tuple(IntType(f"std::int{bits}_t", bits) for bits in (8, 16, 32, 64))
INT16, INT32, INT64 = INT_TYPES[1:]


def smallest(*numbers: int, at_least: int = 8) -> IntType:
    """The narrowest type that holds some numbers.

    Args:
        at_least: its fewest bits.
    """
    low, high = min(numbers, default=0), max(numbers, default=0)
    for kind in INT_TYPES:
        if kind.bits >= at_least and kind.holds(low, high):
            return kind
    return wide(max((~number if number < 0 else number).bit_length() for number in (low, high)) + 1)


def wide(bits: int) -> IntType:
    """The shortest `Wide` of at least so many bits."""
    words = -(-bits // WORD)
    return IntType(f"fpgaml::Wide<{words}>", words * WORD)


def computing(*numbers: int) -> IntType:
    """The type in which C++ computes with numbers up to those: nothing is narrower than an `int` there."""
    return smallest(*numbers, at_least=INT32.bits)


def literal(number: int) -> str:
    """An integer as C++ writes it; a negative one in parentheses, so that it may stand behind any operator."""
    if INT32.holds(number, number):
        text = str(number) if number > INT32.low else "-2147483647 - 1"
    elif INT64.holds(number, number):
        text = f"{number}LL" if number > INT64.low else "-9223372036854775807LL - 1"
    else:
        words = smallest(number).words
        return f"fpgaml::wide({', '.join(f'{number >> WORD * k & (1 << WORD) - 1:#x}u' for k in range(words))})"
    return text if number >= 0 else f"({text})"
