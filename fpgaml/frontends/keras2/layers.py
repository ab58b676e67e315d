"""Every supported layer: how it becomes nodes, and what is wrong with its settings if anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fpgaml.errors import FpgamlError, Problem
from fpgaml.frontends.keras2 import activations, linear, normalization, pooling
from fpgaml.frontends.keras2 import rearrange as layout
from fpgaml.frontends.keras2.emit import Emitter, Layer, only_input
from fpgaml.frontends.keras2.functions import Function, parse_function, weight_problem

Converter = Callable[[Layer, Emitter], str]
"""Adds a layer's nodes; returns the node with its output."""

WIDEST = 128
"""Bits of a type beyond which nothing useful can follow."""


def _activation(layer: Layer, out: Emitter) -> str:
    function = parse_function(layer.config["activation"], layer.name, linear.in_qkeras(layer))
    return activations.apply(out, only_input(layer), function)


def _relu(layer: Layer, out: Emitter) -> str:
    x = activations.leaky(out, only_input(layer), _slope(layer.config, 0.0))
    top = layer.config.get("max_value")
    return activations.clip(out, x, None, None if top is None else float(top))


def _leaky_relu(layer: Layer, out: Emitter) -> str:
    return activations.leaky(out, only_input(layer), _slope(layer.config, 0.3))


def _softmax(layer: Layer, out: Emitter) -> str:
    return activations.apply(out, only_input(layer), Function("softmax", {}))


def _slope(config: Mapping[str, Any], default: float) -> float:
    for name in ("negative_slope", "alpha"):
        if config.get(name) is not None:
            return float(config[name])
    return default


def _elu(layer: Layer, out: Emitter) -> str:
    return activations.apply(out, only_input(layer), Function("elu", {}))


CONVERTERS: dict[str, Converter] = {
    "Dense": linear.dense,
    "QDense": linear.dense,
    "QDenseBatchnorm": linear.dense,
    "Conv1D": linear.convolution(1),
    "QConv1D": linear.convolution(1),
    "Conv2D": linear.convolution(2),
    "QConv2D": linear.convolution(2),
    "QConv2DBatchnorm": linear.convolution(2),
    "DepthwiseConv1D": linear.depthwise(1),
    "DepthwiseConv2D": linear.depthwise(2),
    "QDepthwiseConv2D": linear.depthwise(2),
    "QDepthwiseConv2DBatchnorm": linear.depthwise(2),
    "SeparableConv1D": linear.separable(1),
    "QSeparableConv1D": linear.separable(1),
    "SeparableConv2D": linear.separable(2),
    "QSeparableConv2D": linear.separable(2),
    "BatchNormalization": normalization.batch_normalization,
    "BatchNormalizationV1": normalization.batch_normalization,
    "QBatchNormalization": normalization.batch_normalization,
    "Activation": _activation,
    "QActivation": _activation,
    "ReLU": _relu,
    "LeakyReLU": _leaky_relu,
    "ELU": _elu,
    "Softmax": _softmax,
    "MaxPooling1D": pooling.pool(1, average=False),
    "MaxPooling2D": pooling.pool(2, average=False),
    "AveragePooling1D": pooling.pool(1, average=True),
    "AveragePooling2D": pooling.pool(2, average=True),
    "QAveragePooling2D": pooling.pool(2, average=True),
    "GlobalMaxPooling1D": pooling.global_pool(average=False),
    "GlobalMaxPooling2D": pooling.global_pool(average=False),
    "GlobalAveragePooling1D": pooling.global_pool(average=True),
    "GlobalAveragePooling2D": pooling.global_pool(average=True),
    "QGlobalAveragePooling2D": pooling.global_pool(average=True),
    "ZeroPadding1D": layout.zero_padding(1),
    "ZeroPadding2D": layout.zero_padding(2),
    "Cropping1D": layout.cropping(1),
    "Cropping2D": layout.cropping(2),
    "UpSampling1D": layout.up_sampling(1),
    "UpSampling2D": layout.up_sampling(2),
    "Flatten": layout.flatten,
    "Reshape": layout.reshape,
    "Permute": layout.permute,
    **layout.MERGES,
    **dict.fromkeys(
        (
            "Dropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "GaussianNoise",
            "GaussianDropout",
            "AlphaDropout",
            "ActivityRegularization",
        ),
        layout.same_values,
    ),
}

