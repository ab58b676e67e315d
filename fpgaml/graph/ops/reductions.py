"""Operations that bring several values to one: MaxPool, AveragePool, Reduce (global pools, softmax sums)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import prod

import numpy as np

from fpgaml.graph.ops.base import Operation, Shape, fits_into, normal_axis, require
from fpgaml.graph.ops.elementwise import multiplied_range
from fpgaml.graph.ops.windows import Pads, output_size, windows
from fpgaml.graph.ranges import ZERO_STEP, ValueRange
from fpgaml.graph.types import Ints
from fpgaml.graph.values import INT64_BITS, FixedArray, as_ints, magnitude, multiply


def sum_over(array: Ints, axes: tuple[int, ...]) -> Ints:
    """The exact sum along axes, which go."""
    terms = prod(array.shape[a] for a in axes)
    if magnitude(array).bit_length() + terms.bit_length() > INT64_BITS:
        array = array.astype(object)
    return as_ints(np.asarray(array.sum(axis=axes)))


@dataclass(frozen=True)
class _Pool(Operation):
    """Windows over the spatial axes of a channels-last tensor.

    Args:
        size, strides: one entry a spatial axis; pads: (before, after) a spatial axis.
    """

    size: Shape
    strides: Shape
    pads: Pads

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        ones = (1,) * len(self.size)
        spatial = output_size(inputs[0], self.size, self.strides, ones, self.pads)
        covered = all(max(pads) < size for pads, size in zip(self.pads, self.size, strict=True))
        require(covered, "a pool window lies wholly in the padding")
        return (*spatial, inputs[0][-1])

    def _windows(self, x: Ints, fill: int) -> Ints:
        return windows(x, self.size, self.strides, (1,) * len(self.size), self.pads, fill)

    @property
    def _axes(self) -> tuple[int, ...]:
        return tuple(range(-len(self.size), 0))


@dataclass(frozen=True)
class MaxPool(_Pool):
    """The largest value of each window; padded positions never win."""

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        x = inputs[0]
        steps = self._windows(x.fractional[None], ZERO_STEP).max(axis=self._axes)[0]
        return ValueRange(self._max(x.low[None])[0], self._max(x.high[None])[0], steps, x.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return FixedArray(self._max(inputs[0].integers), inputs[0].fractional)

    def _max(self, x: Ints) -> Ints:
        # The array's own minimum cannot beat the at least one real value in a window.
        fill = int(x.min()) if x.size else 0
        return np.asarray(self._windows(x, fill).max(axis=self._axes))


@dataclass(frozen=True)
class AveragePool(_Pool):
    """The sum of each window times a constant; padded positions count as zero.

    Args:
        factor: broadcasts to the output, with its rank: 1 / window, exact where the window is a power
            of two, else rounded to the bits that the frontend chose.
    """

    factor: FixedArray

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        result = super().shape(inputs)
        fits = len(self.factor.shape) == len(result) and fits_into(self.factor.shape, result)
        require(fits, f"a factor of {self.factor.shape} for outputs {result}")
        return result

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        x = inputs[0]
        steps = self._windows(x.fractional[None], ZERO_STEP).max(axis=self._axes)[0]
        sums = ValueRange(self._total(x.low[None])[0], self._total(x.high[None])[0], steps, x.unit)
        return multiplied_range(sums, ValueRange.of_constant(self.factor))

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        x = inputs[0]
        product = multiply(self._total(x.integers), self.factor.integers)
        return FixedArray(product, x.fractional + self.factor.fractional)

    def _total(self, x: Ints) -> Ints:
        return sum_over(self._windows(x, 0), self._axes)


class Reduction(StrEnum):
    """How Reduce combines values."""

    SUM = "sum"
    MAX = "max"
    MIN = "min"


@dataclass(frozen=True)
class Reduce(Operation):
    """Combine all values along axes; the axes stay, with size 1.

    Args:
        kind: sum, maximum or minimum.
        axes: of the tensor without its batch axis.
    """

    kind: Reduction
    axes: tuple[int, ...]

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        axes = {normal_axis(axis, len(inputs[0])) for axis in self.axes}
        require(len(axes) == len(self.axes) > 0, f"axes {self.axes} of a reduction")
        return tuple(1 if axis in axes else size for axis, size in enumerate(inputs[0]))

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        x = inputs[0]
        axes = tuple(normal_axis(axis, len(x.shape)) + 1 for axis in self.axes)
        steps = x.fractional[None].max(axis=axes, keepdims=True)[0]
        return ValueRange(self._apply(x.low[None])[0], self._apply(x.high[None])[0], steps, x.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return FixedArray(self._apply(inputs[0].integers), inputs[0].fractional)

    def _apply(self, x: Ints) -> Ints:
        axes = tuple(normal_axis(axis, x.ndim - 1) + 1 for axis in self.axes)
        if self.kind == Reduction.SUM:
            return np.asarray(np.expand_dims(sum_over(x, axes), axes))
        combine = np.max if self.kind == Reduction.MAX else np.min
        return np.asarray(combine(x, axis=axes, keepdims=True))
