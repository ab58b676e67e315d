"""ScatterAdd: sums of those elements that an index brings to the same place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgaml.graph.ops.base import Operation, Shape, normal_axis, require
from fpgaml.graph.ops.gather import along, whole_numbers
from fpgaml.graph.ops.reductions import sum_over
from fpgaml.graph.ranges import ZERO_STEP, ValueRange
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FLOAT64_EXACT, INT64_BITS, FixedArray, as_ints, magnitude


@dataclass(frozen=True)
class ScatterAdd(Operation):
    """out[..., n, ...] = the sum of all x[..., e, ...] whose index[..., e, ...] is n, along an axis (batch aside).

    The inputs are x and the index, of the same rank and along the axis of the same size; along the other axes they
    are broadcast to one shape. An index is an integer; what has one outside of 0 to size - 1 is added nowhere. It is
    the messages of a graph's edges summed at its nodes (a segment sum).

    Args:
        axis: along which is summed; size: how many places it has in the output.
    """

    arity: ClassVar[int | None] = 2
    axis: int
    size: int

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        require(self.size > 0, f"sums into {self.size} places")
        full = along(self.axis, *inputs)
        axis = normal_axis(self.axis, len(full))
        terms, places = inputs[0][axis], inputs[1][axis]
        require(terms == places, f"{places} indices for {terms} values along axis {axis}")
        return (*full[:axis], self.size, *full[axis + 1 :])

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        # A term counts for each place that its index reaches: at most, and where that is the only one, always.
        x, index = inputs
        axis = normal_axis(self.axis, len(x.shape))
        shape = self.shape([x.shape, index.shape])
        full = (*shape[:axis], x.shape[axis], *shape[axis + 1 :])
        first, last = (np.broadcast_to(bound, full) for bound in whole_numbers(index))
        own = [np.broadcast_to(a, full) for a in (x.low, x.high, x.fractional)]
        lows, highs, steps = [], [], []
        for place in range(self.size):
            reached = (first <= place) & (place <= last)
            always = reached & (first == last)
            low = np.where(always, own[0], np.where(reached, np.minimum(own[0], 0), 0))
            high = np.where(always, own[1], np.where(reached, np.maximum(own[1], 0), 0))
            lows.append(sum_over(low, (axis,)))
            highs.append(sum_over(high, (axis,)))
            steps.append(np.where(reached, own[2], ZERO_STEP).max(axis=axis))
        low, high, steps_of = (np.stack(parts, axis=axis) for parts in (lows, highs, steps))
        return ValueRange(low, high, steps_of, x.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        x, places = inputs[0], inputs[1].at(0)
        axis = normal_axis(self.axis, x.integers.ndim - 1) + 1
        integers, numbers = (np.moveaxis(a, axis, -1) for a in np.broadcast_arrays(x.integers, places))
        *others, terms = integers.shape
        sums = self._sums(integers.reshape(-1, terms), numbers.reshape(-1, terms))
        return FixedArray(np.moveaxis(sums.reshape(*others, self.size), -1, axis), x.fractional)

    def _sums(self, x: Ints, places: Ints) -> Ints:
        """Row by row: shape (rows, terms) to (rows, size)."""
        inside = (places >= 0) & (places < self.size)
        flat = (np.where(inside, places, 0) + self.size * np.arange(len(x))[:, None])[inside].astype(np.int64)
        bound = magnitude(x) * x.shape[1]
        if bound < FLOAT64_EXACT:
            sums = np.bincount(flat, x[inside].astype(np.float64), minlength=len(x) * self.size)
            return sums.astype(np.int64).reshape(len(x), self.size)
        kind = np.int64 if bound.bit_length() <= INT64_BITS else object
        total = np.zeros(len(x) * self.size, kind)
        np.add.at(total, flat, x[inside].astype(kind))
        return as_ints(total.reshape(len(x), self.size))
