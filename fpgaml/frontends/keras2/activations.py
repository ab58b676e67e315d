"""Activations and quantizers of activations as nodes of the Graph.

QKeras adds a quantised activation q as x + (q - x) in float32. That is q itself unless |x| is so large that
float32 no longer holds q's step beside it (2**24 steps); the Graph has q.
"""

from __future__ import annotations

from collections.abc import Callable
from math import erf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.keras2.emit import Emitter
from fpgaml.frontends.keras2.forward import quantize_constant
from fpgaml.frontends.keras2.functions import Function, activation_problem, is_power_of_two
from fpgaml.frontends.softmax import softmax
from fpgaml.graph.ops import Add, LeakyRelu, Lookup, Maximum, Minimum, Quantize, Relu, uniform_quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize_reals

LOOKUP_BITS = 14
"""The widest input of a table: 16384 entries, a few block RAMs."""
TABLE_FRACTION = 16
"""Fractional bits of the entries of an unquantised function's table."""
_EVEN = Rounding.RND_CONV  # tf.round takes ties to even

Reals = NDArray[np.float64]
Real = Callable[[Reals], Reals]


def _sigmoid(x: Reals) -> Reals:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


def _elu(x: Reals, scale: float = 1.0, alpha: float = 1.0) -> Reals:
    return np.asarray(scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))))


FUNCTIONS: dict[str, tuple[Real, int]] = {
    "tanh": (np.tanh, 3),
    "sigmoid": (_sigmoid, 4),
    "hard_sigmoid": (lambda x: np.clip(0.2 * x + 0.5, 0.0, 1.0), 2),
    "softplus": (lambda x: np.logaddexp(0.0, x), 64),
    "softsign": (lambda x: x / (1.0 + np.abs(x)), 64),
    "elu": (_elu, 64),
    "selu": (lambda x: _elu(x, 1.05070098735548049342, 1.67326324235437728482), 64),
    "swish": (lambda x: x * _sigmoid(x), 64),
    "silu": (lambda x: x * _sigmoid(x), 64),
    "gelu": (lambda x: np.asarray(0.5 * x * (1.0 + np.vectorize(erf)(x / np.sqrt(2.0)))), 64),
}
"""Keras 2's functions that become tables, with the integer bits beyond which they no longer change."""


def apply(out: Emitter, x: str, function: Function | None) -> str:
    """A layer's activation; returns the node with its result.

    Args:
        x: the node with the values before.
        function: None or `linear` leave x as it is.

    Raises:
        FpgamlError: the function is not among the supported ones (`problem` finds that out beforehand).
    """
    if function is None or function.kind == "linear":
        return x
    function = function.plain()
    if function.kind in FUNCTIONS:
        real, integer = FUNCTIONS[function.kind]
        return table(out, x, real, function.kind, integer)
    found = problem(function)
    if found:
        raise FpgamlError(out.layer, found[0], found[1])
    return _EMIT[function.kind](out, x, function)


def problem(function: Function | None) -> tuple[str, str] | None:
    """Why an activation is not supported, and what to do; None where it is."""
    if function is None:
        return None
    function = function.plain()
    if function.kind == "leaky_relu":
        return "uses `leaky_relu` with slope 0.2", "Use a LeakyReLU layer with a power of two, such as alpha=0.125"
    found = activation_problem(function)
    if found or function.kind in ("linear", *FUNCTIONS, *_EMIT):
        return found
    known = ", ".join(sorted(k for k in (*FUNCTIONS, *_EMIT) if not k.startswith("qkeras_")))
    return f"uses the activation `{function.kind}`", f"Use one of {known}"


def table(out: Emitter, x: str, real: Real, what: str, integer_limit: int, to: Quantizer | None = None) -> str:
    """Any function of one value as a table over the type of x, narrowed where it is wide.

    Args:
        real: computes it in float64.
        what: its name, for the node and the Approximation.
        integer_limit: integer bits beyond which the function does not change.
        to: the entries' type; without it signed with 16 fractional bits, as wide as they need.
    """
    x = narrow(out, x, integer_limit)
    domain = out.uniform(x)
    first, last = (int(bound) for bound in domain.bounds())
    points = np.ldexp(np.arange(first, last + 1, dtype=np.float64), -int(domain.fractional))
    values = real(points)
    if to is None:
        whole = int(np.ceil(np.log2(np.abs(values).max() + 1.0))) + 1
        to = Quantizer(FixedType(1, whole, TABLE_FRACTION), Rounding.RND, Overflow.SAT)
        out.note(f"{what}: a table with {TABLE_FRACTION} fractional bits")
    else:
        out.note(f"{what}: a table computed in float64, where the framework computes in float32 before rounding")
    return out.add(Lookup(domain, quantize_reals(values, to)), x, suffix=what)


