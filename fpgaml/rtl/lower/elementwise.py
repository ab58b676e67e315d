"""Operations element by element, pools and reductions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import (
    Add,
    AveragePool,
    Choose,
    Constant,
    GroupSort,
    LeakyRelu,
    Lookup,
    Maximum,
    MaxPool,
    Minimum,
    Multiply,
    Operation,
    Reduce,
    Reduction,
    Relu,
    Scale,
    Subtract,
)
from fpgaml.graph.ops.base import Shape, normal_axis
from fpgaml.graph.ops.windows import Pads, windows
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.builder import NetlistBuilder, Value
from fpgaml.rtl.lower.context import Context, Lowering, Tensor, each, tensor, tree

Combine = Callable[[NetlistBuilder, Value, Value], Value]


def pairwise(combine: Combine) -> Lowering:
    """A lowering that combines two tensors element by element."""

    def lower(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
        return each(lambda a, b: combine(context.builder, a, b), *inputs)

    return lower


def lower_scale(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """x * factor + offset."""
    op, builder = cast(Scale, node.op), context.builder
    factor, offset = constants(builder, op.factor), constants(builder, op.offset)
    return each(lambda x, f, o: builder.add(builder.multiply(x, f), o), inputs[0], factor, offset)


def constants(builder: NetlistBuilder, value: FixedArray) -> Tensor:
    """A constant tensor."""
    return tensor([builder.constant(int(n), value.fractional) for n in value.integers.flat], value.shape)


def lower_constant(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """A tensor of constants."""
    return constants(context.builder, cast(Constant, node.op).value)


def lower_relu(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """max(x, 0)."""
    return each(context.builder.positive, inputs[0])


def lower_leaky_relu(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """x, or x * 2**-shift where x is negative."""
    shift, builder = cast(LeakyRelu, node.op).shift, context.builder
    zero = builder.constant(0)

    def leaky(x: Value) -> Value:
        return builder.select(builder.less(x, zero), Value(x.wire, x.fractional + shift), x)

    return each(leaky, inputs[0])


def lower_lookup(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """A table, cut to what each element can reach."""
    op, builder = cast(Lookup, node.op), context.builder
    first, step = int(op.domain.bounds()[0]), int(op.domain.fractional)
    entries = [int(n) for n in op.table.integers]

    def looked_up(x: Value) -> Value:
        wire, lift = builder.wires[x.wire], step - x.fractional
        codes = [(n << lift if lift >= 0 else n >> -lift) - first for n in range(wire.low, wire.high + 1)]
        reached = [entries[code] for code in codes]
        zeros = min(((n & -n).bit_length() - 1 for n in reached if n), default=0)
        return builder.lookup(x, tuple(n >> zeros for n in reached), wire.low, op.table.fractional - zeros)

    return each(looked_up, inputs[0])


def lower_max_pool(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """The largest of each window."""
    op = cast(MaxPool, node.op)
    return _pooled(inputs[0], op.size, op.strides, op.pads, context.builder.maximum)


def lower_average_pool(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """The sum of each window times its factor."""
    op, builder = cast(AveragePool, node.op), context.builder
    sums = _pooled(inputs[0], op.size, op.strides, op.pads, builder.add)
    return each(builder.multiply, sums, constants(builder, op.factor))


def _pooled(x: Tensor, size: Shape, strides: Shape, pads: Pads, combine: Callable[[Value, Value], Value]) -> Tensor:
    places = np.arange(x.size).reshape(1, *x.shape)
    view = windows(places, size, strides, (1,) * len(size), pads, -1)[0]
    shape, flat = view.shape[: -len(size)], x.reshape(-1)
    rows: Ints = view.reshape(-1, int(np.prod(size)))
    return tensor([tree(combine, list(flat[row[row >= 0]])) for row in rows], shape)


def lower_reduce(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """Sum, maximum or minimum along axes."""
    op, x, builder = cast(Reduce, node.op), inputs[0], context.builder
    combine = {Reduction.SUM: builder.add, Reduction.MAX: builder.maximum, Reduction.MIN: builder.minimum}[op.kind]
    axes = sorted(normal_axis(axis, x.ndim) for axis in op.axes)
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    rows = x.transpose(*kept, *axes).reshape(int(np.prod([x.shape[axis] for axis in kept], dtype=int)), -1)
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    return tensor([tree(combine, list(row)) for row in rows], shape)


def lower_group_sort(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """Odd-even transposition sort of each group (Knuth, The Art of Computer Programming 3, 5.3.4)."""
    op, x, builder = cast(GroupSort, node.op), inputs[0], context.builder
    rows = [list(row) for row in x.reshape(-1, op.group)]
    for row in rows:
        for step in range(op.group):
            for i in range(step % 2, op.group - 1, 2):
                row[i], row[i + 1] = builder.minimum(row[i], row[i + 1]), builder.maximum(row[i], row[i + 1])
    return tensor([value for row in rows for value in row], x.shape)


def lower_choose(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """A tree of choices, by the bits of the index."""
    builder = context.builder
    return each(lambda index, *options: _chosen(builder, index, options), *inputs)


def _chosen(builder: NetlistBuilder, index: Value, options: Sequence[Value]) -> Value:
    if len(options) == 1:
        return options[0]
    half = 1 << ((len(options) - 1).bit_length() - 1)
    top = builder.bit(index, half.bit_length() - 1 + index.fractional)
    below, above = options[:half], options[half:]
    return builder.select(top, _chosen(builder, index, above), _chosen(builder, index, below))


LOWERINGS: dict[type[Operation], Lowering] = {
    Choose: lower_choose,
    Constant: lower_constant,
    Scale: lower_scale,
    Add: pairwise(NetlistBuilder.add),
    Subtract: pairwise(NetlistBuilder.subtract),
    Multiply: pairwise(NetlistBuilder.multiply),
    Maximum: pairwise(NetlistBuilder.maximum),
    Minimum: pairwise(NetlistBuilder.minimum),
    Relu: lower_relu,
    LeakyRelu: lower_leaky_relu,
    Lookup: lower_lookup,
    MaxPool: lower_max_pool,
    AveragePool: lower_average_pool,
    Reduce: lower_reduce,
    GroupSort: lower_group_sort,
}
