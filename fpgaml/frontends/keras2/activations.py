"""Activations and quantizers of activations as nodes of the Graph.

QKeras adds a quantised activation q as x + (q - x) in float32. That is q itself unless |x| is so large that
float32 no longer holds q's step beside it (2**24 steps); the Graph has q.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import scaled
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.softmax import softmax
from fpgaml.frontends.building.tables import entries, narrow, points
from fpgaml.frontends.keras.pointwise import leaky
from fpgaml.frontends.keras2.binarized import ternary_tanh
from fpgaml.frontends.keras2.forward import quantize_constant
from fpgaml.frontends.keras2.functions import Function, activation_problem
from fpgaml.graph import functions
from fpgaml.graph.ops import Add, Lookup, Maximum, Minimum, Quantize, Relu, uniform_quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize_reals

_EVEN = Rounding.RND_CONV  # tf.round takes ties to even

FUNCTIONS = {
    **{
        name: functions.FUNCTIONS[name]
        for name in ("tanh", "sigmoid", "softplus", "softsign", "elu", "selu", "silu", "gelu")
    },
    "swish": functions.FUNCTIONS["silu"],
    "hard_sigmoid": functions.FUNCTIONS["hard_sigmoid_keras2"],
}
"""Keras 2's functions that become tables."""
PLAIN = ("relu", "relu6", "relu1", "leaky_relu", "softmax")
"""Keras 2's other functions; the rest are QKeras', which quantise."""


def apply(layer: Emitter, x: str, function: Function | None, part: str | None = None) -> str:
    """A layer's activation; returns the node with its result.

    Args:
        x: the node with the values before.
        function: None or `linear` leave x as it is.
        part: what a precision knows the result by: empty for the layer's own; None: the function's name.

    Raises:
        FpgamlError: the function is not among the supported ones (`problem` finds that layer beforehand).
    """
    if function is None or function.kind == "linear":
        return x
    function = function.plain()
    part = function.kind if part is None else part
    if function.kind in FUNCTIONS:
        return layer.rounded(table(layer, x, FUNCTIONS[function.kind], function.kind), part)
    found = problem(function)
    if found:
        raise FpgamlError(layer.label, found[0], found[1])
    node = _EMIT[function.kind](layer, x, function)
    return layer.rounded(node, part) if function.kind in PLAIN else node


def problem(function: Function | None) -> tuple[str, str] | None:
    """Why an activation is not supported, and what to do; None where it is."""
    if function is None:
        return None
    function = function.plain()
    found = activation_problem(function)
    if found or function.kind in ("linear", *FUNCTIONS, *_EMIT):
        return found
    return f"uses the activation `{function.kind}`", f"Use one of {', '.join(KNOWN)}"


def table(layer: Emitter, x: str, function: functions.Function, what: str, to: Quantizer | None = None) -> str:
    """A function of one value as a table over the type of x, narrowed where it is wide.

    Args:
        what: its name, for the node and the Approximation.
        to: the entries' type; without it signed with 16 fractional bits, as wide as they need.
    """
    x = narrow(layer, x, function.flat_beyond)
    domain = layer.uniform(x)
    values = function(points(domain))
    if to is None:
        return layer.add(Lookup(domain, entries(layer, values, what)), x, suffix=what)
    layer.note(f"{what}: a table computed in float64, where the framework computes in float32 before rounding")
    return layer.add(Lookup(domain, quantize_reals(values, to)), x, suffix=what)


def clip(layer: Emitter, x: str, low: float | None, high: float | None) -> str:
    """x kept within constants; what its range already guarantees is left layer."""
    held = layer.graph.range(x)
    if low is not None and np.ldexp(float(int(held.low.min())), -held.unit) < low:
        x = layer.add(Maximum(), x, layer.constant(low, x, "lowest"), suffix="at_least")
    if high is not None and np.ldexp(float(int(held.high.max())), -held.unit) > high:
        x = layer.add(Minimum(), x, layer.constant(high, x, "highest"), suffix="at_most")
    return x


