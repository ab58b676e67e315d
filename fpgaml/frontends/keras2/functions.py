"""Quantizers and activations as a model file writes them: read, never evaluated."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import is_power_of_two
from fpgaml.frontends.keras.layer import KerasLayer

_NOISE: dict[str, Any] = {"qnoise_factor": 1.0, "var_name": None, "use_ste": True, "use_variables": False}

FINE_SCALES = ("post_training_scale", "elements_per_scale", "min_po2_exponent", "max_po2_exponent")
"""Settings that qkeras-v3 added to quantized_bits."""

SIGNATURES: dict[str, dict[str, Any]] = {
    "quantized_bits": {
        "bits": 8,
        "integer": 0,
        "symmetric": 0,
        "keep_negative": True,
        "alpha": None,
        "use_stochastic_rounding": False,
        "scale_axis": None,
        **_NOISE,
        **dict.fromkeys(FINE_SCALES),
    },
    "quantized_relu": {
        "bits": 8,
        "integer": 0,
        "use_sigmoid": 0,
        "negative_slope": 0.0,
        "use_stochastic_rounding": False,
        "relu_upper_bound": None,
        "is_quantized_clip": True,
        **_NOISE,
    },
    "quantized_tanh": {"bits": 8, "use_stochastic_rounding": False, "symmetric": False, "use_real_tanh": False},
    "quantized_sigmoid": {
        "bits": 8,
        "symmetric": False,
        "use_real_sigmoid": False,
        "use_stochastic_rounding": False,
    },
    "quantized_po2": {
        "bits": 8,
        "max_value": None,
        "use_stochastic_rounding": False,
        "quadratic_approximation": False,
        "log2_rounding": "rnd",
        **_NOISE,
    },
    "quantized_relu_po2": {
        "bits": 8,
        "max_value": None,
        "negative_slope": 0,
        "use_stochastic_rounding": False,
        "quadratic_approximation": False,
        "log2_rounding": "rnd",
        **_NOISE,
    },
    "binary": {"use_01": False, "alpha": None, "use_stochastic_rounding": False},
    "ternary": {"alpha": None, "threshold": None, "use_stochastic_rounding": False, "number_of_unrolls": 5},
    "stochastic_binary": {"alpha": None, "temperature": 6.0, "use_real_sigmoid": True},
    "stochastic_ternary": {
        "alpha": None,
        "threshold": None,
        "temperature": 8.0,
        "use_real_sigmoid": True,
        "number_of_unrolls": 5,
    },
}
"""QKeras 0.9's quantizers: their parameters in order, with the defaults (qkeras/quantizers.py)."""

QKERAS_FUNCTIONS = frozenset(
    {"hard_sigmoid", "smooth_sigmoid", "binary_sigmoid", "hard_tanh", "smooth_tanh", "binary_tanh"}
)
"""Plain functions of QKeras, which win over Keras' functions of the same name inside a QKeras layer."""

REFUSED = {
    "bernoulli": ("draws random numbers in inference", "Replace it by `binary` or `quantized_bits`"),
    "quantized_ulaw": ("rounds on a logarithmic grid", "Replace it by `quantized_bits`"),
    "quantized_hswish": ("multiplies by a clipped line before it rounds", "Replace it by `quantized_relu`"),
}
_STATISTICS = ("binary", "ternary", "stochastic_binary", "stochastic_ternary", "quantized_bits")


@dataclass(frozen=True)
class Function:
    """A quantizer or an activation with its settings.

    Args:
        kind: `quantized_bits`, `relu`, ...; QKeras' own plain functions carry the prefix `qkeras_`.
        options: every parameter of a quantizer, defaults filled in; empty for a plain activation.
    """

    kind: str
    options: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.options[name]

    def trainable(self) -> Function:
        """As QKeras makes it of a kernel's quantizer: an `alpha` of None becomes `auto_po2`.

        Source: `_set_trainable_parameter` in qkeras/quantizers.py.
        """
        if self.kind not in _STATISTICS or self["alpha"] is not None:
            return self
        more = {"symmetric": True} if self.kind == "quantized_bits" else {}
        return replace(self, options={**self.options, "alpha": "auto_po2", **more})

    def plain(self) -> Function:
        """The deterministic form that a stochastic quantizer has in inference."""
        if not self.kind.startswith("stochastic_"):
            return self
        kind = self.kind.removeprefix("stochastic_")
        kept = {name: self.options[name] for name in SIGNATURES[kind] if name in self.options}
        return Function(kind, {**SIGNATURES[kind], **kept})


def parse_function(value: Any, where: str, in_qkeras: bool = True) -> Function | None:
    """A quantizer or activation from its text or dictionary.

    Args:
        value: None, a name, `quantized_relu(6,2)`, or {"class_name": ..., "config": {...}}.
        where: the layer, for errors.
        in_qkeras: whether QKeras resolves the name (else Keras).

    Raises:
        FpgamlError: it cannot be read, or has settings that are not QKeras 0.9's.
    """
    if value is None:
        return None
    if isinstance(value, str):
        kind, positional, named = _parse_call(value, where)
    elif isinstance(value, Mapping) and isinstance(value.get("class_name"), str):
        config = value.get("config")
        if value["class_name"] == "function" and isinstance(config, str):
            return parse_function(config, where, in_qkeras)
        kind, positional, named = value["class_name"].rpartition(">")[2], [], dict(config or {})
    else:
        raise FpgamlError(where, f"`{str(value)[:60]}` is neither a quantizer nor an activation")
    if kind not in SIGNATURES:
        prefix = "qkeras_" if in_qkeras and kind in QKERAS_FUNCTIONS else ""
        return Function(prefix + kind, named)
    return Function(kind, _bind(kind, positional, named, where))


