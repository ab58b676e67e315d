"""Functions of one value as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fpgaml.frontends.building.tables import LOOKUP_BITS, entries, narrow, points, round_to_odd
from fpgaml.frontends.onnx.layer import Layer, real_array
from fpgaml.frontends.onnx.value import Value, constant
from fpgaml.graph.functions import Function, Reals
from fpgaml.graph.ops import Lookup
from fpgaml.graph.values import FixedArray

KEPT_BITS = 40
"""Fractional bits of a table's entries that a quantizer rounds: far below its own step."""


def table(layer: Layer, x: Value, function: Function, what: str) -> Value:
    """A function of one value as its table; over integer codes themselves where one scale gives them a meaning.

    Args:
        what: the function's name.

    Raises:
        UnsupportedError: it has no finite value somewhere in the range of x.
    """
    if x.array is not None:
        return constant(function(real_array(x).astype(np.float64)))
    factor, offset = _single(x.scale, 1.0), _single(x.offset, 0.0)
    small = int(layer.uniform(x.node).width) <= LOOKUP_BITS
    if factor is None or offset is None or not small:
        x = layer.applied(x)
        factor, offset = 1.0, 0.0
    node = x.node if small else narrow(layer, x.node, function.flat_beyond)
    domain = layer.uniform(node)
    values = function(points(domain) * factor + offset)
    if not np.isfinite(values).all():  # what the type holds and the values never are does not count
        low, high = (float(bound.to_float()) for bound in _ends(layer, node))
        reached = np.clip(points(domain), low, high) * factor + offset
        values = np.where(np.isfinite(values), values, function(reached))
    if not np.isfinite(values).all():
        at = float(reached[~np.isfinite(values)][0])
        raise layer.unsupported(
            f"its {what} of {at:g} is not finite", "Clip its input to a range where it is, or quantise it so"
        )
    op = Lookup(domain, _in_float32(layer, values, what) if layer.quantised else entries(layer, values, what))
    return replace(x, node=layer.rounded(layer.add(op, node, suffix=what)), scale=None, offset=None)


def _in_float32(layer: Layer, values: Reals, what: str) -> FixedArray:
    """Entries as the framework computes them, for the quantizer that follows to round."""
    layer.note(f"{what}: a table computed in float64, where the framework computes in float32 before rounding")
    with np.errstate(over="ignore"):
        return FixedArray.from_float(round_to_odd(values.astype(np.float32).astype(np.float64), KEPT_BITS))


def _ends(layer: Layer, node: str) -> tuple[FixedArray, FixedArray]:
    """The smallest and the largest value of a node."""
    held = layer.graph.range(node)
    return FixedArray(np.asarray(held.low.min()), held.unit), FixedArray(np.asarray(held.high.max()), held.unit)


def _single(values: np.ndarray | None, default: float) -> float | None:
    """One number for all elements; None where they differ."""
    if values is None:
        return default
    return float(values.reshape(-1)[0]) if values.size == 1 else None


def of_function(function: Function, what: str) -> Callable[[Layer], Value]:
    """A converter for a function without settings."""
    return lambda layer: table(layer, layer.raw(0), function, what)


def reciprocal() -> Function:
    """1 / x."""
    return Function(lambda x: 1 / x)
