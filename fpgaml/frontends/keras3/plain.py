"""Plain Keras 3 layers with float weights, whose rounding is made explicit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS, tensor
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.building.softmax import softmax as by_tables
from fpgaml.frontends.keras import linear, normalization
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.linear import Products, rounded_products
from fpgaml.frontends.keras3.functions import activate
from fpgaml.frontends.keras3.hgq_linear import einsum_op
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.frontends.keras3.merging import axes_of


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
    """Softmax along the last axis."""
    rank = len(layer.shape(layer.input))
    if axes_of(layer.config.get("axis", -1), rank) != (rank - 1,):
        raise layer.unsupported("a Softmax that does not run along the last axis", "Permute before it, and use axis=-1")
    return layer.rounded(by_tables(layer, layer.input))


def elu(layer: Layer) -> str:
    """ELU with alpha 1."""
    if float(layer.config.get("alpha", 1.0)) != 1.0:
        raise layer.unsupported("an ELU with an alpha other than 1", "Use alpha=1")
    return activate(layer, layer.input, "elu", part="")


LAYERS: dict[str, Converter[Layer, str]] = {
    "Dense": _linear(linear.dense),
    **{f"Conv{rank}D": _linear(linear.convolution(rank)) for rank in (1, 2)},
    **{f"DepthwiseConv{rank}D": _linear(linear.depthwise(rank)) for rank in (1, 2)},
    **{f"SeparableConv{rank}D": _separable(rank) for rank in (1, 2)},
    "BatchNormalization": batch_normalization,
    "EinsumDense": einsum_dense,
    "Softmax": softmax,
    "ELU": elu,
}
"""Converters by class name."""
