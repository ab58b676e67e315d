"""Layers of qkeras-v3, QKeras for Keras 3: the converters are those of QKeras' own files, the arrays lie otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fpgaml.errors import Problem
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras2 import layers as keras2
from fpgaml.frontends.keras2.topology import Call
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.frontends.keras3.topology import LayerCall
from fpgaml.frontends.keras3.weights import Array

Weights = Callable[[Layer], dict[str, Array]]
"""A layer's arrays by the names that they have in Keras 2."""


def _with_kernels(*kernels: str) -> Weights:
    """Kernels in the order of the file, then the bias; folded layers hold a normalization."""

    def take(layer: Layer) -> dict[str, Array]:
        biased = ("bias",) if layer.config.get("use_bias", True) else ()
        own = layer.variables.take((*kernels, *biased))
        return own | _statistics(layer, "batchnorm") if "Batchnorm" in layer.kind else own

    return take


def _statistics(layer: Layer, part: str = "") -> dict[str, Array]:
    scaled = ("gamma",) if layer.config.get("scale", True) else ()
    centred = ("beta",) if layer.config.get("center", True) else ()
    place = layer.variables.inside(part) if part else layer.variables
    return place.take((*scaled, *centred, "moving_mean", "moving_variance"))


WEIGHTS: dict[str, Weights] = {
    **dict.fromkeys(("QDense", "QConv1D", "QConv2D", "QDenseBatchnorm", "QConv2DBatchnorm"), _with_kernels("kernel")),
    **dict.fromkeys(("QDepthwiseConv2D", "QDepthwiseConv2DBatchnorm"), _with_kernels("depthwise_kernel")),
    **dict.fromkeys(("QSeparableConv1D", "QSeparableConv2D"), _with_kernels("depthwise_kernel", "pointwise_kernel")),
    "QBatchNormalization": _statistics,
    **dict.fromkeys(("QActivation", "QAveragePooling2D", "QGlobalAveragePooling2D"), lambda _: {}),
}


def _converter(kind: str, weights: Weights) -> Converter[Layer, str | Sequence[str]]:
    convert = keras2.CONVERTERS[kind]
    return lambda layer: convert(replace(layer, weights=weights(layer)))


LAYERS: dict[str, Converter[Layer, str | Sequence[str]]] = {
    kind: _converter(kind, weights) for kind, weights in WEIGHTS.items()
}
"""Converters by class name."""


def problems(call: LayerCall) -> Iterator[Problem]:
    """What cannot be expressed of a layer's quantizers and settings."""
    yield from keras2.problems(Call(call.label, (call.label,), call.kind, call.config))