_ADVICE = {
    "Lambda": ("holds Python code, which fpgaml never runs", "Replace it by layers that say what it computes"),
    "TFOpLambda": ("is an operator written in Python", "Use a layer: Add, Subtract, Multiply, Reshape, ..."),
    "SlicingOpLambda": ("is a slice written in Python", "Use a Cropping or Reshape layer"),
    "QAdaptiveActivation": ("changes its range with the data", "Replace it by a QActivation with the final range"),
    "Conv2DTranspose": ("is not supported", "Use UpSampling2D and Conv2D"),
    "QConv2DTranspose": ("is not supported", "Use UpSampling2D and QConv2D"),
    "PReLU": ("has a slope per element", "Use LeakyReLU with a power of two"),
}
_UNUSABLE = (
    KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError, OverflowError, MemoryError,
)  # fmt: skip
"""What settings of the wrong kind raise where they are used."""

_QUANTIZERS = (
    "kernel_quantizer", "depthwise_quantizer", "pointwise_quantizer", "bias_quantizer", "gamma_quantizer",
    "beta_quantizer", "mean_quantizer", "variance_quantizer", "average_quantizer",
)  # fmt: skip


def problems(layer: Layer) -> list[Problem]:
    """What is not supported about a layer's class and settings; nothing is computed."""
    try:
        found = _found(layer)
    except _UNUSABLE as error:
        found = [(f"has settings that cannot be read ({type(error).__name__}: {error})", "Save the model again")]
    return [Problem(layer.name, f"{layer.kind} {reason}", advice) for reason, advice in found]


def _found(layer: Layer) -> list[tuple[str, str]]:
    config = layer.config
    if layer.kind not in CONVERTERS:
        known = ", ".join(sorted(name for name in CONVERTERS if name[:1] != "Q"))
        return [_ADVICE.get(layer.kind, ("is a layer that fpgaml does not know", f"Use one of {known}, or Q forms"))]
    found: list[tuple[str, str] | None] = []
    if config.get("data_format") == "channels_first":
        found.append(("has data_format channels_first", "Save the model with channels_last"))
    if _precision(config) not in ("float32", "float64"):
        found.append((f"computes in {_precision(config)}", "Train or save it in float32"))
    for name in _QUANTIZERS:
        function = _read(layer, name, found)
        if function is not None:
            found.append(weight_problem(function.plain()))
    if "activation" in config:
        found.append(activations.problem(_read(layer, "activation", found)))
    found.extend(_special(layer))
    return [problem for problem in found if problem]


def _precision(config: Mapping[str, Any]) -> str:
    """The layer's arithmetic: a name, or a policy {"config": {"name": ...}}."""
    policy = config.get("dtype") or "float32"
    if isinstance(policy, Mapping):
        policy = policy.get("config", {}).get("name", "float32")
    return str(policy)


def _read(layer: Layer, name: str, found: list[tuple[str, str] | None]) -> Function | None:
    try:
        return parse_function(layer.config.get(name), layer.name, linear.in_qkeras(layer))
    except FpgamlError as error:
        found.append((f"has a {name} that cannot be read: {error.reason}", error.advice))
        return None


def _special(layer: Layer) -> list[tuple[str, str] | None]:
    config, kind = layer.config, layer.kind
    if kind == "ReLU":
        threshold = None if not config.get("threshold") else ("has a threshold", "Leave threshold at 0")
        return [threshold, activations.slope_problem(_slope(config, 0.0))]
    if kind == "LeakyReLU":
        return [activations.slope_problem(_slope(config, 0.3))]
    if kind == "ELU" and float(config.get("alpha", 1.0)) != 1.0:
        return [("has an alpha other than 1", "Use alpha=1")]
    if kind == "Softmax" and config.get("axis", -1) not in (-1, [-1]):
        return [("does not run along the last axis", "Permute before it, and use axis=-1")]
    if kind.startswith("UpSampling") and config.get("interpolation", "nearest") != "nearest":
        return [(f"interpolates ({config['interpolation']})", "Use interpolation='nearest'")]
    return []


def convert(layer: Layer, out: Emitter) -> str:
    """Add a layer's nodes and register its output.

    Args:
        layer: one that `problems` finds nothing wrong with.
        out: its emitter.

    Returns:
        The node with the layer's output.

    Raises:
        FpgamlError: its weights or inputs do not fit, or its type grows beyond 128 bits.
    """
    try:
        node = CONVERTERS[layer.kind](layer, out)
    except _UNUSABLE as error:
        raise FpgamlError(
            layer.name, f"the settings of this {layer.kind} cannot be used ({type(error).__name__}: {error})",
            "Save the model again with a current Keras",
        ) from error  # fmt: skip
    width = int(out.builder.type(node).width.max())
    if width > WIDEST:
        raise FpgamlError(
            layer.name,
            f"its exact values need {width} bits, more than {WIDEST}",
            "Put a quantised activation before it, such as QActivation('quantized_relu(8,4)')",
        )
    out.builder.layers[layer.name] = node
    return node
