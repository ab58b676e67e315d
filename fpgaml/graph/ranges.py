"""Value ranges: what inference knows of every element of a tensor, and the type that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fpgaml.graph.types import FixedType, Ints
from fpgaml.graph.values import INT64_BITS, FixedArray, as_ints, magnitude, shift_left

ZERO_STEP = -(1 << 20)
"""The fractional bits of an element that is always zero: it constrains no sum's step."""


@dataclass(frozen=True, eq=False)
class ValueRange:
    """For each element: low <= value <= high, and value is a multiple of 2**-fractional.

    Args:
        low, high: integers of shape `shape`, in units of 2**-unit.
        fractional: fractional bits per element, at most `unit`; ZERO_STEP where low = high = 0.
        unit: the common number of fractional bits of `low` and `high`.
    """

    low: Ints
    high: Ints
    fractional: Ints
    unit: int

    def __post_init__(self) -> None:
        # The ends are values too: multiples of the step.
        longest = max(INT64_BITS, *(magnitude(np.asarray(end)).bit_length() for end in (self.low, self.high)))
        drop = np.clip(self.unit - np.asarray(self.fractional), 0, longest)
        low = -((-np.asarray(self.low) >> drop) << drop)
        high = (np.asarray(self.high) >> drop) << drop
        zero = (low == 0) & (high == 0)
        object.__setattr__(self, "low", as_ints(np.asarray(low)))
        object.__setattr__(self, "high", as_ints(np.asarray(high)))
        steps = np.where(np.asarray(zero, dtype=bool), ZERO_STEP, self.fractional)
        object.__setattr__(self, "fractional", np.asarray(steps, dtype=np.int64))

    @property
    def shape(self) -> tuple[int, ...]:
        """The tensor's shape, without a batch axis."""
        return tuple(self.low.shape)

    def type(self) -> FixedType:
        """The smallest fixed-point type of each element that holds its range."""
        steps = self.fractional
        used = steps > ZERO_STEP
        drop = np.where(used, self.unit - steps, 0)
        bits = np.maximum(_magnitude_bits(self.low >> drop), _magnitude_bits(self.high >> drop))
        signed = np.asarray(self.low < 0, dtype=np.int64)
        fractional = np.where(used, steps, 0)
        return FixedType(signed, np.where(used, bits - fractional, 0), fractional)

    def at(self, unit: int) -> tuple[Ints, Ints]:
        """Low and high in units of 2**-unit, for a unit at least as fine as this range's own."""
        shift = unit - self.unit
        return shift_left(self.low, shift), shift_left(self.high, shift)

    def moved(self, move: Callable[[Ints], Ints]) -> ValueRange:
        """The range after elements were moved about (reshape, transpose, slice); `move` keeps a leading axis."""
        low, high, steps = (move(a[None])[0] for a in (self.low, self.high, self.fractional))
        return ValueRange(low, high, steps, self.unit)

    @classmethod
    def of_type(cls, kind: FixedType, shape: tuple[int, ...]) -> ValueRange:
        """All values that a type holds."""
        low, high = kind.bounds()
        unit = int(kind.fractional.max())
        lift = unit - kind.fractional
        return cls(
            np.broadcast_to(shift_left(low, lift), shape),
            np.broadcast_to(shift_left(high, lift), shape),
            np.broadcast_to(kind.fractional, shape),
            unit,
        )

    @classmethod
    def of_constant(cls, value: FixedArray) -> ValueRange:
        """A constant's own value, with the step of each element."""
        zeros = value.trailing_zeros()
        return cls(value.integers, value.integers, value.fractional - zeros, value.fractional)


def _magnitude_bits(integers: Ints) -> Ints:
    """How many bits, without a sign, hold each integer in two's complement."""
    folded = np.where(integers < 0, -integers - 1, integers)
    if folded.dtype == object:
        lengths = [int(n).bit_length() for n in folded.flat]
        return np.array(lengths, dtype=np.int64).reshape(folded.shape)
    lengths_float = np.frexp(folded.astype(np.float64))[1].astype(np.int64)
    # A float64 rounds integers above 2**53 and may show one bit too many.
    too_long = (lengths_float > 0) & (folded < (np.int64(1) << np.maximum(lengths_float - 1, 0)))
    return np.asarray(lengths_float - too_long)


def union(first: ValueRange, second: ValueRange) -> ValueRange:
    """The smallest range that holds both."""
    unit = max(first.unit, second.unit)
    (low_a, high_a), (low_b, high_b) = first.at(unit), second.at(unit)
    return ValueRange(
        np.minimum(low_a, low_b),
        np.maximum(high_a, high_b),
        np.maximum(first.fractional, second.fractional),
        unit,
    )
