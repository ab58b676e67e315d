"""CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.shorten import Switches, shortest
from fpgaml.frontends.tflite.arithmetic import float_switches
from fpgaml.frontends.tflite.layer import TfliteLayer, Value
from fpgaml.frontends.tflite.requantise import (
    Rescaling,
    activation_range,
    largest,
    once_rounded,
    requantised,
    single,
    twice_rounded,
)
from fpgaml.frontends.tflite.schema import TensorType
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, Operation
from fpgaml.graph.ops.windows import Pads, same_padding
from fpgaml.graph.types import Rounding
from fpgaml.graph.values import FixedArray

LARGEST_STEP = 1 << 15
MOST_PATCHES = 1 << 24
"""Numbers that the windows of one convolution hold together."""
INT32_BIAS = 2
"""The schema's number of int32, as `quantized_bias_type`."""


def convolution(layer: TfliteLayer) -> Value:
    """CONV_2D: Conv2DOptions hold padding, stride_w, stride_h, activation, dilation_w, dilation_h, bias type."""
    op = layer.operator
    weights = _weights(layer, axis=0)
    strides = (op.number(2, "i"), op.number(1, "i"))
    dilation = (op.number(5, "i", 1), op.number(4, "i", 1))
    kernel = weights.transpose(1, 2, 3, 0)
    wide = layer.input(0).kind == TensorType.INT16 and op.number(6) != INT32_BIAS
    return _windows(layer, kernel, strides, dilation, op.number(3), wide=wide)


def depthwise(layer: TfliteLayer) -> Value:
    """DEPTHWISE_CONV_2D: padding, stride_w, stride_h, depth_multiplier, activation, dilation_w, dilation_h."""
    op = layer.operator
    weights = _weights(layer, axis=3)
    strides = (op.number(2, "i"), op.number(1, "i"))
    dilation = (op.number(6, "i", 1), op.number(5, "i", 1))
    if weights.shape[0] != 1:
        raise layer.wrong(f"its weights have the shape {weights.shape}")
    kernel = weights.reshape(*weights.shape[1:3], 1, weights.shape[3])
    return _windows(layer, kernel, strides, dilation, op.number(4), wide=layer.input(0).kind == TensorType.INT16)


