"""Plain Keras 3 layers that move values about, do nothing at inference, or apply a function of one value.

Source: Keras 3, `keras/src/layers/reshaping/`, `core/`, `regularization/`.
"""

from __future__ import annotations

from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras import layout
from fpgaml.frontends.keras3.functions import activate
from fpgaml.frontends.keras3.layer import Layer


def activation(layer: Layer) -> str:
    """Activation."""
    return activate(layer, layer.input, layer.config.get("activation"), part="")


LAYOUT: dict[str, Converter[Layer, str]] = {
    **layout.LAYOUT,
    "Identity": layout.unchanged,
    "Activation": activation,
}
"""Converters by class name."""