def _quantize(layer: Emitter, x: str, kind: FixedType, overflow: Overflow = Overflow.SAT) -> str:
    return layer.add(Quantize(Quantizer(kind, _EVEN, overflow)), x, suffix="quantized")


def _scaled(layer: Emitter, x: str, alpha: Any) -> str:
    if alpha is None or alpha == 1:
        return x
    return scaled(layer, x, float(np.float32(alpha)), 0.0, "scaled", f"alpha={alpha}")


def _below(layer: Emitter, x: str, threshold: int, fraction: int, suffix: str) -> str:
    """-1 where x < threshold * 2**-fraction, else 0; x is a multiple of 2**-fraction."""
    moved = scaled(layer, x, 2.0**fraction, -float(threshold), f"{suffix}_distance")
    return layer.add(uniform_quantize(1, 0, 0, Rounding.TRN), moved, suffix=suffix)


def _sign(layer: Emitter, x: str, zero_one: bool) -> str:
    """+1 where x >= 0, else -1 (or 0)."""
    below = _below(layer, x, 0, int(layer.uniform(x).fractional), "below")
    return scaled(layer, below, 1.0 if zero_one else 2.0, 1.0, "sign")


def _quantized_bits(layer: Emitter, x: str, function: Function) -> str:
    signed = int(bool(function["keep_negative"]))
    unsigned = function["bits"] - signed
    if unsigned < 1:
        return _scaled(layer, _sign(layer, x, not signed), function["alpha"])
    integer = function["integer"]
    overflow = Overflow.SAT_SYM if function["symmetric"] else Overflow.SAT
    x = _quantize(layer, x, FixedType(signed, integer, unsigned - integer), overflow)
    return _scaled(layer, x, function["alpha"])


def _quantized_relu(layer: Emitter, x: str, function: Function) -> str:
    slope, integer = float(function["negative_slope"]), function["integer"]
    signed = int(slope != 0)
    magnitude = function["bits"] - signed
    x = leaky(layer, x, slope)
    x = _quantize(layer, x, FixedType(signed, integer, magnitude - integer))
    bound = function["relu_upper_bound"] if not function["is_quantized_clip"] else None
    return clip(layer, x, -slope * 2.0**integer if slope else None, float(bound) if bound else None)


def _quantized_tanh(layer: Emitter, x: str, function: Function) -> str:
    kind = FixedType(1, 0, function["bits"] - 1)
    overflow = Overflow.SAT_SYM if function["symmetric"] else Overflow.SAT
    if function["use_real_tanh"]:
        return table(layer, x, FUNCTIONS["tanh"], "tanh", Quantizer(kind, _EVEN, overflow))
    # The hard tanh is clip(x, -1, 1): saturating does it.
    return _quantize(layer, x, kind, overflow)


def _quantized_sigmoid(layer: Emitter, x: str, function: Function) -> str:
    kind = FixedType(0, 0, function["bits"])
    if function["use_real_sigmoid"]:
        x = table(layer, x, FUNCTIONS["sigmoid"], "sigmoid", Quantizer(kind, _EVEN, Overflow.SAT))
    else:
        x = _quantize(layer, scaled(layer, x, 0.5, 0.5, "half"), kind)
    return clip(layer, x, 2.0 ** -function["bits"], None) if function["symmetric"] else x


def _binary(layer: Emitter, x: str, function: Function) -> str:
    return _scaled(layer, _sign(layer, x, bool(function["use_01"])), function["alpha"])