def _windows(
    layer: TfliteLayer,
    kernel: NDArray[np.int64],
    strides: tuple[int, int],
    dilation: tuple[int, int],
    activation: int,
    *,
    wide: bool,
) -> Value:
    op, x = layer.operator, layer.input(0)
    if len(x.shape) != 4 or x.shape[0] != 1:
        raise layer.wrong(f"its input has the shape {x.shape}")
    if not all(0 < step < LARGEST_STEP for step in (*strides, *dilation)):
        raise layer.wrong(f"it has the strides {strides} and dilations {dilation}")
    inner, channels = kernel.shape[2], x.shape[3]
    if inner == 0 or channels % inner or kernel.shape[3] % (channels // inner):
        raise layer.wrong(f"weights of shape {kernel.shape} for {channels} channels")
    if prod(layer.output.shape[:3]) * prod(kernel.shape[:2]) * channels > MOST_PATCHES:
        raise layer.unsupported("its windows are too many for one unrolled network")
    size = (kernel.shape[0], kernel.shape[1])
    pads: Pads = ((0, 0), (0, 0))
    if op.fold is not None:
        if dilation != (1, 1) or strides != (1, 1) or op.number(0) == 0:
            raise layer.unsupported("a padded or strided convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND")
        dilation, pads = op.fold.dilation, op.fold.pads
    elif op.number(0) == 0:
        pads = same_padding(x.shape[1:3], size, strides, dilation)
    padded = any(max(sides) for sides in pads)
    node, zero = (layer.centred(x), 0) if padded else layer.either(x)
    bias = _bias(layer, kernel, zero, wide=wide)
    groups = channels // inner
    node = layer.add(*_placed(layer, node, kernel, bias, strides, dilation, pads, groups), suffix="sum")
    return _finish(layer, node, activation, wide=wide)


def _placed(
    layer: TfliteLayer,
    node: str,
    kernel: NDArray[np.int64],
    bias: FixedArray,
    strides: tuple[int, int],
    dilation: tuple[int, int],
    pads: Pads,
    groups: int,
) -> tuple[Operation, str]:
    """The convolution and its input; over one axis, where the other has one position and one weight."""
    height, width, channels = layer.shape(node)
    for axis, size in ((0, height), (1, width)):
        if size == 1 and kernel.shape[axis] == 1 and pads[axis] == (0, 0):
            kept = 1 - axis
            line = layer.reshaped(node, ((height, width)[kept], channels))
            flat = FixedArray(kernel.reshape(kernel.shape[kept], *kernel.shape[2:]), 0)
            op = Conv1D(flat, bias, (strides[kept],), (dilation[kept],), (pads[kept],), groups)
            return op, line
    return Conv2D(FixedArray(kernel, 0), bias, strides, dilation, pads, groups), node


def fully_connected(layer: TfliteLayer) -> Value:
    """FULLY_CONNECTED: activation, weights_format, keep_num_dims, asymmetric_quantize_inputs, bias type."""
    op, x = layer.operator, layer.input(0)
    if op.number(1) != 0:
        raise layer.unsupported("its weights are in a shuffled format")
    weights = _weights(layer, axis=0)
    if weights.ndim != 2:
        raise layer.wrong(f"its weights have the shape {weights.shape}")
    node, zero = layer.either(x)
    units, depth = weights.shape
    if depth == 0 or units == 0 or prod(x.shape) % depth:
        raise layer.wrong(f"weights of shape {weights.shape} for an input of {x.shape}")
    shape = layer.shape(node)
    if shape[-1] != depth:
        rows = prod(shape) // depth
        node = layer.reshaped(node, (depth,) if rows == 1 else (rows, depth))
    kernel = weights.T
    wide = x.kind == TensorType.INT16 and op.number(4) != INT32_BIAS
    node = layer.add(Dense(FixedArray(kernel, 0), _bias(layer, kernel, zero, wide=wide)), node, suffix="sum")
    if x.kind == TensorType.INT8:
        node = layer.in32(node)
    return _finish_in_float64(layer, node, op.number(0))


def _weights(layer: TfliteLayer, axis: int) -> NDArray[np.int64]:
    """The weights less their zero points, as (out, ...); a scale a channel is along `axis`."""
    tensor = layer.input(1)
    if tensor.kind != TensorType.INT8:
        raise layer.unsupported(f"its weights are {tensor.kind.name.lower()}, not int8")
    values, scaling = layer.constant_input(1).astype(np.int64), layer.scaling(tensor)
    if values.ndim not in (2, 4) or values.size == 0:
        raise layer.wrong(f"its weights have the shape {tensor.shape}")
    if scaling.per_channel and (scaling.axis != axis or len(scaling.scales) != values.shape[axis]):
        raise layer.wrong(f"{len(scaling.scales)} scales along axis {scaling.axis} for weights of {tensor.shape}")
    if np.any(scaling.zero_points):
        if values.ndim != 2 or scaling.per_channel:
            raise layer.wrong("its weights have zero points")
        values = values - scaling.zero_point
    return np.asarray(values)


def _bias(layer: TfliteLayer, kernel: NDArray[np.int64], zero: int, *, wide: bool) -> FixedArray:
    """The bias, less what the zero point of codes adds to every sum; `wide` for sums of 64 bits."""
    filters = kernel.shape[-1]
    sums = kernel.reshape(-1, filters).sum(axis=0)
    tensor = layer.optional(2)
    if tensor is None:
        bias = np.zeros(filters, dtype=np.int64)
    else:
        if tensor.kind != (TensorType.INT64 if wide else TensorType.INT32):
            raise layer.unsupported(f"its bias is {tensor.kind.name.lower()}, which LiteRT's own kernel refuses")
        bias = layer.constant_input(2).astype(np.int64).reshape(-1)
        if bias.shape != (filters,):
            raise layer.wrong(f"{len(bias)} biases for {filters} filters")
        if np.abs(bias.astype(object)).max() >= 1 << 47:
            raise layer.unsupported("a bias has more than 48 bits")
    return FixedArray(bias - zero * sums, 0)


def _scales(layer: TfliteLayer) -> tuple[float, list[float], float]:
    """The scales of input, weights (one or one a channel) and output, as float64."""
    x, weights, out = (layer.scaling(tensor) for tensor in (layer.input(0), layer.input(1), layer.output))
    return float(x.scale), [float(scale) for scale in weights.scales], float(out.scale)


def _finish(layer: TfliteLayer, node: str, activation: int, *, wide: bool) -> Value:
    """Sums of a convolution into codes."""
    x, weights, out = _scales(layer)
    factors = [x * scale / out for scale in weights]
    rescaling = once_rounded(layer, factors) if wide else twice_rounded(layer, factors)
    if not wide:
        node = layer.in32(node)
    ends = activation_range(layer, layer.output, activation)
    layer.zero_point(layer.input(0))
    return requantised(layer, node, single(rescaling), ends)


def _finish_in_float64(layer: TfliteLayer, node: str, activation: int) -> Value:
    """Sums of a FULLY_CONNECTED into codes: its reference kernel multiplies and rounds in float64."""
    x, weights, out = _scales(layer)
    layer.zero_point(layer.input(0))
    ends = activation_range(layer, layer.output, activation)
    zero = layer.zero_point(layer.output)
    signed = ends[0] < zero
    results = max(abs(end - zero) for end in ends) + 1
    pairs, rounding = [], Rounding.RND
    for factor in (x * scale / out for scale in weights):
        try:
            switches = Switches(float_switches(factor, results), largest(layer, node), signed=signed)
        except ArithmeticError as error:
            raise layer.unsupported(f"its sums cannot be had in integers: {error}") from None
        pair = shortest(switches)
        if pair is None and signed:  # ties: away from zero, as the kernel has them
            pair, rounding = shortest(replace(switches, signed=False)), Rounding.RND_INF
        if pair is None:
            raise layer.unsupported(f"no factor in integers rounds as {factor} does in float64")
        pairs.append(pair)
    rescaling = Rescaling(tuple(n for n, _ in pairs), tuple(k for _, k in pairs), (0,) * len(pairs), rounding)
    return requantised(layer, node, single(rescaling), ends)
