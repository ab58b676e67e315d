"""Every supported layer: how it becomes nodes, and what is wrong with its settings if anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fpgaml.errors import FpgamlError, Problem
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.building.softmax import softmax
from fpgaml.frontends.keras.advice import LAYERS, NO_FUNCTION, instead_of_layer
from fpgaml.frontends.keras.arguments import Arguments, Tensor
from fpgaml.frontends.keras.attention import attention, multi_head_attention
from fpgaml.frontends.keras.layer import UNUSABLE, KerasLayer
from fpgaml.frontends.keras.layout import LAYOUT
from fpgaml.frontends.keras.linear import Array
from fpgaml.frontends.keras.normalization import batch_normalization
from fpgaml.frontends.keras.operations import OPERATIONS, by_name, canonical
from fpgaml.frontends.keras.pointwise import POINTWISE
from fpgaml.frontends.keras.preprocessing import PREPROCESSING
from fpgaml.frontends.keras.products import dot
from fpgaml.frontends.keras.recurrent import form_of, inner_layers
from fpgaml.frontends.keras.recurrent import problem as recurrent_problem
from fpgaml.frontends.keras.statistics import STATISTICS, axes_of
from fpgaml.frontends.keras.time_distributed import distributed
from fpgaml.frontends.keras2 import activations, binarized, garnet, hgq1, linear, pooling, recurrent
from fpgaml.frontends.keras2.forward import quantize_constant
from fpgaml.frontends.keras2.functions import Function, in_qkeras, parse_function, setting, weight_problem
from fpgaml.frontends.keras2.merging import MERGES
from fpgaml.frontends.keras2.topology import Call

_TRAINABLE = ("gamma", "variance")  # the quantizers that QBatchNormalization sets to auto_po2


def _activation(layer: KerasLayer) -> str:
    return activations.apply(layer, layer.input, setting(layer, "activation"), "")


def _softmax(layer: KerasLayer) -> str:
    axes = axes_of(layer.config.get("axis", -1), len(layer.shape(layer.input)), layer.label)
    return layer.rounded(softmax(layer, layer.input, axes))


def _dot(layer: KerasLayer) -> str:
    return layer.rounded(dot(layer, layer.inputs))


def _batch_normalization(layer: KerasLayer) -> str:
    """BatchNormalization and QBatchNormalization, whose statistics are quantised (qkeras/qnormalization.py, `call`)."""

    def quantised(statistic: str, stored: Array) -> Array:
        function = setting(layer, f"{statistic}_quantizer", statistic in _TRAINABLE)
        return stored if function is None else quantize_constant(function, stored).values

    return batch_normalization(layer, quantised, trained=not in_qkeras(layer.kind))


def _activated(layer: KerasLayer, node: str, name: str) -> str:
    return activations.apply(layer, node, Function(name, {}), "")


OPS = {
    **{canonical(name): one for name, one in by_name(sorted(activations.FUNCTIONS), _activated).items()},
    **OPERATIONS,
}
"""TensorFlow's functions, by their names in small letters."""


def _function(config: Mapping[str, Any]) -> str:
    """A function that is called on a tensor: `__operators__.getitem`, `math.multiply`."""
    return str(config.get("function", "getitem"))


def _operation(layer: KerasLayer) -> str:
    return OPS[canonical(_function(layer.config))](layer)


def _time_distributed(layer: KerasLayer) -> str:
    """TimeDistributed: the layer inside, on each step."""
    inner = layer.config["layer"]
    kind = str(inner["class_name"])

    def convert_inside(node: str) -> str:
        own = replace(layer, kind=kind, config=inner["config"], inputs=(node,), arguments=Arguments((Tensor(0),)))
        given = CONVERTERS[kind](own)
        return given if isinstance(given, str) else given[0]

    return distributed(layer, kind, convert_inside)


def _binarized(layer: KerasLayer) -> str:
    return activations.apply(layer, binarized.dense(layer), setting(layer, "activation"))


CONVERTERS: dict[str, Converter[KerasLayer, str | Sequence[str]]] = {
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
    "BatchNormalization": _batch_normalization,
    "BatchNormalizationV1": _batch_normalization,
    "QBatchNormalization": _batch_normalization,
    "Activation": _activation,
    "QActivation": _activation,
    "Softmax": _softmax,
    **POINTWISE,
    **STATISTICS,
    **PREPROCESSING,
    "MultiHeadAttention": multi_head_attention,
    "Attention": attention,
    "Dot": _dot,
    **{f"Conv{rank}DTranspose": linear.transposed_convolution(rank) for rank in (1, 2)},
    **{f"LocallyConnected{rank}D": linear.locally_connected(rank) for rank in (1, 2)},
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
    **LAYOUT,
    **MERGES,
    **dict.fromkeys(("TFOpLambda", "SlicingOpLambda"), _operation),
    "TimeDistributed": _time_distributed,
    **dict.fromkeys(("BinaryDense", "TernaryDense"), _binarized),
    **hgq1.LAYERS,
    **garnet.LAYERS,
    **recurrent.CONVERTERS,
}
"""Converters by class name."""

