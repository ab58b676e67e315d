"""Operations that move values about: Reshape, Transpose, Concatenate, Pad, Slice, UpSample, GroupSort."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from fpgaml.graph.ops.base import Operation, Shape, batch_of, normal_axis, require
from fpgaml.graph.ops.windows import Pads, padded
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray


@dataclass(frozen=True)
class Move(Operation):
    """Elements in other places, some of them several times or not at all, and zeros between them."""

    moves_only: ClassVar[bool] = True
    keeps_all: ClassVar[bool] = True
    """Whether every element of the input is somewhere in the output."""

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        return inputs[0].moved(self.move)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return FixedArray(self.move(inputs[0].integers), inputs[0].fractional)

    @abstractmethod
    def move(self, x: Ints) -> Ints:
        """The elements of a batch in their new places."""


@dataclass(frozen=True)
class Reshape(Move):
    """The same elements, in row-major order, in another shape."""

    dims: Shape

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        require(min(self.dims, default=1) > 0, f"shape {self.dims} is empty")
        require(prod(inputs[0]) == prod(self.dims), f"{inputs[0]} cannot become {self.dims}")
        return self.dims

    def move(self, x: Ints) -> Ints:
        return x.reshape(x.shape[0], *self.dims)


@dataclass(frozen=True)
class Transpose(Move):
    """Axes in another order: axis j of the output is axis order[j] of the input (batch not counted)."""

    order: tuple[int, ...]

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        require(sorted(self.order) == list(range(len(inputs[0]))), f"order {self.order} of shape {inputs[0]}")
        return tuple(inputs[0][axis] for axis in self.order)

    def move(self, x: Ints) -> Ints:
        return x.transpose(0, *(axis + 1 for axis in self.order))


@dataclass(frozen=True)
class Pad(Move):
    """Zeros around: (before, after) for each axis."""

    pads: Pads

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        require(len(self.pads) == len(inputs[0]), f"{len(self.pads)} pads for shape {inputs[0]}")
        require(min((min(p) for p in self.pads), default=0) >= 0, "pads are not negative")
        return tuple(size + sum(pads) for size, pads in zip(inputs[0], self.pads, strict=True))

    def move(self, x: Ints) -> Ints:
        return padded(x, ((0, 0), *self.pads))


@dataclass(frozen=True)
class Slice(Move):
    """A box out of a tensor: start <= index < stop, every step-th, for each axis."""

    keeps_all: ClassVar[bool] = False
    starts: Shape
    stops: Shape
    steps: Shape

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        x = inputs[0]
        require(len(x) == len(self.starts) == len(self.stops) == len(self.steps), f"a slice of shape {x}")
        for size, start, stop, step in zip(x, self.starts, self.stops, self.steps, strict=True):
            require(0 <= start < stop <= size and step > 0, f"slice {start}:{stop}:{step} of {size} elements")
        return tuple(len(range(*box)) for box in zip(self.starts, self.stops, self.steps, strict=True))

    def move(self, x: Ints) -> Ints:
        boxes = (slice(*box) for box in zip(self.starts, self.stops, self.steps, strict=True))
        return np.asarray(x[(slice(None), *boxes)])


@dataclass(frozen=True)
class UpSample(Move):
    """Every element repeated: `factors` times along each spatial axis (nearest neighbour), channels last."""

    factors: Shape

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        require(len(self.factors) == len(inputs[0]) - 1, f"{len(self.factors)} factors for shape {inputs[0]}")
        require(min(self.factors, default=1) > 0, "up-sampling factors are at least 1")
        scaled = (size * factor for size, factor in zip(inputs[0][:-1], self.factors, strict=True))
        return (*scaled, inputs[0][-1])

    def move(self, x: Ints) -> Ints:
        for axis, factor in enumerate(self.factors):
            x = np.repeat(x, factor, axis=axis + 1)
        return x


@dataclass(frozen=True)
class GroupSort(Operation):
    """Ascending order within consecutive groups of the last axis (Anil et al., arXiv:1811.05381)."""

    group: int

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        last = inputs[0][-1] if inputs[0] else 0
        require(self.group > 0 and last > 0 and last % self.group == 0, f"groups of {self.group} in {inputs[0]}")
        return inputs[0]

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        # The j-th smallest value lies between the j-th smallest bounds.
        x = inputs[0]
        grouped = x.fractional.reshape(*x.shape[:-1], -1, self.group)
        steps = np.broadcast_to(grouped.max(axis=-1, keepdims=True), grouped.shape).reshape(x.shape)
        return ValueRange(self._sort(x.low), self._sort(x.high), steps, x.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return FixedArray(self._sort(inputs[0].integers), inputs[0].fractional)

    def _sort(self, x: Ints) -> Ints:
        grouped = x.reshape(*x.shape[:-1], x.shape[-1] // self.group, self.group)  # also without any event
        return np.sort(grouped, axis=-1).reshape(x.shape)


@dataclass(frozen=True)
class Concatenate(Operation):
    """Tensors one after another along an axis (batch not counted)."""

    axis: int
    arity: ClassVar[int | None] = None
    moves_only: ClassVar[bool] = True

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        axis = normal_axis(self.axis, len(inputs[0]))
        rests = {(*shape[:axis], *shape[axis + 1 :]) for shape in inputs}
        same = len(rests) == 1 and len({len(shape) for shape in inputs}) == 1
        require(same, f"shapes {', '.join(map(str, inputs))} along axis {self.axis}")
        total = sum(shape[axis] for shape in inputs)
        return (*inputs[0][:axis], total, *inputs[0][axis + 1 :])

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        unit = max(x.unit for x in inputs)
        axis = normal_axis(self.axis, len(inputs[0].shape))
        lows, highs = zip(*(x.at(unit) for x in inputs), strict=True)
        steps = np.concatenate([x.fractional for x in inputs], axis=axis)
        return ValueRange(np.concatenate(lows, axis=axis), np.concatenate(highs, axis=axis), steps, unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        unit = max(x.fractional for x in inputs)
        axis = normal_axis(self.axis, inputs[0].integers.ndim - 1) + 1
        batch = batch_of(inputs)
        parts = [np.broadcast_to(x.at(unit), (batch, *x.shape[1:])) for x in inputs]
        return FixedArray(np.concatenate(parts, axis=axis), unit)
