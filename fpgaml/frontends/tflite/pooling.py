"""MAX_POOL_2D, AVERAGE_POOL_2D, MEAN, REDUCE_MAX, REDUCE_MIN."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.tflite.arithmetic import quantize_multiplier
from fpgaml.frontends.tflite.requantise import (
    activation_range,
    bounded,
    from_multipliers,
    requantised,
    whole_range,
    within,
)
from fpgaml.frontends.tflite.work import Value, Work, dropped_axes
from fpgaml.graph.ops import AveragePool, MaxPool, Quantize, Reduce, Reduction, Scale
from fpgaml.graph.ops.windows import Pads, same_padding, windows
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

LARGEST = 1 << 15
MOST_WINDOWS = 1 << 24


def max_pool(work: Work) -> None:
    """MAX_POOL_2D: the codes' largest; both tensors have one scale."""
    x, out = work.input(0), work.output
    node, offset = work.either(x)
    node, size, strides, pads = _placed(work, node)
    if work.zero_point(x) != work.zero_point(out):
        raise work.wrong("its input and its output have different zero points")
    pooled = work.add(MaxPool(size, strides, pads), node)
    assert work.operator is not None
    low, high = activation_range(work, out, work.operator.number(5))
    shift = work.zero_point(x) - offset  # what the node's numbers lack to be codes
    pooled = bounded(work, pooled, low - shift, high - shift)
    zero = work.zero_point(out)
    work.give(Value(zero, codes=pooled) if shift == 0 else Value(zero, centred=pooled))


def average_pool(work: Work) -> None:
    """AVERAGE_POOL_2D: the sum of codes by their number, to nearest, ties away from zero.

    The factor is 1 / n rounded up to so many bits that no sum rounds otherwise: a tie stays one or grows away from
    zero, and what is no tie is at least 1 / (2 n) away from the next.
    """
    x, out = work.input(0), work.output
    zero, out_zero = work.zero_point(x), work.zero_point(out)
    node, offset = work.either(x)
    added = zero - offset  # each summand lacks so much to be a code
    node, size, strides, pads = _placed(work, node)
    counts = _counts(work.graph.shape(node), size, strides, pads)
    largest = prod(size) << (15 if x.kind.name == "INT16" else 7)
    bits = (largest * 2 * int(counts.max())).bit_length() + 1
    inverse = np.array([-(-(1 << bits) // int(n)) for n in counts.flat], dtype=object).reshape(counts.shape)
    node = work.add(AveragePool(size, strides, pads, FixedArray(inverse, bits)), node, suffix="average")
    if added:
        ones = np.ones((1,) * counts.ndim, dtype=object)
        constant = FixedArray(inverse * counts.astype(object) * added, bits)
        node = work.add(Scale(FixedArray(ones, 0), constant), node, suffix="offset")
    integer = 15 if x.kind.name == "INT16" else 7
    node = work.add(Quantize(Quantizer(FixedType(1, integer, 0), Rounding.RND_INF, Overflow.SAT)), node)
    assert work.operator is not None
    low, high = activation_range(work, out, work.operator.number(5))
    work.give(Value(out_zero, codes=bounded(work, node, low, high)))


def _placed(work: Work, node: str) -> tuple[str, tuple[int, ...], tuple[int, ...], Pads]:
    """A pool's input, window, strides and padding; over one axis, where the other has one position.

    Pool2DOptions: padding, stride_w, stride_h, filter_width, filter_height, activation.
    """
    op, x = work.operator, work.input(0)
    assert op is not None
    if len(x.shape) != 4 or x.shape[0] != 1:
        raise work.wrong(f"its input has the shape {x.shape}")
    strides, size = (op.number(2, "i"), op.number(1, "i")), (op.number(4, "i"), op.number(3, "i"))
    if not all(0 < number < LARGEST for number in (*strides, *size)):
        raise work.wrong(f"it has windows of {size} with strides {strides}")
    if prod(work.output.shape) * prod(size) > MOST_WINDOWS:
        raise work.unsupported("its windows are too many for one unrolled network")
    pads: Pads = ((0, 0), (0, 0))
    if op.number(0) == 0:
        pads = same_padding(x.shape[1:3], size, strides, (1, 1))
    height, width, channels = x.shape[1:]
    for axis, positions in ((0, height), (1, width)):
        if positions == size[axis] == 1 and pads[axis] == (0, 0):
            kept = 1 - axis
            line = work.reshaped(node, ((height, width)[kept], channels))
            return line, (size[kept],), (strides[kept],), (pads[kept],)
    return node, size, strides, pads


def _counts(shape: tuple[int, ...], size: tuple[int, ...], strides: tuple[int, ...], pads: Pads) -> NDArray[np.int64]:
    """How many real positions each window has: shape (*output, 1)."""
    ones = np.ones((1, *shape[:-1], 1), dtype=np.int64)
    view = windows(ones, size, strides, (1,) * len(size), pads)[0]
    return np.asarray(view.sum(axis=tuple(range(-len(size), 0))))


def mean(work: Work) -> None:
    """MEAN: axes, keep_dims. The sum times M / n (QuantizedMeanOrSum)."""
    x, out = work.input(0), work.output
    axes = _axes(work)
    node = work.centred(x)
    count = prod(work.graph.shape(node)[axis] for axis in axes)
    factor = float(work.scaling(x).scale) / float(work.scaling(out).scale)
    multiplier, shift = quantize_multiplier(factor)
    lower = max(min(count.bit_length() - 1, 32, 31 + shift), 0)
    pair = ((multiplier << lower) // count, shift - lower)
    node = work.in32(work.add(Reduce(Reduction.SUM, axes), node, suffix="sum"))
    if pair == (1 << 30, 1):
        work.give(within(work, node, work.zero_point(out), whole_range(work, out)))
    else:
        work.give(requantised(work, node, from_multipliers([pair[0]], [pair[1]]), whole_range(work, out)))


def reduce_extreme(work: Work) -> None:
    """REDUCE_MAX, REDUCE_MIN: axes, keep_dims. The codes' largest or smallest; both tensors have one scale."""
    x, out, op = work.input(0), work.output, work.operator
    assert op is not None
    if work.zero_point(x) != work.zero_point(out) or work.scaling(x).scale != work.scaling(out).scale:
        raise work.wrong("its input and its output have different scales, which LiteRT's own kernel refuses")
    node, offset = work.either(x)
    kind = Reduction.MAX if op.kind == "REDUCE_MAX" else Reduction.MIN
    found = work.add(Reduce(kind, _axes(work)), node)
    zero = work.zero_point(out)
    work.give(Value(zero, codes=found) if offset == zero else Value(zero, centred=found))


def _axes(work: Work) -> tuple[int, ...]:
    """The axes of a reduction, as its node counts them."""
    x = work.input(0)
    gone = dropped_axes(x.shape)
    axes = sorted({_axis(work, int(axis), len(x.shape)) - gone for axis in np.atleast_1d(work.constant(1))})
    if not axes or axes[0] < 0:
        raise work.unsupported("it reduces the batch axis", "Reduce the other axes")
    return tuple(axes)


def _axis(work: Work, axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise work.wrong(f"it reduces axis {axis} of {rank}")
    return axis % rank