_ADVICE = {
    "Lambda": ("holds Python code, which fpgaml never runs", "Replace it by layers that say what it computes"),
    "QAdaptiveActivation": ("changes its range with the data", "Replace it by a QActivation with the final range"),
}
_QUANTIZERS = (
    "kernel_quantizer", "depthwise_quantizer", "pointwise_quantizer", "recurrent_quantizer", "bias_quantizer",
    "gamma_quantizer", "beta_quantizer", "mean_quantizer", "variance_quantizer", "average_quantizer",
)  # fmt: skip


def problems(call: Call) -> list[Problem]:
    """What is not supported about a layer's class and settings; nothing is computed."""
    try:
        found = _found(call)
    except (*UNUSABLE, RecursionError) as error:
        found = [(f"has settings that cannot be read ({type(error).__name__}: {error})", "Save the model again")]
    return [Problem(call.name, f"{call.kind} {reason}", advice) for reason, advice in found]


def _found(call: Call) -> list[tuple[str, str]]:
    config = call.config
    operation = call.kind in ("TFOpLambda", "SlicingOpLambda") and canonical(_function(config)) not in OPS
    if call.kind not in CONVERTERS or operation:
        return [_class_problem(call)]
    if call.kind == "TimeDistributed":
        inner = config["layer"]
        return _found(replace(call, kind=str(inner["class_name"]), config=inner["config"]))
    found: list[tuple[str, str] | None] = []
    if config.get("data_format") == "channels_first":
        found.append(("has data_format channels_first", "Save the model with channels_last"))
    if _precision(config) not in ("float32", "float64"):
        found.append((f"computes in {_precision(config)}", "Train or save it in float32"))
    for name in _QUANTIZERS:
        function = _read(call, name, found)
        if function is not None:
            found.append(weight_problem(function.plain()))
    for name in ("activation", "recurrent_activation"):
        if name in config:
            found.append(activations.problem(_read(call, name, found)))
    if call.kind in recurrent.CONVERTERS:
        found.extend(_recurrent(call, found))
    found.extend(_special(call))
    return [problem for problem in found if problem]


def _recurrent(call: Call, found: list[tuple[str, str] | None]) -> list[tuple[str, str] | None]:
    """Of a recurrent layer's settings, and of what a wrapper holds."""
    problems = [recurrent_problem(call.kind, call.config), activations.problem(_read(call, "state_quantizer", found))]
    if call.kind == "QGRU" and not call.config.get("recurrent_quantizer"):
        reason = "has no recurrent_quantizer, and then multiplies its state by the kernel (QKeras 0.9)"
        problems.append((reason, "Train it with a recurrent_quantizer"))
    for kind, config, _ in inner_layers(call.kind, call.config):
        if kind == "StackedRNNCells":
            continue
        if form_of(kind) is None or (call.kind == "RNN") != kind.endswith("Cell"):
            problems.append((f"holds a {kind}", "Use SimpleRNN, GRU or LSTM, or cells of them in an RNN"))
        else:
            problems += _found(replace(call, kind=kind.removesuffix("Cell"), config=config))
    return problems


def _class_problem(call: Call) -> tuple[str, str]:
    """Why a class is not read, and what to do."""
    if call.kind in ("TFOpLambda", "SlicingOpLambda"):
        function = _function(call.config)
        return f"calls `{function}` on a tensor", NO_FUNCTION
    if call.kind in hgq1.TRAINED:
        return hgq1.PROXY
    if call.kind in _ADVICE:
        return _ADVICE[call.kind]
    if call.kind in LAYERS:
        reason, advice = LAYERS[call.kind]
        return f"is not converted: {reason}", advice
    return "is a layer that fpgaml does not know", instead_of_layer(call.kind, CONVERTERS)


def _precision(config: Mapping[str, Any]) -> str:
    """The layer's arithmetic: a name, or a policy {"config": {"name": ...}}."""
    policy = config.get("dtype") or "float32"
    if isinstance(policy, Mapping):
        policy = policy.get("config", {}).get("name", "float32")
    return str(policy)


def _read(call: Call, name: str, found: list[tuple[str, str] | None]) -> Function | None:
    try:
        return parse_function(call.config.get(name), call.name, in_qkeras(call.kind))
    except FpgamlError as error:
        found.append((f"has a {name} that cannot be read: {error.reason}", error.advice))
        return None


def _special(call: Call) -> list[tuple[str, str] | None]:
    config, kind = call.config, call.kind
    if kind.startswith("UpSampling") and config.get("interpolation", "nearest") != "nearest":
        return [(f"interpolates ({config['interpolation']})", "Use interpolation='nearest'")]
    return []


def convert(layer: KerasLayer) -> Sequence[str]:
    """Add a layer's nodes.

    Args:
        layer: one that `problems` finds nothing wrong with.

    Returns:
        The nodes with the layer's outputs.

    Raises:
        FpgamlError: its weights or inputs do not fit, or its type grows beyond what is useful.
    """
    with layer.guarded():
        given = CONVERTERS[layer.kind](layer)
    return [layer.narrow_enough(node) for node in ([given] if isinstance(given, str) else given)]
