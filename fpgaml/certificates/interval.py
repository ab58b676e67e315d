"""Boxes of exact numbers: for each event and each element everything between two ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fpgaml.graph.types import Ints, Rounding
from fpgaml.graph.values import FixedArray, add, multiply, round_shift


@dataclass(frozen=True, eq=False)
class Interval:
    """low <= value <= high, element by element; both of shape (boxes, *shape), with one binary point.

    Args:
        low, high: the ends.
    """

    low: FixedArray
    high: FixedArray

    def __post_init__(self) -> None:
        unit = max(self.low.fractional, self.high.fractional)
        object.__setattr__(self, "low", FixedArray(self.low.at(unit), unit))
        object.__setattr__(self, "high", FixedArray(self.high.at(unit), unit))

    @property
    def unit(self) -> int:
        """Fractional bits of both ends."""
        return self.low.fractional

    @property
    def shape(self) -> tuple[int, ...]:
        """With the boxes' axis."""
        return tuple(np.broadcast_shapes(self.low.shape, self.high.shape))

    def at(self, unit: int) -> tuple[Ints, Ints]:
        """Both ends in units of 2**-unit, which is at least as fine as their own."""
        return self.low.at(unit), self.high.at(unit)

    def outward(self, unit: int) -> tuple[Ints, Ints]:
        """Both ends in whole units of 2**-unit, rounded away from the inside where that is coarser."""
        drop = self.unit - unit
        low = round_shift(self.low.integers, drop, Rounding.TRN)
        return low, -round_shift(-self.high.integers, drop, Rounding.TRN)

    def moved(self, move: Callable[[Ints], Ints]) -> Interval:
        """After elements were moved about (reshape, broadcast, cut); `move` gets each end with the boxes' axis."""
        return Interval.of(move(self.low.integers), move(self.high.integers), self.unit)

    @property
    def is_zero(self) -> bool:
        """Whether it holds nothing but zero, in every element of every box."""
        return not self.low.integers.any() and not self.high.integers.any()

    @classmethod
    def of(cls, low: Ints, high: Ints, unit: int) -> Interval:
        """Of integers in units of 2**-unit."""
        return cls(FixedArray(low, unit), FixedArray(high, unit))

    @classmethod
    def zero(cls, shape: Sequence[int]) -> Interval:
        """Nothing but zero."""
        return cls.of(np.zeros(shape, np.int64), np.zeros(shape, np.int64), 0)


def aligned(*intervals: Interval) -> tuple[list[tuple[Ints, Ints]], int]:
    """Ends of several with one binary point, and that."""
    unit = max(each.unit for each in intervals)
    return [each.at(unit) for each in intervals], unit


def plus(a: Interval, b: Interval) -> Interval:
    """Everything that the sum of independent values can be."""
    ((low_a, high_a), (low_b, high_b)), unit = aligned(a, b)
    return Interval.of(add(low_a, low_b), add(high_a, high_b), unit)


def minus(a: Interval, b: Interval) -> Interval:
    """Everything that the difference of independent values can be."""
    ((low_a, high_a), (low_b, high_b)), unit = aligned(a, b)
    return Interval.of(add(low_a, -high_b), add(high_a, -low_b), unit)


def times(a: Interval, b: Interval) -> Interval:
    """Everything that the product of independent values can be."""
    corners = [multiply(x.integers, y.integers) for x in (a.low, a.high) for y in (b.low, b.high)]
    corners = list(np.broadcast_arrays(*corners))
    return Interval.of(np.minimum.reduce(corners), np.maximum.reduce(corners), a.unit + b.unit)


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest that holds both."""
    ((low_a, high_a), (low_b, high_b)), unit = aligned(a, b)
    return Interval.of(np.minimum(low_a, low_b), np.maximum(high_a, high_b), unit)


def meet(a: Interval, b: Interval) -> Interval:
    """What is in both, where a value is known to be in each."""
    ((low_a, high_a), (low_b, high_b)), unit = aligned(a, b)
    return Interval.of(np.maximum(low_a, low_b), np.minimum(high_a, high_b), unit)


def with_zero(x: Interval) -> Interval:
    """The smallest that holds it, and zero."""
    return Interval.of(np.minimum(x.low.integers, 0), np.maximum(x.high.integers, 0), x.unit)


def chosen(where: Ints, yes: Interval, no: Interval) -> Interval:
    """One interval where a condition holds, the other elsewhere."""
    ((low_a, high_a), (low_b, high_b)), unit = aligned(yes, no)
    return Interval.of(np.where(where, low_a, low_b), np.where(where, high_a, high_b), unit)
