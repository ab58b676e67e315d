"""Plain Keras 3 layers with float weights, whose rounding is made explicit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS, tensor
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.building.softmax import softmax as by_tables
from fpgaml.frontends.keras import linear, normalization, transposed
from fpgaml.frontends.keras.attention import attention, multi_head_attention
from fpgaml.frontends.keras.layer import KerasLayer, whole
from fpgaml.frontends.keras.linear import Products, rounded_products
from fpgaml.frontends.keras.pointwise import POINTWISE
from fpgaml.frontends.keras.preprocessing import PREPROCESSING
from fpgaml.frontends.keras.statistics import STATISTICS, axes_of
from fpgaml.frontends.keras3.functions import activate
from fpgaml.frontends.keras3.hgq_linear import einsum_op
from fpgaml.frontends.keras3.layer import Layer


def _with_weights(layer: Layer, *kernels: str) -> Layer:
    """The layer with its weights by the names that they have in Keras 2.

    Args:
        kernels: in the order of the file.
    """
    biased = ("bias",) if layer.config.get("use_bias", True) else ()
    weights = layer.variables.take((*kernels, *biased))
    if layer.kind.startswith("Depthwise"):
        weights["depthwise_kernel"] = weights.pop("kernel")
    return replace(layer, weights=weights)


def _linear(read: Callable[[KerasLayer], Products]) -> Converter[Layer, str]:
    """Dense, convolutions and depthwise ones."""

    def convert(layer: Layer) -> str:
        products = read(_with_weights(layer, "kernel"))
        return activate(layer, rounded_products(layer, layer.input, products), layer.config.get("activation"))

    return convert


def _separable(rank: int) -> Converter[Layer, str]:
    """SeparableConv1D and 2D: depthwise, then pointwise."""
    read = linear.separable(rank)

    def convert(layer: Layer) -> str:
        first, second = read(_with_weights(layer, "depthwise_kernel", "pointwise_kernel"))
        node = rounded_products(layer, layer.input, first, "depthwise")
        return activate(layer, rounded_products(layer, node, second), layer.config.get("activation"))

    return convert


def batch_normalization(layer: Layer) -> str:
    """BatchNormalization with the moving statistics."""
    scaled = ("gamma",) if layer.config.get("scale", True) else ()
    centred = ("beta",) if layer.config.get("center", True) else ()
    weights = layer.variables.take((*scaled, *centred, "moving_mean", "moving_variance"))
    return normalization.batch_normalization(replace(layer, weights=weights))


def einsum_dense(layer: Layer) -> str:
    """EinsumDense."""
    biased = layer.config.get("bias_axes") is not None
    weights = layer.variables.take(("kernel", "bias") if biased else ("kernel",))
    kernel = tensor(layer, weights["kernel"], WEIGHT_BITS, "kernel")
    bias = tensor(layer, weights["bias"], BIAS_BITS, "bias") if biased else None
    node = layer.rounded(layer.add(einsum_op(layer, kernel, bias, layer.shape(layer.input)), layer.input))
    return activate(layer, node, layer.config.get("activation"))


def softmax(layer: Layer) -> str:
    """Softmax along any axes."""
    axes = axes_of(layer.config.get("axis", -1), len(layer.shape(layer.input)), layer.label)
    return layer.rounded(by_tables(layer, layer.input, axes))


def _transposed(rank: int) -> Converter[Layer, str]:
    """Conv1DTranspose and 2D."""
    read = transposed.transposed(rank)

    def convert(layer: Layer) -> str:
        products = read(_with_weights(layer, "kernel"))
        spread = transposed.spread(layer, layer.input, whole(layer.config.get("strides", 1), rank))
        return activate(layer, rounded_products(layer, spread, products), layer.config.get("activation"))

    return convert


LAYERS: dict[str, Converter[Layer, str]] = {
    "Dense": _linear(linear.dense),
    **{f"Conv{rank}D": _linear(linear.convolution(rank)) for rank in (1, 2)},
    **{f"DepthwiseConv{rank}D": _linear(linear.depthwise(rank)) for rank in (1, 2)},
    **{f"SeparableConv{rank}D": _separable(rank) for rank in (1, 2)},
    "BatchNormalization": batch_normalization,
    "EinsumDense": einsum_dense,
    "Softmax": softmax,
    **{f"Conv{rank}DTranspose": _transposed(rank) for rank in (1, 2)},
    **POINTWISE,
    **STATISTICS,
    **PREPROCESSING,
    "MultiHeadAttention": multi_head_attention,
    "Attention": attention,
}
"""Converters by class name."""