def _ternary(layer: Emitter, x: str, function: Function) -> str:
    """[x >= t] - [x <= -t], for the threshold t in float32 as QKeras compares it."""
    threshold = float(np.float32(0.33 if function["threshold"] is None else function["threshold"]))
    fraction = int(layer.uniform(x).fractional)
    # On the grid of x, and never x = 0, whose sign is 0.
    first = max(int(np.ceil(np.ldexp(threshold, fraction))), 1)
    above = scaled(layer, _below(layer, x, first, fraction, "below_upper"), 1.0, 1.0, "above")
    below = _below(layer, x, 1 - first, fraction, "below_lower")
    return _scaled(layer, layer.add(Add(), above, below, suffix="ternary"), function["alpha"])


def _power_of_two(layer: Emitter, x: str, function: Function) -> str:
    x = narrow(layer, x)
    domain = layer.uniform(x)
    powers = quantize_constant(function, points(domain).astype(np.float32)).grid
    try:
        entries = FixedArray.from_float(powers)
    except ValueError:
        raise FpgamlError(layer.label, "its powers of two overflow float32", "Set max_value or fewer bits") from None
    return layer.add(Lookup(domain, entries), x, suffix="po2")


def _relu6(layer: Emitter, x: str, _: Function) -> str:
    return clip(layer, layer.add(Relu(), x, suffix="relu"), None, 6.0)


def _round_half_line(low: float, high: float, slope: float, offset: float) -> Callable[[Emitter, str, Function], str]:
    """clip(slope * x + offset, low, high): the line of QKeras' hard and smooth functions, exact."""

    def emit(layer: Emitter, x: str, _: Function) -> str:
        line = x if (slope, offset) == (1.0, 0.0) else scaled(layer, x, slope, offset, "line")
        return clip(layer, line, low, high)

    return emit


def _binary_line(zero_one: bool) -> Callable[[Emitter, str, Function], str]:
    """round(clip(x/2 + 1/2, 0, 1)), ties to even, as 0 or 1, or as -1 or 1."""

    def emit(layer: Emitter, x: str, _: Function) -> str:
        kind = Quantizer(FixedType(0, 1, 0), _EVEN, Overflow.SAT)
        bit = layer.add(Quantize(kind), scaled(layer, x, 0.5, 0.5, "line"), suffix="bit")
        return bit if zero_one else scaled(layer, bit, 2.0, -1.0, "sign")

    return emit


def _softmax(layer: Emitter, x: str, _: Function) -> str:
    return softmax(layer, x)


_EMIT: dict[str, Callable[[Emitter, str, Function], str]] = {
    "relu": lambda layer, x, _: layer.add(Relu(), x, suffix="relu"),
    "relu6": _relu6,
    "relu1": lambda layer, x, _: clip(layer, layer.add(Relu(), x, suffix="relu"), None, 1.0),
    "binary_tanh": _binary_line(False),
    "ternary_tanh": lambda layer, x, _: ternary_tanh(layer, x),
    "leaky_relu": lambda layer, x, _: leaky(layer, x, 0.2),
    "softmax": _softmax,
    "quantized_bits": _quantized_bits,
    "quantized_relu": _quantized_relu,
    "quantized_tanh": _quantized_tanh,
    "quantized_sigmoid": _quantized_sigmoid,
    "quantized_po2": _power_of_two,
    "quantized_relu_po2": _power_of_two,
    "binary": _binary,
    "ternary": _ternary,
    "qkeras_hard_sigmoid": _round_half_line(0.0, 1.0, 0.5, 0.5),
    "qkeras_smooth_sigmoid": _round_half_line(0.0, 1.0, 0.1875, 0.5),
    "qkeras_hard_tanh": _round_half_line(-1.0, 1.0, 1.0, 0.0),
    "qkeras_smooth_tanh": _round_half_line(-1.0, 1.0, 0.375, 0.0),
    "qkeras_binary_sigmoid": _binary_line(True),
    "qkeras_binary_tanh": _binary_line(False),
}
KNOWN = ("linear", *sorted(kind for kind in (*FUNCTIONS, *_EMIT) if not kind.startswith("qkeras_")))
"""Activations by the names that a file may have."""
