"""Plain Keras 3 layers that move values about, do nothing at inference, or apply a function of one value.

Source: Keras 3, `keras/src/layers/reshaping/`, `core/`, `regularization/`.
"""

from __future__ import annotations

from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras import layout
from fpgaml.frontends.keras3.functions import activate, clipped, leaky
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.graph.ops import Relu, UpSample


def repeat_vector(layer: Layer) -> str:
    """RepeatVector: (features,) becomes (n, features)."""
    node = layer.sized(layer.input, 2)
    return layer.add(UpSample((int(layer.config["n"]),)), node)


def activation(layer: Layer) -> str:
    """Activation."""
    return activate(layer, layer.input, layer.config.get("activation"), part="")


def relu(layer: Layer) -> str:
    """ReLU, with a slope below zero or a ceiling, but no threshold."""
    if layer.config.get("threshold", 0):
        raise layer.unsupported("a ReLU with a threshold", "Use threshold=0")
    slope, ceiling = float(layer.config.get("negative_slope") or 0), layer.config.get("max_value")
    node = leaky(layer, layer.input, slope) if slope else layer.add(Relu(), layer.input)
    return layer.rounded(node if ceiling is None else clipped(layer, node, float(ceiling)))


def leaky_relu(layer: Layer) -> str:
    """LeakyReLU."""
    return layer.rounded(leaky(layer, layer.input, float(layer.config.get("negative_slope", 0.3))))


LAYOUT: dict[str, Converter[Layer, str]] = {
    **layout.LAYOUT,
    "Identity": layout.unchanged,
    "RepeatVector": repeat_vector,
    "Activation": activation,
    "ReLU": relu,
    "LeakyReLU": leaky_relu,
}
"""Converters by class name."""
