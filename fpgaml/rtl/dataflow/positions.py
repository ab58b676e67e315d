"""Positions: what an operation reads along the first axis, and which positions a beat of its result stands for."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import (
    AveragePool,
    Choose,
    Constant,
    Conv1D,
    Conv2D,
    Dense,
    EinsumDense,
    GroupSort,
    MaxPool,
    Operation,
    Pad,
    Reduce,
    Reshape,
    Shape,
    Slice,
    Transpose,
    UpSample,
)
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.types import Ints


@dataclass(frozen=True)
class Reach:
    """What a window operation reads along the first axis.

    Args:
        span: positions from the first that a window reads to the last, both included; stride: from one window to the
            next; before, after: padded positions.
    """

    span: int
    stride: int
    before: int
    after: int


@dataclass(frozen=True)
class Place:
    """Which positions of a tensor a beat holds: `count` of them, for beat m from `step` * m + `first` on.

    Args:
        step, first, count: in positions; the first may be negative: padding.
    """

    step: int
    first: int
    count: int

    def behind(self, reach: Reach) -> Place:
        """Of a window operation's input, for this place of its output."""
        count = (self.count - 1) * reach.stride + reach.span
        return Place(self.step * reach.stride, self.first * reach.stride - reach.before, count)

    def reshaped(self, row: int, other: int) -> Place | None:
        """In positions of `other` elements, where one has `row` elements now; None if that is no whole number."""
        scaled = [number * row for number in (self.step, self.first, self.count)]
        if any(number % other for number in scaled):
            return None
        return Place(*(number // other for number in scaled))

    def positions(self, beats: int, size: int) -> NDArray[np.int64]:
        """Of each beat, (beats, count), within a tensor of `size`: what lies outside is the nearest one inside."""
        places = self.step * np.arange(beats)[:, None] + self.first + np.arange(self.count)
        return np.asarray(np.clip(places, 0, size - 1), dtype=np.int64)

    def taken(self, whole: Ints, beats: int, axis: int) -> Ints:
        """What settings of every position are in each beat: the beats first, `count` positions along the axis."""
        taken = np.take(whole, self.positions(beats, whole.shape[axis]), axis=axis)
        return np.asarray(np.moveaxis(taken, axis, 0))

    def constant(self, value: Ints, shape: Shape) -> Ints:
        """A constant operand of a result of that shape, at every position."""
        return np.broadcast_to(value, (shape[0], *value.shape[1:]))

    def local(self, shape: Shape) -> Shape:
        """Of a beat of a tensor."""
        return (self.count, *shape[1:])


def reach(op: Operation) -> Reach | None:
    """Of a window operation; None for any other."""
    if isinstance(op, Conv1D | Conv2D):
        span = (op.kernel.shape[0] - 1) * op.dilation[0] + 1
        return Reach(span, op.strides[0], *op.pads[0])
    if isinstance(op, MaxPool | AveragePool):
        return Reach(op.size[0], op.strides[0], *op.pads[0])
    return None


def is_local(graph: Graph, node: Node) -> bool:
    """Whether each position of the result follows from the same position of the one tensor that is no constant.

    Position: of the first axis. A Reshape only names positions anew: it is local where rows stay whole.
    """
    op = node.op
    varying = list(dict.fromkeys(name for name in node.inputs if not isinstance(graph[name].op, Constant)))
    if len(varying) != 1:
        return False
    shape, result = graph.shapes[varying[0]], graph.shapes[node.name]
    if isinstance(op, Choose):
        return False
    if op.elementwise:
        return shape == result
    if isinstance(op, Reshape):
        return True
    return len(shape) > 1 and _keeps_positions(op, shape)


def _keeps_positions(op: Operation, shape: Shape) -> bool:
    if isinstance(op, Dense | GroupSort):
        return True
    if isinstance(op, EinsumDense):
        letters, kernel, output = op.letters
        bias = op.bias is None or op.bias.shape[0] == 1
        return bool(letters and output) and letters[0] == output[0] and letters[0] not in kernel and bias
    if isinstance(op, Reduce):
        return 0 not in {normal_axis(axis, len(shape)) for axis in op.axes}
    if isinstance(op, Transpose):
        return op.order[0] == 0
    if isinstance(op, Pad):
        return op.pads[0] == (0, 0)
    if isinstance(op, Slice):
        return (op.starts[0], op.stops[0], op.steps[0]) == (0, shape[0], 1)
    return isinstance(op, UpSample) and op.factors[0] == 1


def row(shape: Shape) -> int:
    """Elements of one position."""
    return prod(shape[1:])
