"""MAX_POOL_2D, AVERAGE_POOL_2D, MEAN, REDUCE_MAX, REDUCE_MIN."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.tflite.arithmetic import quantize_multiplier
from fpgaml.frontends.tflite.layer import TfliteLayer, Value, dropped_axes
from fpgaml.frontends.tflite.requantise import (
    activation_range,
    bounded,
    from_multipliers,
    requantised,
    whole_range,
    within,
)
from fpgaml.graph.ops import AveragePool, MaxPool, Quantize, Reduce, Reduction, Scale
from fpgaml.graph.ops.windows import Pads, same_padding, windows
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

LARGEST = 1 << 15
MOST_WINDOWS = 1 << 24


def max_pool(layer: TfliteLayer) -> Value:
    """MAX_POOL_2D: the codes' largest; both tensors have one scale."""
    x, out = layer.input(0), layer.output
    node, offset = layer.either(x)
    node, size, strides, pads = _placed(layer, node)
    if layer.zero_point(x) != layer.zero_point(out):
        raise layer.wrong("its input and its output have different zero points")
    pooled = layer.add(MaxPool(size, strides, pads), node)
    low, high = activation_range(layer, out, layer.operator.number(5))
    shift = layer.zero_point(x) - offset  # what the node's numbers lack to be codes
    pooled = bounded(layer, pooled, low - shift, high - shift)
    zero = layer.zero_point(out)
    return Value(zero, codes=pooled) if shift == 0 else Value(zero, centred=pooled)


def average_pool(layer: TfliteLayer) -> Value:
    """AVERAGE_POOL_2D: the sum of codes by their number, to nearest, ties away from zero.

    The factor is 1 / n rounded up to so many bits that no sum rounds otherwise: a tie stays one or grows away from
    zero, and what is no tie is at least 1 / (2 n) away from the next.
    """
    x, out = layer.input(0), layer.output
    zero, out_zero = layer.zero_point(x), layer.zero_point(out)
    node, offset = layer.either(x)
    added = zero - offset  # each summand lacks so much to be a code
    node, size, strides, pads = _placed(layer, node)
    counts = _counts(layer.shape(node), size, strides, pads)
    largest = prod(size) << (15 if x.kind.name == "INT16" else 7)
    bits = (largest * 2 * int(counts.max())).bit_length() + 1
    inverse = np.array([-(-(1 << bits) // int(n)) for n in counts.flat], dtype=object).reshape(counts.shape)
    node = layer.add(AveragePool(size, strides, pads, FixedArray(inverse, bits)), node, suffix="average")
    if added:
        ones = np.ones((1,) * counts.ndim, dtype=object)
        constant = FixedArray(inverse * counts.astype(object) * added, bits)
        node = layer.add(Scale(FixedArray(ones, 0), constant), node, suffix="offset")
    integer = 15 if x.kind.name == "INT16" else 7
    node = layer.add(Quantize(Quantizer(FixedType(1, integer, 0), Rounding.RND_INF, Overflow.SAT)), node)
    low, high = activation_range(layer, out, layer.operator.number(5))
    return Value(out_zero, codes=bounded(layer, node, low, high))


def _placed(layer: TfliteLayer, node: str) -> tuple[str, tuple[int, ...], tuple[int, ...], Pads]:
    """A pool's input, window, strides and padding; over one axis, where the other has one position.

    Pool2DOptions: padding, stride_w, stride_h, filter_width, filter_height, activation.
    """
    op, x = layer.operator, layer.input(0)
    if len(x.shape) != 4 or x.shape[0] != 1:
        raise layer.wrong(f"its input has the shape {x.shape}")
    strides, size = (op.number(2, "i"), op.number(1, "i")), (op.number(4, "i"), op.number(3, "i"))
    if not all(0 < number < LARGEST for number in (*strides, *size)):
        raise layer.wrong(f"it has windows of {size} with strides {strides}")
    if prod(layer.output.shape) * prod(size) > MOST_WINDOWS:
        raise layer.unsupported("its windows are too many for one unrolled network")
    pads: Pads = ((0, 0), (0, 0))
    if op.number(0) == 0:
        pads = same_padding(x.shape[1:3], size, strides, (1, 1))
    height, width, channels = x.shape[1:]
    for axis, positions in ((0, height), (1, width)):
        if positions == size[axis] == 1 and pads[axis] == (0, 0):
            kept = 1 - axis
            line = layer.reshaped(node, ((height, width)[kept], channels))
            return line, (size[kept],), (strides[kept],), (pads[kept],)
    return node, size, strides, pads


def _counts(shape: tuple[int, ...], size: tuple[int, ...], strides: tuple[int, ...], pads: Pads) -> NDArray[np.int64]:
    """How many real positions each window has: shape (*output, 1)."""
    ones = np.ones((1, *shape[:-1], 1), dtype=np.int64)
    view = windows(ones, size, strides, (1,) * len(size), pads)[0]
    return np.asarray(view.sum(axis=tuple(range(-len(size), 0))))


def mean(layer: TfliteLayer) -> Value:
    """MEAN: axes, keep_dims. The sum times M / n (QuantizedMeanOrSum)."""
    x, out = layer.input(0), layer.output
    axes = _axes(layer)
    node = layer.centred(x)
    count = prod(layer.shape(node)[axis] for axis in axes)
    factor = float(layer.scaling(x).scale) / float(layer.scaling(out).scale)
    multiplier, shift = quantize_multiplier(factor)
    lower = max(min(count.bit_length() - 1, 32, 31 + shift), 0)
    pair = ((multiplier << lower) // count, shift - lower)
    node = layer.in32(layer.add(Reduce(Reduction.SUM, axes), node, suffix="sum"))
    if pair == (1 << 30, 1):
        return within(layer, node, layer.zero_point(out), whole_range(layer, out))
    else:
        return requantised(layer, node, from_multipliers([pair[0]], [pair[1]]), whole_range(layer, out))


def reduce_extreme(layer: TfliteLayer) -> Value:
    """REDUCE_MAX, REDUCE_MIN: axes, keep_dims. The codes' largest or smallest; both tensors have one scale."""
    x, out, op = layer.input(0), layer.output, layer.operator
    if layer.zero_point(x) != layer.zero_point(out) or layer.scaling(x).scale != layer.scaling(out).scale:
        raise layer.wrong("its input and its output have different scales, which LiteRT's own kernel refuses")
    node, offset = layer.either(x)
    kind = Reduction.MAX if op.kind == "REDUCE_MAX" else Reduction.MIN
    found = layer.add(Reduce(kind, _axes(layer)), node)
    zero = layer.zero_point(out)
    return Value(zero, codes=found) if offset == zero else Value(zero, centred=found)


def _axes(layer: TfliteLayer) -> tuple[int, ...]:
    """The axes of a reduction, as its node counts them."""
    x = layer.input(0)
    gone = dropped_axes(x.shape)
    axes = sorted({_axis(layer, int(axis), len(x.shape)) - gone for axis in np.atleast_1d(layer.constant_input(1))})
    if not axes or axes[0] < 0:
        raise layer.unsupported("it reduces the batch axis", "Reduce the other axes")
    return tuple(axes)


def _axis(layer: TfliteLayer, axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise layer.wrong(f"it reduces axis {axis} of {rank}")
    return axis % rank
