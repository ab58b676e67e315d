"""Dense and convolution layers of Keras, 2 and 3 alike: what their settings and weights say, and their products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS, scaled, tensor
from fpgaml.frontends.keras.layer import KerasLayer, whole
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, Operation
from fpgaml.graph.ops.windows import Pads, same_padding
from fpgaml.graph.values import FixedArray

Array = NDArray[np.float32]
MakeOp = Callable[[FixedArray, FixedArray | None], Operation]
WIDEST_WINDOW = 1 << 12
"""The largest window, stride or dilation along one axis."""


@dataclass(frozen=True)
class Products:
    """A sum of products as the file has it, nothing quantised or rounded yet.

    Args:
        kernel, bias: as stored, float32.
        make: the operation for a kernel and a bias.
        channels: the kernel's last axes that the output's channels run over.
        flat: brings the kernel from Keras' shape into the operation's, the output channel last.
    """

    kernel: Array
    bias: Array | None
    make: MakeOp
    channels: tuple[int, ...]
    flat: Callable[[Any], Any] = lambda kernel: kernel


@dataclass(frozen=True)
class Weights:
    """A kernel as it is in inference: exact values times a float scale, where it has one.

    Args:
        scale: broadcasts to the kernel.
    """

    values: FixedArray
    scale: Array | None = None


def dense(layer: KerasLayer) -> Products:
    """Dense and its kin: over the last axis."""
    units = int(layer.config["units"])
    kernel = layer.weight("kernel", layer.shape(layer.input)[-1], units)
    return Products(kernel, _bias(layer, units), Dense, (units,))


def convolution(rank: int) -> Callable[[KerasLayer], Products]:
    """Conv1D, Conv2D and their kin."""

    def read(layer: KerasLayer) -> Products:
        size, make = _window(layer, rank)
        groups, filters = int(layer.config.get("groups", 1)), int(layer.config["filters"])
        kernel = layer.weight("kernel", *size, layer.shape(layer.input)[-1] // max(groups, 1), filters)
        return Products(kernel, _bias(layer, filters), lambda k, b: make(k, b, groups), (filters,))

    return read


def depthwise(rank: int) -> Callable[[KerasLayer], Products]:
    """DepthwiseConv1D, DepthwiseConv2D and their kin."""

    def read(layer: KerasLayer) -> Products:
        size, make = _window(layer, rank)
        channels, multiplier = layer.shape(layer.input)[-1], int(layer.config.get("depth_multiplier", 1))
        kernel = layer.weight("depthwise_kernel", *size, channels, multiplier)
        bias = _bias(layer, channels * multiplier)
        return Products(kernel, bias, lambda k, b: make(k, b, channels), (channels, multiplier), _depthwise_flat)

    return read


def separable(rank: int) -> Callable[[KerasLayer], tuple[Products, Products]]:
    """SeparableConv1D, SeparableConv2D and their kin: depthwise, then pointwise with the bias."""

    def read(layer: KerasLayer) -> tuple[Products, Products]:
        size, make = _window(layer, rank)
        channels, multiplier = layer.shape(layer.input)[-1], int(layer.config.get("depth_multiplier", 1))
        filters = int(layer.config["filters"])
        first = layer.weight("depthwise_kernel", *size, channels, multiplier)
        second = layer.weight("pointwise_kernel", *(1,) * rank, channels * multiplier, filters)
        operation = Conv1D if rank == 1 else Conv2D
        ones, none = (1,) * rank, ((0, 0),) * rank
        return (
            Products(first, None, lambda k, b: make(k, b, channels), (channels, multiplier), _depthwise_flat),
            Products(second, _bias(layer, filters), lambda k, b: operation(k, b, ones, ones, none), (filters,)),
        )

    return read


def sum_of_products(
    layer: KerasLayer, x: str, products: Products, kernel: Weights, bias: FixedArray | None, suffix: str = ""
) -> str:
    """A linear operation with its scale and bias; returns the node with its result.

    Args:
        x: the node that it reads.
        kernel, bias: `products`' own as they are in inference, the kernel in Keras' shape.
    """
    weights = FixedArray(products.flat(kernel.values.integers), kernel.values.fractional)
    if kernel.scale is None:
        return layer.add(products.make(weights, bias), x, suffix=suffix)
    x = layer.add(products.make(weights, None), x, suffix=f"{suffix}_grid".strip("_"))
    whole_scale = products.flat(np.broadcast_to(kernel.scale, products.kernel.shape))
    per_channel = whole_scale.reshape(-1, weights.shape[-1])[0]
    ones = (1,) * (len(layer.shape(x)) - 1)
    shift = np.zeros(weights.shape[-1]) if bias is None else bias.to_float()
    return scaled(
        layer, x, per_channel.reshape(*ones, -1), shift.reshape(*ones, -1), suffix or "scaled", "kernel scale"
    )


def rounded_products(layer: KerasLayer, x: str, products: Products, suffix: str = "") -> str:
    """A linear operation with float weights, which are rounded, and its result as a precision says."""
    kernel = tensor(layer, products.kernel, WEIGHT_BITS, "kernel", len(products.channels))
    bias = None if products.bias is None else tensor(layer, products.bias, BIAS_BITS, "bias")
    return layer.rounded(sum_of_products(layer, x, products, Weights(kernel), bias, suffix), suffix)


def padding(layer: KerasLayer, shape: tuple[int, ...], size: tuple[int, ...], strides: Any, dilation: Any) -> Pads:
    """The zeros around, for `valid`, `same` or `causal`."""
    kind = str(layer.config.get("padding", "valid")).lower()
    if any(not 0 < n <= WIDEST_WINDOW for n in (*size, *strides, *dilation)):
        raise FpgamlError(layer.label, f"a window of {size}, stride {strides} and dilation {dilation} cannot be used")
    if kind == "same":
        return same_padding(shape[:-1], size, strides, dilation)
    if kind == "causal" and len(size) == 1:
        return (((size[0] - 1) * dilation[0], 0),)
    if kind != "valid":
        raise FpgamlError(layer.label, f"padding `{kind}` is unknown", "Use valid, same, or causal in one dimension")
    return ((0, 0),) * len(size)


def _bias(layer: KerasLayer, channels: int) -> Array | None:
    return layer.weight("bias", channels) if layer.config.get("use_bias", True) else None


def _window(layer: KerasLayer, rank: int) -> tuple[tuple[int, ...], Callable[..., Operation]]:
    config, shape = layer.config, layer.shape(layer.input)
    if len(shape) != rank + 1:
        raise FpgamlError(layer.label, f"a {layer.kind} over a tensor of shape {shape}")
    size = whole(config["kernel_size"], rank)
    strides = whole(config.get("strides", 1), rank)
    dilation = whole(config.get("dilation_rate", 1), rank)
    pads = padding(layer, shape, size, strides, dilation)

    def make(kernel: FixedArray, bias: FixedArray | None, groups: int) -> Operation:
        operation = Conv1D if rank == 1 else Conv2D
        return operation(kernel, bias, strides, dilation, pads, groups)

    return size, make


def _depthwise_flat(kernel: Any) -> Any:
    """(*size, channels, multiplier) as (*size, 1, channels * multiplier), filters grouped by channel."""
    return kernel.reshape(*kernel.shape[:-2], 1, -1)
