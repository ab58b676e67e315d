"""Gather: elements of a tensor, chosen along an axis by an index that changes with the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgaml.graph.ops.base import Operation, Shape, normal_axis, require
from fpgaml.graph.ranges import ZERO_STEP, ValueRange
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray

MOST_INDEX_BITS = 30
"""Of an index, without its sign: firmware computes places in 32 bits."""


@dataclass(frozen=True)
class Gather(Operation):
    """out[..., i, ...] = x[..., index[..., i, ...], ...] along an axis (batch not counted).

    The inputs are x and the index, of the same rank; along the other axes they are broadcast to one shape. An index
    is an integer; one outside of 0 to size - 1 gives zero, as the product with a one-hot row does.
    """

    arity: ClassVar[int | None] = 2
    axis: int

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return along(self.axis, *inputs)

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        # Of each output: all that its index reaches, and zero where that leads outside.
        x, index = inputs
        axis = normal_axis(self.axis, len(x.shape))
        first, last = whole_numbers(index)
        shape = self.shape([x.shape, index.shape])
        size = x.shape[axis]
        found = np.broadcast_to((first < 0) | (last >= size), shape)
        low, high = np.zeros(shape, x.low.dtype), np.zeros(shape, x.high.dtype)
        steps = np.full(shape, ZERO_STEP)
        for place in range(max(int(first.min()), 0), min(int(last.max()) + 1, size)):
            reached = np.broadcast_to((first <= place) & (place <= last), shape)
            own_low, own_high, own_step = (a.take([place], axis) for a in (x.low, x.high, x.fractional))
            low = np.where(reached, np.where(found, np.minimum(low, own_low), own_low), low)
            high = np.where(reached, np.where(found, np.maximum(high, own_high), own_high), high)
            steps = np.where(reached, np.maximum(steps, own_step), steps)
            found = found | reached
        return ValueRange(low, high, steps, x.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        x, places = inputs[0], inputs[1].at(0)
        axis = normal_axis(self.axis, x.integers.ndim - 1) + 1
        inside = (places >= 0) & (places < x.shape[axis])
        taken = np.take_along_axis(x.integers, np.where(inside, places, 0).astype(np.int64), axis)
        return FixedArray(np.where(inside, taken, 0), x.fractional)


def along(axis: int, x: Shape, index: Shape) -> Shape:
    """The shape of the index along an axis, and of both inputs together along the others.

    Raises:
        OperationError: they do not fit together.
    """
    shown = f"an index of {index} for {x}"
    require(len(x) == len(index) > 0, f"{shown}: the ranks differ")
    axis = normal_axis(axis, len(x))
    one = (*x[:axis], 1, *x[axis + 1 :])
    fits = all(1 in (a, b) or a == b for a, b in zip(one, index, strict=True))
    require(fits, f"{shown}: they do not fit together beside axis {axis}")
    return tuple(np.broadcast_shapes(one, index))


def whole_numbers(index: ValueRange) -> tuple[Ints, Ints]:
    """The smallest and the largest integer that each element of an index can be.

    Raises:
        OperationError: it is no integer, or too wide a one.
    """
    require(bool((index.fractional <= 0).all()), "the index is no integer")
    low, high = (bound >> max(index.unit, 0) for bound in index.at(max(index.unit, 0)))
    most = 1 << MOST_INDEX_BITS
    fits = -most <= int(low.min()) and int(high.max()) < most
    require(fits, f"the index has more than {MOST_INDEX_BITS} bits")
    return low, high
