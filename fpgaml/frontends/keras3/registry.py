"""Which layers are supported, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fpgaml.errors import FpgamlError, Problem
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.advice import LAYERS, NO_FUNCTION, instead_of_layer
from fpgaml.frontends.keras.arguments import Arguments, Tensor
from fpgaml.frontends.keras.layer import UNUSABLE, KerasLayer
from fpgaml.frontends.keras.operations import OPERATIONS, by_name, canonical
from fpgaml.frontends.keras.recurrent import form_of, inner_layers
from fpgaml.frontends.keras.recurrent import problem as recurrent_problem
from fpgaml.frontends.keras.time_distributed import distributed
from fpgaml.frontends.keras3 import hgq_attention, hgq_linear, hgq_tables, plain, qkeras, recurrent
from fpgaml.frontends.keras3.functions import FUNCTIONS, KNOWN, activate, function_name
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.frontends.keras3.layout import LAYOUT
from fpgaml.frontends.keras3.merging import MERGES
from fpgaml.frontends.keras3.pooling import POOLS
from fpgaml.frontends.keras3.quantizers import settings_of
from fpgaml.frontends.keras3.topology import LayerCall, class_name, package_of


def _activated(layer: KerasLayer, node: str, name: str) -> str:
    assert isinstance(layer, Layer)
    return activate(layer, node, name, part="")


def _time_distributed(layer: Layer) -> str:
    """TimeDistributed: the layer inside, on each step."""
    inner = layer.config["layer"]
    kind, owner = class_name(inner), package_of(inner)
    name = str(inner["config"].get("name"))
    place = next((part for part in ("layer", name) if layer.variables.holds(part)), "layer")

    def convert(node: str) -> str:
        inside = replace(
            layer,
            kind=kind,
            config=inner["config"],
            package=owner,
            inputs=(node,),
            arguments=Arguments((Tensor(0),)),
            variables=layer.variables.inside(place),
        )
        result = find(owner, kind)(inside)
        return result if isinstance(result, str) else result[0]

    return distributed(layer, kind, convert)


Converters = dict[str, Converter[Layer, str | Sequence[str]]]
_COMMON: Converters = {**MERGES, **POOLS, **LAYOUT}
KERAS: Converters = {
    **{k: v for k, v in _COMMON.items() if not k.startswith("Q")},
    **plain.LAYERS,
    "TimeDistributed": _time_distributed,
    **recurrent.KERAS,
}
HGQ: Converters = {
    **{k: v for k, v in _COMMON.items() if k.startswith("Q")},
    **recurrent.HGQ,
    "QDense": hgq_linear.dense,
    "QBatchNormDense": hgq_linear.batch_norm_dense,
    "QConv1D": hgq_linear.convolution,
    "QConv2D": hgq_linear.convolution,
    "QEinsumDense": hgq_linear.einsum_dense,
    "QEinsumDenseBatchnorm": hgq_linear.einsum_dense_batch_norm,
    "QBatchNormalization": hgq_linear.batch_normalization,
    "QUnaryFunctionLUT": hgq_tables.unary_lut,
    "QAffinedUnaryFunctionLUT": hgq_tables.affined_unary_lut,
    "QSoftmax": hgq_tables.softmax,
    "QMultiHeadAttention": hgq_attention.multi_head_attention,
    "QLinformerAttention": hgq_attention.linformer_attention,
    "Quantizer": hgq_tables.quantizer_layer,
}
OPS: dict[str, Converter[Layer, str]] = {
    **{canonical(name): one for name, one in by_name(sorted(FUNCTIONS), _activated).items()},
    **OPERATIONS,
}
"""Functions of `keras.ops`, by their names in small letters."""
_Any = Converter[Layer, str] | Converter[Layer, str | Sequence[str]]
PACKAGES: dict[str, Mapping[str, _Any]] = {"keras": KERAS, "hgq": HGQ, "qkeras": qkeras.LAYERS}
RECURRENT = recurrent.KERAS.keys() | recurrent.HGQ.keys()

_RECURRENT = "Use SimpleRNN, GRU or LSTM, or Conv1D over the time axis"
REASONS: dict[str, tuple[str, str]] = {
    "Lambda": (
        "holds Python code, which fpgaml never runs",
        "Replace it by layers such as Dense, Reshape, Add, Activation or QUnaryFunctionLUT",
    ),
    **dict.fromkeys(
        ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), ("recurrent convolutions are not converted", _RECURRENT)
    ),
    **dict.fromkeys(
        ("QLIF", "QSimpleSNN", "QLIFCell", "QSimpleSNNCell"), ("spiking layers are not converted", _RECURRENT)
    ),
    **dict.fromkeys(
        ("QDenseT", "QConvT1D", "QConvT2D", "QEinsumDenseT", "QMultiHeadAttentionT", "QLinformerAttentionT"),
        ("layers of trained tables are not converted", "Use QDense, QConv1D, QConv2D or QEinsumDense"),
    ),
    **dict.fromkeys(
        ("Conv3D", "QConv3D", "MaxPooling3D", "AveragePooling3D", "QMaxPooling3D", "QAveragePooling3D"),
        ("three spatial axes are not converted", "Fold one axis into the channels with Reshape"),
    ),
    **dict.fromkeys(
        ("AdditiveAttention", "GroupQueryAttention"),
        ("this form of attention is not converted", "Use MultiHeadAttention"),
    ),
    **LAYERS,
}


def converter(call: LayerCall) -> Converter[Layer, str | Sequence[str]]:
    """The converter of a layer for which `problems` found nothing."""
    return find(call.package, call.kind)


def find(package: str, kind: str) -> Converter[Layer, str | Sequence[str]]:
    """The converter of a class that is supported."""
    return OPS[canonical(kind)] if package == "keras.ops" else PACKAGES[package][kind]


def problems(call: LayerCall) -> Iterator[Problem]:
    """Everything about a layer that cannot be expressed."""
    reason = _class_problem(call)
    if reason is not None:
        yield Problem(call.label, *reason)
        return
    if call.package == "qkeras":
        yield from qkeras.problems(call)
        return
    if call.kind == "TimeDistributed":
        yield from problems(_inner(call))
    policy = _dtype(call)
    if policy not in ("float32", "float64") and call.kind != "Cast":  # whose result it is
        yield Problem(call.label, f"it computes in {policy}", "Rebuild it in float32 and load the weights")
    if call.config.get("data_format") == "channels_first" and call.kind != "Flatten":
        yield Problem(call.label, "its data format is channels_first", "Rebuild the model with channels_last")
    for key in ("activation", "recurrent_activation"):
        name = function_name(call.config.get(key))
        if name not in KNOWN:
            shown = f"the {key} `{name}`" if name else f"an {key} that is no function of Keras"
            yield Problem(call.label, f"{call.kind} has {shown}", f"Use one of {', '.join(sorted(KNOWN))}")
    if call.package == "hgq":
        yield from _quantizer_problems(call)
    if call.kind in RECURRENT:
        try:
            yield from _recurrent_problems(call)
        except (*UNUSABLE, RecursionError) as error:
            said = f"{call.kind} has settings that cannot be read ({type(error).__name__}: {error})"
            yield Problem(call.label, said, "Save the model again")


def _recurrent_problems(call: LayerCall) -> Iterator[Problem]:
    """Of a recurrent layer's settings, and of what a wrapper holds."""
    found = recurrent_problem(call.kind, call.config)
    if found:
        yield Problem(call.label, f"{call.kind} {found[0]}", found[1])
    for kind, config, serialised in inner_layers(call.kind, call.config):
        inner = replace(call, kind=kind, package=package_of(serialised), config=config)
        cell = call.kind == "RNN"
        if kind == "StackedRNNCells":
            continue
        if (
            inner.package not in (("keras",) if cell else PACKAGES)
            or form_of(kind) is None
            or cell != kind.endswith("Cell")
        ):
            what = f"{call.kind} of {kind} of the package {inner.package}"
            yield Problem(call.label, what, "Use SimpleRNN, GRU or LSTM, or cells of them in an RNN")
        else:
            yield from problems(replace(inner, kind=kind.removesuffix("Cell")))


