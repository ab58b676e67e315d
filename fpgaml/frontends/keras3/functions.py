"""Functions of one value by their Keras names, and their tables.

Tables are computed in float64 and rounded once to float32, in which the framework computes: its own float32
functions may be off by one unit in the last place of float32, so a table entry can differ from the framework
only where its value lies within that distance of a rounding boundary of the quantizer that follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from fpgaml.frontends.building.constants import on_grid
from fpgaml.frontends.building.softmax import softmax
from fpgaml.frontends.building.tables import TABLE_FRACTION, entries, narrow, points, round_to_odd
from fpgaml.frontends.keras.pointwise import clipped, leaky
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.frontends.keras3.quantizers import FixedQuantizer, Floats
from fpgaml.graph import functions
from fpgaml.graph.functions import Function
from fpgaml.graph.ops import Lookup, Relu
from fpgaml.graph.values import FixedArray

MAX_TABLE_BITS = 16
FUNCTIONS = {
    **{name: function for name, function in functions.FUNCTIONS.items() if name != "hard_sigmoid_keras2"},
    "exponential": functions.FUNCTIONS["exp"],
    "swish": functions.FUNCTIONS["silu"],
    "hard_silu": functions.FUNCTIONS["hard_swish"],
    "absolute": functions.FUNCTIONS["abs"],
}
"""By their names in Keras 3."""
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
        with np.errstate(over="ignore"):
            return function(x.astype(np.float64)).astype(np.float32)

    return rounded


def activate(
    layer: Layer, node: str, activation: Any, quantizer: FixedQuantizer | None = None, part: str | None = None
) -> str:
    """Append an activation, then the layer's output quantizer, or what a precision says of a plain layer's result.

    Args:
        activation: as the configuration has it.
        quantizer: what follows, or None.
        part: what a precision knows the result by: empty for the layer's own; None: the function's name.

    Raises:
        UnsupportedError: an unknown function, or a table that would be too large.
    """
    name = function_name(activation)
    result = _activate(layer, node, name, activation, quantizer)
    if layer.package == "hgq" or name in (None, "linear"):
        return result
    return layer.rounded(result, str(name) if part is None else part)


def _activate(layer: Layer, node: str, name: str | None, activation: Any, quantizer: FixedQuantizer | None) -> str:
    if name is not None and name in FUNCTIONS:
        wide = int(layer.graph.type(node).uniform().width) > MAX_TABLE_BITS
        if wide and layer.kind not in EXACT_TABLES:
            node = narrow(layer, node, FUNCTIONS[name].flat_beyond)
        return lookup(layer, node, in_float32(FUNCTIONS[name]), quantizer, name)
    if name == "softmax":
        node = softmax(layer, node)
    elif name == "relu":
        node = layer.add(Relu(), node, suffix="relu")
    elif name == "relu6":
        node = clipped(layer, layer.add(Relu(), node, suffix="relu"), 6.0)
    elif name == "leaky_relu":
        node = leaky(layer, node, 0.2)
    elif name != "linear":
        raise layer.unsupported(f"the activation `{name or activation}`", f"Use one of {', '.join(sorted(KNOWN))}")
    return node if quantizer is None else layer.quantize(node, quantizer, "oq")


def lookup(
    layer: Layer, node: str, function: Callable[[Floats], Floats], quantizer: FixedQuantizer | None, suffix: str
) -> str:
    """Append a function of one value as a table over the node's type, with the quantizer that follows.

    Args:
        function: float32 to float32.
        quantizer: folded into the table if it is the same for all elements, else appended; or None.

    Raises:
        UnsupportedError: the table would be too large, or hold NaN or infinity.
    """
    domain = layer.graph.type(node).uniform()
    width = max(int(domain.width), 0)
    if width > MAX_TABLE_BITS:
        reason = f"a table of {suffix} over {width} bits ({domain})"
        raise layer.unsupported(reason, f"Quantise its input to at most {MAX_TABLE_BITS} bits in all")
    x = points(domain).astype(np.float32)
    values = function(x)
    if not np.isfinite(values).all():
        at = float(x[~np.isfinite(values)][0])
        raise layer.unsupported(f"{suffix} of {at} is not finite", "Quantise its input to a range where it is finite")
    if quantizer is None or quantizer.is_dummy:
        if not layer.quantized_next and layer.kind != "QSoftmax":
            if layer.precision is not None:
                return layer.add(Lookup(domain, entries(layer, values.astype(np.float64), suffix)), node, suffix=suffix)
            layer.note(f"{suffix}: a table with {TABLE_FRACTION} fractional bits")
            return layer.add(Lookup(domain, on_grid(values, TABLE_FRACTION)), node, suffix=suffix)
        return layer.add(Lookup(domain, FixedArray.from_float(values)), node, suffix=suffix)
    if quantizer.for_data().type.is_uniform:
        table = FixedArray.from_float(_one(quantizer).apply(values))
        return layer.add(Lookup(domain, table), node, suffix=suffix)
    kept = values.astype(np.float64)
    if quantizer.settings.scaler is None:
        kept = round_to_odd(kept, int(quantizer.for_data().type.fractional.max()) + 2)
    node = layer.add(Lookup(domain, FixedArray.from_float(kept)), node, suffix=suffix)
    return layer.quantize(node, quantizer, "oq")


def _one(quantizer: FixedQuantizer) -> FixedQuantizer:
    """A quantizer that is the same for all elements, as one for a flat array."""
    assert quantizer.signed is not None and quantizer.integer is not None and quantizer.fractional is not None
    first = {n: getattr(quantizer, n).reshape(-1)[:1] for n in ("signed", "integer", "fractional")}
    return replace(quantizer, **first)