def narrow(out: Emitter, x: str, integer_limit: int = 64) -> str:
    """x in a type that a table can take: as it is, or rounded to 14 bits (an Approximation)."""
    kind = out.uniform(x)
    if int(kind.width) <= LOOKUP_BITS:
        return x
    signed = int(kind.signed)
    integer = min(int(kind.integer), integer_limit)
    fraction = min(int(kind.fractional), LOOKUP_BITS - signed - integer)
    integer = max(integer, 1 - signed - fraction)
    out.note(
        f"the input of a table, {kind}, rounded to {LOOKUP_BITS} bits "
        f"({fraction} fractional); a quantised activation before it avoids that"
    )
    return out.add(uniform_quantize(signed, integer, fraction), x, suffix="narrowed")


def clip(out: Emitter, x: str, low: float | None, high: float | None) -> str:
    """x kept within constants; what its range already guarantees is left out."""
    held = out.builder.range(x)
    if low is not None and np.ldexp(float(int(held.low.min())), -held.unit) < low:
        x = out.add(Maximum(), x, out.constant(low, x, "lowest"), suffix="at_least")
    if high is not None and np.ldexp(float(int(held.high.max())), -held.unit) > high:
        x = out.add(Minimum(), x, out.constant(high, x, "highest"), suffix="at_most")
    return x


def leaky(out: Emitter, x: str, slope: float) -> str:
    """max(x, 0) + slope * min(x, 0), for a slope of 0 or a power of two up to 1."""
    if not slope:
        return out.add(Relu(), x, suffix="relu")
    return out.add(LeakyRelu(1 - int(np.frexp(slope)[1])), x, suffix="leaky")


def slope_problem(slope: float) -> tuple[str, str] | None:
    """Why a slope for negative values is not supported."""
    if slope == 0 or (is_power_of_two(slope) and slope <= 1):
        return None
    return f"has the negative slope {slope:g}", "Use a power of two, such as 0.125, which is a shift in firmware"


def _quantize(out: Emitter, x: str, kind: FixedType, overflow: Overflow = Overflow.SAT) -> str:
    return out.add(Quantize(Quantizer(kind, _EVEN, overflow)), x, suffix="quantized")


def _scaled(out: Emitter, x: str, alpha: Any) -> str:
    if alpha is None or alpha == 1:
        return x
    return out.scale(x, float(np.float32(alpha)), 0.0, "scaled", f"alpha={alpha}")


def _below(out: Emitter, x: str, threshold: int, fraction: int, suffix: str) -> str:
    """-1 where x < threshold * 2**-fraction, else 0; x is a multiple of 2**-fraction."""
    moved = out.scale(x, 2.0**fraction, -float(threshold), f"{suffix}_distance")
    return out.add(uniform_quantize(1, 0, 0, Rounding.TRN), moved, suffix=suffix)


def _sign(out: Emitter, x: str, zero_one: bool) -> str:
    """+1 where x >= 0, else -1 (or 0)."""
    below = _below(out, x, 0, int(out.uniform(x).fractional), "below")
    return out.scale(below, 1.0 if zero_one else 2.0, 1.0, "sign")


def _quantized_bits(out: Emitter, x: str, function: Function) -> str:
    signed = int(bool(function["keep_negative"]))
    unsigned = function["bits"] - signed
    if unsigned < 1:
        return _scaled(out, _sign(out, x, not signed), function["alpha"])
    integer = function["integer"]
    overflow = Overflow.SAT_SYM if function["symmetric"] else Overflow.SAT
    x = _quantize(out, x, FixedType(signed, integer, unsigned - integer), overflow)
    return _scaled(out, x, function["alpha"])


