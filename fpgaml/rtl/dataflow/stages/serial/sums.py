"""What an operation sums, or takes the largest of: windows of a tensor of rows, columns and channels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import prod

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import (
    AveragePool,
    Conv1D,
    Conv2D,
    Dense,
    MaxPool,
    Reduce,
    Reduction,
    Shape,
)
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.ops.linear import Linear, linear_range
from fpgaml.graph.types import FixedType, Ints
from fpgaml.graph.values import FixedArray

Pair = tuple[int, int]


class Mode(IntEnum):
    """How terms are combined: MODE of fpgaml_accumulate."""

    SUM = 0
    LARGEST = 1
    SMALLEST = 2


@dataclass(frozen=True, eq=False)
class Sums:
    """Windows over a tensor (rows, columns, channels), and what becomes of their elements.

    Args:
        rows, columns, channels: of the input; in rows of positions, each of so many channels.
        size, strides, dilation, before: of the windows, along rows and columns; before: padded positions.
        out: rows and columns of windows; filters: results of each window.
        per_channel: whether result c of a window is made of channel c alone; else of all channels.
        mode: how the terms are combined; weights: of shape (*size, channels or 1, filters), or None: all are 1.
    """

    rows: int
    columns: int
    channels: int
    size: Pair
    strides: Pair
    dilation: Pair
    before: Pair
    out: Pair
    filters: int
    per_channel: bool
    mode: Mode = Mode.SUM
    weights: FixedArray | None = None

    @property
    def padded(self) -> tuple[bool, bool]:
        """Whether windows reach outside of the tensor, along rows and along columns."""
        sizes = (self.rows, self.columns)
        reached = [
            (out - 1) * stride + (size - 1) * dilation - before
            for out, stride, size, dilation, before in zip(
                self.out, self.strides, self.size, self.dilation, self.before, strict=True
            )
        ]
        found = [before > 0 or last >= n for before, last, n in zip(self.before, reached, sizes, strict=True)]
        return found[0], found[1]


def sums_of(graph: Graph, node: Node) -> Sums:
    """What a node sums.

    Raises:
        FpgamlError: it is no operation that a Serial engine computes; says why.
    """
    op, shape = node.op, graph.shapes[node.inputs[0]]
    if isinstance(op, Dense):
        return _dense(op, shape)
    if isinstance(op, Conv1D | Conv2D):
        return _convolution(op, shape, node.source or node.name)
    if isinstance(op, MaxPool | AveragePool):
        mode = Mode.LARGEST if isinstance(op, MaxPool) else Mode.SUM
        rows, columns = _two(shape[:-1], 1)
        out = _two(op.shape([shape])[:-1], 1)
        before = _two([pads[0] for pads in op.pads], 0)
        size, strides = _two(op.size, 1), _two(op.strides, 1)
        return Sums(rows, columns, shape[-1], size, strides, (1, 1), before, out, shape[-1], True, mode)
    if isinstance(op, Reduce):
        return _reduction(op, shape, node.source or node.name)
    raise FpgamlError(node.source or node.name, f"{type(op).__name__} is not what a Serial engine computes")


def total_type(graph: Graph, node: Node) -> FixedType:
    """The one type that holds every result, without its bias or factor; of extremes, also every term."""
    source, op = graph.ranges[node.inputs[0]], node.op
    if isinstance(op, Linear):
        return linear_range(source, op.kernel, op.product).type().uniform()
    if isinstance(op, AveragePool):
        ones = FixedArray(np.ones((1,) * len(source.shape), dtype=np.int64), 0)
        plain = AveragePool(op.size, op.strides, op.pads, ones)
        return plain.range([source]).type().uniform()
    if isinstance(op, Reduce) and op.kind == Reduction.SUM:
        return op.range([source]).type().uniform()
    return source.type().uniform()


def _two(numbers: Shape | list[int], fill: int) -> Pair:
    """Of one axis: columns of a single row."""
    first, second = (fill, *numbers) if len(numbers) == 1 else numbers
    return first, second


def _dense(op: Dense, shape: Shape) -> Sums:
    positions, (channels, filters) = prod(shape[:-1]), op.kernel.shape
    weights = FixedArray(op.kernel.integers.reshape(1, 1, channels, filters), op.kernel.fractional)
    one = (1, 1)
    return Sums(1, positions, channels, one, one, one, (0, 0), (1, positions), filters, False, Mode.SUM, weights)


def _convolution(op: Conv1D | Conv2D, shape: Shape, where: str) -> Sums:
    channels, filters = shape[-1], op.kernel.shape[-1]
    per_channel = op.groups > 1
    if per_channel and not op.groups == channels == filters:
        raise FpgamlError(
            where,
            f"{op.groups} groups for {channels} channels and {filters} filters: a Serial engine takes one group, or a "
            "channel and a filter a group",
        )
    rows, columns = _two(shape[:-1], 1)
    size, out = _two(op.kernel.shape[:-2], 1), _two(op.shape([shape])[:-1], 1)
    strides, dilation = _two(op.strides, 1), _two(op.dilation, 1)
    before = _two([pads[0] for pads in op.pads], 0)
    weights = FixedArray(op.kernel.integers.reshape(*size, -1, filters), op.kernel.fractional)
    pointwise = size == (1, 1) and strides == (1, 1) and before == (0, 0) and out == (rows, columns)
    if pointwise:  # one row of positions: it waits for a position, not for a row
        rows, columns, out = 1, rows * columns, (1, rows * columns)
    return Sums(rows, columns, channels, size, strides, dilation, before, out, filters, per_channel, Mode.SUM, weights)


def _reduction(op: Reduce, shape: Shape, where: str) -> Sums:
    mode = {Reduction.SUM: Mode.SUM, Reduction.MAX: Mode.LARGEST, Reduction.MIN: Mode.SMALLEST}[op.kind]
    axes = {normal_axis(axis, len(shape)) for axis in op.axes}
    if len(shape) == 1:
        shape = (*shape, 1)
    if len(shape) > 3 or len(shape) - 1 in axes:
        raise FpgamlError(where, f"a Serial engine reduces rows and columns, not axes {op.axes} of {len(shape)}")
    rows, columns = _two(shape[:-1], 1)
    reduced = _two([int(axis in axes) for axis in range(len(shape) - 1)], 0)
    size = (rows if reduced[0] else 1, columns if reduced[1] else 1)
    out = (rows // size[0], columns // size[1])
    one, none = (1, 1), (0, 0)
    return Sums(rows, columns, shape[-1], size, one, one, none, out, shape[-1], True, mode)


def coefficients(sums: Sums, lanes: int, filters: int) -> Ints | None:
    """What each step multiplies with, in the order of the steps of a position.

    Args:
        sums: with weights; lanes: elements of a word; filters: results at once.

    Returns:
        Shape (groups * terms, lanes, filters); per channel (groups * terms, lanes). None without weights.
    """
    if sums.weights is None:
        return None
    taps, groups = prod(sums.size), sums.filters // filters
    whole = sums.weights.integers
    if sums.per_channel:
        return whole.reshape(taps, groups, filters).transpose(1, 0, 2).reshape(groups * taps, filters)
    words = sums.channels // lanes
    steps = whole.reshape(taps * words, lanes, groups, filters).transpose(2, 0, 1, 3)
    return steps.reshape(groups * taps * words, lanes, filters)