def _bind(kind: str, positional: list[Any], named: dict[str, Any], where: str) -> dict[str, Any]:
    parameters = SIGNATURES[kind]
    named.pop("name", None)
    unknown = sorted(set(named) - set(parameters))
    if unknown or len(positional) > len(parameters):
        extra = ", ".join(unknown) or "too many values"
        raise FpgamlError(where, f"{kind} has settings that QKeras 0.9 does not know: {extra}")
    given = dict(zip(parameters, positional, strict=False)) | named
    options = {**parameters, **given}
    if kind == "quantized_bits" and isinstance(options["alpha"], str):
        options["symmetric"] = True  # as its constructor does
    _check_numbers(kind, options, where)
    return options


def _check_numbers(kind: str, options: dict[str, Any], where: str) -> None:
    bits, integer = options.get("bits", 1), options.get("integer", 0)
    for name, value, low, high in (("bits", bits, 1, 64), ("integer", integer, -64, 64)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high or value % 1:
            raise FpgamlError(where, f"{kind} has {name}={value!r}", "A whole number is needed")
        if name in options:
            options[name] = int(value)


def _parse_call(text: str, where: str) -> tuple[str, list[Any], dict[str, Any]]:
    try:
        node = ast.parse(text.strip(), mode="eval").body
        if isinstance(node, ast.Name):
            return node.id, [], {}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in node.keywords if keyword.arg}
            return node.func.id, [ast.literal_eval(a) for a in node.args], named
    except (SyntaxError, ValueError, MemoryError, RecursionError, TypeError):
        pass
    raise FpgamlError(where, f"`{text[:60]}` cannot be read as a quantizer", "Write for example quantized_relu(6,2)")


def in_qkeras(kind: str) -> bool:
    """Whether a layer's class is QKeras' (they are all called Q...)."""
    return kind[:1] == "Q" and kind[1:2].isupper()


def setting(layer: KerasLayer, name: str, kernel: bool = False) -> Function | None:
    """A quantizer or activation among the layer's settings; a kernel's is in its trainable form."""
    function = parse_function(layer.config.get(name), layer.label, in_qkeras(layer.kind))
    return function.trainable() if function is not None and kernel else function


def weight_problem(function: Function) -> tuple[str, str] | None:
    """Why a quantizer of weights is not supported, and what to do; None where it is."""
    common = _common_problem(function)
    if common:
        return common
    if function.kind not in SIGNATURES or function.kind in ("quantized_tanh", "quantized_sigmoid"):
        return f"quantizes weights with `{function.kind}`", "Use quantized_bits, quantized_po2, binary or ternary"
    if function.options.get("scale_axis") is not None:
        return "sets scale_axis", "Leave it out: scales then go with the output channel"
    return None


def activation_problem(function: Function) -> tuple[str, str] | None:
    """Why a quantizer of activations is not supported, and what to do; None where it is."""
    common = _common_problem(function)
    if common:
        return common
    if isinstance(function.options.get("alpha"), str):
        return f"scales activations by alpha='{function['alpha']}', which depends on the batch", "Set alpha=1"
    if function.kind == "quantized_relu" and function["negative_slope"]:
        slope, steps = function["negative_slope"], function["bits"] - 1
        if not is_power_of_two(slope) or slope > 1 or slope * 2**steps < 1:
            return f"has negative_slope={slope}", "Use a power of two, at most 1 and at least one step"
    return None


def _common_problem(function: Function) -> tuple[str, str] | None:
    options = function.options
    if function.kind in REFUSED:
        reason, advice = REFUSED[function.kind]
        return f"uses {function.kind}, which {reason}", advice
    if options.get("qnoise_factor", 1.0) != 1.0:
        return "mixes in unquantised values (qnoise_factor is not 1)", "Finish the training with qnoise_factor=1"
    fine = [name for name in FINE_SCALES if options.get(name) is not None]
    if fine:
        return f"sets {', '.join(fine)}", "Leave it out: one scale for each output channel, from the weights"
    if options.get("use_sigmoid"):
        return "uses quantized_relu with use_sigmoid", "Set use_sigmoid=0"
    if "alpha" in options and not isinstance(options["alpha"], int | float | str | None):
        return "has an alpha that is neither a number nor a name", "Use alpha=1, 'auto' or 'auto_po2'"
    if isinstance(options.get("alpha"), str) and options["alpha"] not in ("auto", "auto_po2"):
        return f"has alpha='{options['alpha']}'", "Use alpha=1, 'auto' or 'auto_po2'"
    if isinstance(options.get("threshold"), str):
        return "has a threshold that is not a number", "Give a number"
    return None