def _quantized_relu(out: Emitter, x: str, function: Function) -> str:
    slope, integer = float(function["negative_slope"]), function["integer"]
    signed = int(slope != 0)
    magnitude = function["bits"] - signed
    x = leaky(out, x, slope)
    x = _quantize(out, x, FixedType(signed, integer, magnitude - integer))
    bound = function["relu_upper_bound"] if not function["is_quantized_clip"] else None
    return clip(out, x, -slope * 2.0**integer if slope else None, float(bound) if bound else None)


def _quantized_tanh(out: Emitter, x: str, function: Function) -> str:
    kind = FixedType(1, 0, function["bits"] - 1)
    overflow = Overflow.SAT_SYM if function["symmetric"] else Overflow.SAT
    if function["use_real_tanh"]:
        return table(out, x, FUNCTIONS["tanh"][0], "tanh", 3, Quantizer(kind, _EVEN, overflow))
    # The hard tanh is clip(x, -1, 1): saturating does it.
    return _quantize(out, x, kind, overflow)


def _quantized_sigmoid(out: Emitter, x: str, function: Function) -> str:
    kind = FixedType(0, 0, function["bits"])
    if function["use_real_sigmoid"]:
        x = table(out, x, _sigmoid, "sigmoid", 4, Quantizer(kind, _EVEN, Overflow.SAT))
    else:
        x = _quantize(out, out.scale(x, 0.5, 0.5, "half"), kind)
    return clip(out, x, 2.0 ** -function["bits"], None) if function["symmetric"] else x


def _binary(out: Emitter, x: str, function: Function) -> str:
    return _scaled(out, _sign(out, x, bool(function["use_01"])), function["alpha"])


def _ternary(out: Emitter, x: str, function: Function) -> str:
    """[x >= t] - [x <= -t], for the threshold t in float32 as QKeras compares it."""
    threshold = float(np.float32(0.33 if function["threshold"] is None else function["threshold"]))
    fraction = int(out.uniform(x).fractional)
    # On the grid of x, and never x = 0, whose sign is 0.
    first = max(int(np.ceil(np.ldexp(threshold, fraction))), 1)
    above = out.scale(_below(out, x, first, fraction, "below_upper"), 1.0, 1.0, "above")
    below = _below(out, x, 1 - first, fraction, "below_lower")
    return _scaled(out, out.add(Add(), above, below, suffix="ternary"), function["alpha"])


def _power_of_two(out: Emitter, x: str, function: Function) -> str:
    x = narrow(out, x)
    domain = out.uniform(x)
    first, last = (int(bound) for bound in domain.bounds())
    points = np.ldexp(np.arange(first, last + 1, dtype=np.float64), -int(domain.fractional))
    powers = quantize_constant(function, points.astype(np.float32)).grid
    try:
        entries = FixedArray.from_float(powers)
    except ValueError:
        raise FpgamlError(out.layer, "its powers of two overflow float32", "Set max_value or fewer bits") from None
    return out.add(Lookup(domain, entries), x, suffix="po2")


def _relu6(out: Emitter, x: str, _: Function) -> str:
    return clip(out, out.add(Relu(), x, suffix="relu"), None, 6.0)


def _round_half_line(low: float, high: float, slope: float, offset: float) -> Callable[[Emitter, str, Function], str]:
    """clip(slope * x + offset, low, high): the line of QKeras' hard and smooth functions, exact."""

    def emit(out: Emitter, x: str, _: Function) -> str:
        line = x if (slope, offset) == (1.0, 0.0) else out.scale(x, slope, offset, "line")
        return clip(out, line, low, high)

    return emit


def _binary_line(zero_one: bool) -> Callable[[Emitter, str, Function], str]:
    """round(clip(x/2 + 1/2, 0, 1)), ties to even, as 0 or 1, or as -1 or 1."""

    def emit(out: Emitter, x: str, _: Function) -> str:
        kind = Quantizer(FixedType(0, 1, 0), _EVEN, Overflow.SAT)
        bit = out.add(Quantize(kind), out.scale(x, 0.5, 0.5, "line"), suffix="bit")
        return bit if zero_one else out.scale(bit, 2.0, -1.0, "sign")

    return emit


def _softmax(out: Emitter, x: str, _: Function) -> str:
    return softmax(out.builder, x, f"{out.layer}_softmax", out.layer, note=out.note)


_EMIT: dict[str, Callable[[Emitter, str, Function], str]] = {
    "relu": lambda out, x, _: out.add(Relu(), x, suffix="relu"),
    "relu6": _relu6,
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
