"""Functions of one value by their Keras names, and their tables.

Tables are computed in float64 and rounded once to float32, in which the framework computes: its own float32
functions may be off by one unit in the last place of float32, so a table entry can differ from the framework
only where its value lies within that distance of a rounding boundary of the quantizer that follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import erf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.keras2.activations import TABLE_FRACTION, narrow
from fpgaml.frontends.keras2.emit import Emitter, on_grid
from fpgaml.frontends.keras3.quantizers import FixedQuantizer, Floats
from fpgaml.frontends.keras3.work import Work
from fpgaml.frontends.softmax import softmax
from fpgaml.graph.ops import Constant, LeakyRelu, Lookup, Maximum, Minimum, Relu
from fpgaml.graph.values import FixedArray

MAX_TABLE_BITS = 16
Reals = NDArray[np.float64]
Function = Callable[[Reals], Reals]
_erf = np.vectorize(erf, otypes=[np.float64])


def _sigmoid(x: Reals) -> Reals:
    return np.asarray(np.exp(-np.logaddexp(0, -x)))


# Source of the definitions and of their constants: Keras 3, `keras/src/activations/activations.py` and `keras.ops`.
FUNCTIONS: dict[str, Function] = {
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "exponential": np.exp,
    "exp": np.exp,
    "softplus": lambda x: np.logaddexp(0, x),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0))),
    "gelu": lambda x: 0.5 * x * (1 + _erf(x / sqrt(2))),
    "silu": lambda x: x * _sigmoid(x),
    "swish": lambda x: x * _sigmoid(x),
    "mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "log_sigmoid": lambda x: -np.logaddexp(0, -x),
    "square": np.square,
    "abs": np.abs,
    "absolute": np.abs,
    "negative": np.negative,
    "sin": np.sin,
    "cos": np.cos,
    "sqrt": np.sqrt,
    "log": np.log,
}
FLAT_BEYOND = {"tanh": 3, "sigmoid": 4, "hard_sigmoid": 2, "hard_tanh": 1}
"""Integer bits of the argument beyond which a function hardly changes."""
PIECEWISE = frozenset({"linear", "relu", "relu6", "leaky_relu"})
KNOWN = PIECEWISE | FUNCTIONS.keys() | {"softmax"}
EXACT_TABLES = frozenset({"QUnaryFunctionLUT", "QAffinedUnaryFunctionLUT"})
"""Layers whose input is never narrowed: their own quantizer makes it fit a table."""


def function_name(activation: Any) -> str | None:
    """The name of an activation as the file has it; None for one that is not known by name."""
    if activation is None:
        return "linear"
    if isinstance(activation, dict):  # a serialised built-in function
        activation = activation.get("config")
    return activation if isinstance(activation, str) else None


def in_float32(function: Function) -> Callable[[Floats], Floats]:
    """The function with its result rounded to float32."""

    def rounded(x: Floats) -> Floats:
        with np.errstate(all="ignore"):
            return np.asarray(function(x.astype(np.float64)), dtype=np.float32)

    return rounded


def activate(work: Work, node: str, activation: Any, quantizer: FixedQuantizer | None = None) -> str:
    """Append an activation, then the layer's output quantizer.

    Args:
        activation: as the configuration has it.
        quantizer: what follows, or None.

    Raises:
        UnsupportedError: an unknown function, or a table that would be too large.
    """
    name = function_name(activation)
    if name is not None and name in FUNCTIONS:
        wide = int(work.graph.type(node).uniform().width) > MAX_TABLE_BITS
        if wide and work.call.kind not in EXACT_TABLES:
            node = narrow(Emitter(work.graph, work.label, work.approximations), node, FLAT_BEYOND.get(name, 64))
        return lookup(work, node, in_float32(FUNCTIONS[name]), quantizer, name)
    if name == "softmax":
        node = softmax_of(work, node)
    elif name == "relu":
        node = work.add(Relu(), node, suffix="relu")
    elif name == "relu6":
        node = clipped(work, work.add(Relu(), node, suffix="relu"), 6.0)
    elif name == "leaky_relu":
        node = leaky(work, node, 0.2)
    elif name != "linear":
        raise work.unsupported(f"the activation `{name or activation}`", f"Use one of {', '.join(sorted(KNOWN))}")
    return node if quantizer is None else work.quantize(node, quantizer, "oq")


def softmax_of(work: Work, node: str) -> str:
    """Append a float softmax along the last axis, by tables."""
    name = f"{work.label}_softmax"
    return softmax(work.graph, node, name, work.label, note=work.approximate)


def clipped(work: Work, node: str, ceiling: float) -> str:
    """Append min(x, ceiling)."""
    shape = (1,) * len(work.shape(node))
    top = work.add(Constant(FixedArray.from_float(np.full(shape, ceiling))), suffix="ceiling")
    return work.add(Minimum(), node, top, suffix="clipped")


def leaky(work: Work, node: str, slope: float) -> str:
    """Append x where x >= 0, else slope * x."""
    mantissa, exponent = np.frexp(slope)
    if slope == 0:
        return work.add(Relu(), node, suffix="relu")
    if mantissa == 0.5 and exponent <= 1:
        return work.add(LeakyRelu(int(1 - exponent)), node, suffix="leaky")
    work.approximate(f"the slope {slope} multiplies without float32's rounding")
    return work.add(Maximum() if slope <= 1 else Minimum(), node, work.scale(node, slope, 0.0, "slope"), suffix="leaky")


def lookup(
    work: Work, node: str, function: Callable[[Floats], Floats], quantizer: FixedQuantizer | None, suffix: str
) -> str:
    """Append a function of one value as a table over the node's type, with the quantizer that follows.

    Args:
        function: float32 to float32.
        quantizer: folded into the table if it is the same for all elements, else appended; or None.

    Raises:
        UnsupportedError: the table would be too large, or hold NaN or infinity.
    """
    domain = work.graph.type(node).uniform()
    width = max(int(domain.width), 0)
    if width > MAX_TABLE_BITS:
        reason = f"a table of {suffix} over {width} bits ({domain})"
        raise work.unsupported(reason, f"Quantise its input to at most {MAX_TABLE_BITS} bits in all")
    low, high = (int(bound) for bound in domain.bounds())
    x = np.ldexp(np.arange(low, high + 1, dtype=np.float64), -int(domain.fractional)).astype(np.float32)
    values = function(x)
    if not np.isfinite(values).all():
        at = float(x[~np.isfinite(values)][0])
        raise work.unsupported(f"{suffix} of {at} is not finite", "Quantise its input to a range where it is finite")
    if quantizer is None or quantizer.is_dummy:
        if not work.quantized_next and work.call.kind != "QSoftmax":
            work.approximate(f"{suffix}: a table with {TABLE_FRACTION} fractional bits")
            return work.add(Lookup(domain, on_grid(values, TABLE_FRACTION)), node, suffix=suffix)
        return work.add(Lookup(domain, FixedArray.from_float(values)), node, suffix=suffix)
    if quantizer.for_data().type.is_uniform:
        table = FixedArray.from_float(_one(quantizer).apply(values))
        return work.add(Lookup(domain, table), node, suffix=suffix)
    kept = values.astype(np.float64)
    if quantizer.settings.scaler is None:
        kept = round_to_odd(kept, int(quantizer.for_data().type.fractional.max()) + 2)
    node = work.add(Lookup(domain, FixedArray.from_float(kept)), node, suffix=suffix)
    return work.quantize(node, quantizer, "oq")


def round_to_odd(values: Reals, fractional: int) -> Reals:
    """Keep `fractional` bits, the last one set where lower bits are lost: any later rounding comes out the same.

    Source: Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using
    rounding to odd", IEEE Trans. Comput. 57 (2008).
    """
    scaled = np.ldexp(values, fractional)
    whole = np.floor(scaled)
    odd = np.where((whole != scaled) & (whole % 2 == 0), whole + 1, whole)
    return np.asarray(np.ldexp(odd, -fractional))


def _one(quantizer: FixedQuantizer) -> FixedQuantizer:
    """A quantizer that is the same for all elements, as one for a flat array."""
    assert quantizer.signed is not None and quantizer.integer is not None and quantizer.fractional is not None
    first = {n: getattr(quantizer, n).reshape(-1)[:1] for n in ("signed", "integer", "fractional")}
    return replace(quantizer, **first)