def _inner(call: LayerCall) -> LayerCall:
    """The layer that a wrapper holds, as if it were called itself."""
    inner = call.config.get("layer")
    if not isinstance(inner, Mapping) or not isinstance(inner.get("config"), Mapping):
        raise FpgamlError(call.label, "does not say which layer it holds", "Save the model again")
    return replace(call, kind=class_name(inner), package=package_of(inner), config=inner["config"])


def _class_problem(call: LayerCall) -> tuple[str, str] | None:
    if call.kind in PACKAGES.get(call.package, {}):
        return None
    if call.package == "keras.ops" and canonical(call.kind) in OPS:
        if canonical(call.kind) == "gelu" and call.config.get("approximate", True):
            return "`keras.ops.gelu` approximates it by a tanh", "Call it with approximate=False"
        return None
    if call.package in ("keras", "hgq") and call.kind in REASONS:
        reason, advice = REASONS[call.kind]
        return f"{call.kind} {reason}" if reason.startswith("holds") else f"{call.kind}: {reason}", advice
    if call.package == "keras.ops":
        return f"the operation `{call.kind}` on a tensor", NO_FUNCTION
    if call.package not in PACKAGES:
        return (
            f"{call.kind} belongs to `{call.package}`, code that is not in the file",
            "Build it from layers of Keras or HGQ2",
        )
    return f"{call.kind} is not a layer that fpgaml knows", instead_of_layer(call.kind, PACKAGES[call.package])


def _dtype(call: LayerCall) -> str:
    policy = call.config.get("dtype", "float32")
    if isinstance(policy, dict):
        kind = str(policy.get("class_name", "DTypePolicy"))
        name = str(policy.get("config", {}).get("name", kind))
        return name if kind == "DTypePolicy" else f"{kind} {name}"
    return str(policy or "float32")


def _quantizer_problems(call: LayerCall) -> Iterator[Problem]:
    used = dict.fromkeys(("kq_conf", "exp_oq_conf", "inv_iq_conf", "inv_oq_conf"), True) | {
        "bq_conf": call.config.get("use_bias", True),
        "iq_conf": call.config.get("enable_iq"),
        "oq_conf": call.config.get("enable_oq"),
        "exp_iq_conf": call.config.get("stable", True),
        **dict.fromkeys(("sq_conf", "rkq_conf", "paq_conf", "praq_conf", "rhq_conf"), True),
    }
    found = [(key, call.config[key]) for key, on in used.items() if on and call.config.get(key) is not None]
    if call.kind == "Quantizer":
        found = [("config", call.config.get("config"))]
    several = call.config.get("iq_confs") if call.config.get("enable_iq") else None
    found += [("iq_confs", conf) for conf in (several if isinstance(several, list) else [several] if several else [])]
    for key, conf in found:
        settings = settings_of(conf)
        if isinstance(settings, Problem):
            yield Problem(call.label, f"{key} is {settings.reason}", settings.advice)
