"""Dense and convolution layers, plain, quantised, and with a folded BatchNormalization."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS, tensor
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras import linear, transposed
from fpgaml.frontends.keras.layer import KerasLayer, whole
from fpgaml.frontends.keras.linear import Array, Products, Weights, sum_of_products
from fpgaml.frontends.keras2 import activations
from fpgaml.frontends.keras2.forward import quantize_constant
from fpgaml.frontends.keras2.functions import Function, setting
from fpgaml.graph.values import FixedArray


def weights_of(
    layer: KerasLayer, function: Function | None, stored: Array, bits: int, what: str, channels: int = 1
) -> Weights:
    """Weights as they are in inference."""
    if function is None:
        return Weights(tensor(layer, stored, bits, what, channels))
    done = quantize_constant(function, stored)
    if done.residue:
        layer.note(f"{what}: QKeras' float32 sum x + (q - x) misses its own quantised value q; q is used")
    try:
        return Weights(FixedArray.from_float(done.grid), done.scale)
    except ValueError:
        advice = "Set max_value or fewer bits"
        raise FpgamlError(layer.label, f"the quantised {what} overflows float32", advice) from None


def bias_of(layer: KerasLayer, function: Function | None, stored: Array, bits: int = BIAS_BITS) -> FixedArray:
    """A bias as it is in inference."""
    kept = weights_of(layer, function, stored, bits, "bias")
    if kept.scale is None:
        return kept.values
    return tensor(layer, np.asarray(kept.scale * kept.values.to_float().astype(np.float32)), bits, "bias")


def _products(layer: KerasLayer, x: str, products: Products, quantizer: str, suffix: str = "") -> str:
    """The products with quantised weights.

    Args:
        quantizer: the setting that quantises the kernel.
    """
    function = setting(layer, quantizer, kernel=True)
    kernel = weights_of(layer, function, products.kernel, WEIGHT_BITS, "kernel", len(products.channels))
    stored = products.bias
    bias = None if stored is None else bias_of(layer, setting(layer, "bias_quantizer"), stored)
    node = sum_of_products(layer, x, products, kernel, bias, suffix)
    return layer.rounded(node, suffix) if function is None else node


def _activated(layer: KerasLayer, x: str) -> str:
    return activations.apply(layer, x, setting(layer, "activation"))


def _linear(read: Callable[[KerasLayer], Products], quantizer: str) -> Converter[KerasLayer, str]:
    def convert(layer: KerasLayer) -> str:
        products = read(layer)
        if "Batchnorm" in layer.kind:
            products = folded(layer, products)
        return _activated(layer, _products(layer, layer.input, products, quantizer))

    return convert


dense = _linear(linear.dense, "kernel_quantizer")
"""Dense, QDense, QDenseBatchnorm."""


def convolution(rank: int) -> Converter[KerasLayer, str]:
    """Conv1D, Conv2D, their quantised forms, QConv2DBatchnorm."""
    return _linear(linear.convolution(rank), "kernel_quantizer")


def depthwise(rank: int) -> Converter[KerasLayer, str]:
    """DepthwiseConv1D, DepthwiseConv2D, their quantised forms, QDepthwiseConv2DBatchnorm."""
    return _linear(linear.depthwise(rank), "depthwise_quantizer")


def separable(rank: int) -> Converter[KerasLayer, str]:
    """SeparableConv1D, SeparableConv2D and their quantised forms: depthwise, then pointwise."""
    read = linear.separable(rank)

    def convert(layer: KerasLayer) -> str:
        first, second = read(layer)
        x = _products(layer, layer.input, first, "depthwise_quantizer", "depthwise")
        return _activated(layer, _products(layer, x, second, "pointwise_quantizer"))

    return convert


def transposed_convolution(rank: int) -> Converter[KerasLayer, str]:
    """Conv1DTranspose and Conv2DTranspose."""
    read = transposed.transposed(rank)

    def convert(layer: KerasLayer) -> str:
        products = read(layer)
        spread = transposed.spread(layer, layer.input, whole(layer.config.get("strides", 1), rank))
        return _activated(layer, _products(layer, spread, products, "kernel_quantizer"))

    return convert


def locally_connected(rank: int) -> Converter[KerasLayer, str]:
    """LocallyConnected1D and LocallyConnected2D."""
    return lambda layer: _activated(layer, transposed.locally_connected(layer, rank))


def folded(layer: KerasLayer, products: Products) -> Products:
    """Kernel and bias with the BatchNormalization folded in, in float32 as QKeras does in inference.

    Both folding modes use the moving statistics then (qkeras/qconv2d_batchnorm.py, `call`).
    """
    count = int(np.prod(products.channels))
    mean, variance = layer.weight("moving_mean", count), layer.weight("moving_variance", count)
    inverse = np.float32(1) / np.sqrt(variance + np.float32(layer.config.get("epsilon", 1e-3)))
    if layer.config.get("scale", True):
        inverse = inverse * layer.weight("gamma", count)
    shift = layer.weight("beta", count) if layer.config.get("center", True) else np.float32(0)
    start = np.float32(0) if products.bias is None else products.bias
    bias = np.asarray(inverse * (start - mean) + shift, dtype=np.float32)
    kernel = np.asarray(inverse.reshape(products.channels) * products.kernel, dtype=np.float32)
    return replace(products, kernel=kernel, bias=bias)
