"""QONNX's operators: Quant (also called IntQuant), BipolarQuant, Trunc, MultiThreshold.

The meaning is that of the classes of the same names in qonnx's `custom_op/general` (qonnx 1.0).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from fpgaml.errors import UnsupportedError
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.quantizers.grid import KNOWN
from fpgaml.frontends.onnx.quantizers.integers import (
    MOST_BITS,
    Integers,
    powers_of_two,
    quantized,
    simplified,
    upright,
)
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.ops import Constant, Reduce, Reduction, Scale, Subtract, uniform_quantize
from fpgaml.graph.types import Rounding
from fpgaml.graph.values import FixedArray

DOMAINS = ("qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas")
"""Under which files have had these operators, the newest first."""
MOST_THRESHOLDS = 255
"""Of one element: an activation of eight bits."""
LARGEST = 2.0**40
"""Thresholds beyond are never reached, and cost as much."""
ANY = (-(1 << 48), (1 << 48) - 1)
"""The ends of integers that are not clipped."""


def quant(layer: Layer) -> Value:
    """x to the nearest of 2**bits multiples of a scale."""
    bits = _bits(layer, 3)
    signed, narrow = (bool(layer.attribute(name, 1)) for name in ("signed", "narrow"))
    one = signed and bits == 1
    low, high = (-1, 1) if one else ends(bits, signed, narrow)
    integers = Integers(scale_of(layer, 1), _parameter(layer, 2), low, high, _rounding(layer), bipolar=one)
    return quantized(layer, layer.raw(0), integers)


def ends(bits: int, signed: bool, narrow: bool) -> tuple[int, int]:
    """The smallest and the largest integer of a quantizer; a narrow one leaves out one end."""
    if signed:
        return -(1 << (bits - 1)) + narrow, (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1 - narrow


def bipolar_quant(layer: Layer) -> Value:
    """The scale where x >= 0, else minus the scale."""
    return quantized(layer, layer.raw(0), Integers(scale_of(layer, 1), np.zeros((), np.float32), -1, 1, bipolar=True))


def trunc(layer: Layer) -> Value:
    """The upper bits of quantised values.

    The first version, of five inputs, leaves the scale as it was; the second, of six, names the result's scale and
    keeps it within so many bits.
    """
    scale, zero, bits = scale_of(layer, 1), _parameter(layer, 2), _bits(layer, 3)
    x = quantized(layer, layer.raw(0), Integers(scale, zero, *ANY))
    if len(layer.call.inputs) > 5:
        out = scale_of(layer, 4)
        dropped = np.exp2(np.rint(np.log2(out.astype(np.float64) / scale))).astype(np.float32)
        signed, narrow = (bool(layer.attribute(name, default)) for name, default in (("signed", 1), ("narrow", 0)))
        low, high = ends(_bits(layer, 5), signed, narrow)
        left = zero / dropped
    else:
        dropped, out, left = np.asarray(2.0 ** (bits - _bits(layer, 4)), dtype=np.float32), scale, zero
        low, high = ANY
    found = Integers(scale * dropped, zero / dropped, low, high, _rounding(layer, "FLOOR"))
    return _with_scale(layer, quantized(layer, x, found), found, out, left)


def _with_scale(layer: Layer, y: Value, found: Integers, scale: Array, zero: Array) -> Value:
    """(q - zero) * scale, where y is (q - found.zero) * found.scale."""
    factor = scale.astype(np.float64) / found.scale
    offset = (found.zero.astype(np.float64) - zero) * scale
    own = 1.0 if y.scale is None else y.scale
    was = 0.0 if y.offset is None else y.offset
    moved = simplified(replace(y, scale=own * factor, offset=was * factor + offset))
    return layer.applied(moved) if powers_of_two(factor) and y.scale is None else moved


def multi_threshold(layer: Layer) -> Value:
    """How many thresholds of its channel x reaches, times a scale, plus a bias."""
    x = layer.raw(0)
    if x.array is not None:
        raise layer.unsupported("MultiThreshold of a constant is not converted", "Fold it into the weights")
    x = upright(layer, x)
    dims = layer.shape(x.node)
    fraction = int(layer.uniform(x.node).fractional)
    own = 1.0 if x.scale is None else x.scale
    # x is a multiple of its step: a threshold between two of them is the upper one
    each = [
        np.ceil(np.ldexp(x.laid_out(np.asarray(threshold / own), dims), fraction))
        for threshold in _thresholds(layer, x)
    ]
    thresholds = layer.add(
        Constant(FixedArray.from_float(np.ldexp(np.stack(each, -1), -fraction))), suffix="thresholds"
    )
    column = layer.reshaped(x.node, (*dims, 1), "column")
    distance = layer.add(Subtract(), column, thresholds, suffix="distance")
    below = layer.add(uniform_quantize(1, -fraction, fraction, Rounding.TRN), distance, suffix="below")
    missed = layer.reshaped(layer.add(Reduce(Reduction.SUM, (-1,)), below, suffix="sum"), dims, "missed")
    ones = np.ones((1,) * len(dims))
    counted = Scale(FixedArray.from_float(np.ldexp(ones, fraction)), FixedArray.from_float(ones * len(each)))
    scale, bias = (np.asarray(layer.attribute(name, value)) for name, value in (("out_scale", 1.0), ("out_bias", 0.0)))
    result = simplified(replace(x, node=layer.add(counted, missed), scale=scale, offset=bias))
    return layer.applied(result) if powers_of_two(scale) else result


def _thresholds(layer: Layer, x: Value) -> list[Array]:
    """First, second, ... thresholds, each of the file's rank: one, or one a channel."""
    found = layer.known(1).astype(np.float64)
    if found.ndim != 2 or not 0 < found.shape[1] <= MOST_THRESHOLDS or not (np.abs(found) < LARGEST).all():
        raise layer.wrong(f"its thresholds have the shape {found.shape}, or are no numbers")
    layout = layer.attribute("data_layout", "") or {2: "NC", 3: "NWC", 4: "NCHW"}.get(len(x.shape), "NC")
    axis = layout.index("C") if "C" in layout else 1
    if found.shape[0] not in (1, x.shape[axis]):
        raise layer.wrong(f"it has thresholds for {found.shape[0]} channels of {x.shape[axis]}")
    dims = [-1 if each == axis else 1 for each in range(len(x.shape))]
    return [column.reshape(dims) for column in found.T]


def float_quant(layer: Layer) -> Value:
    """Small floating-point numbers, which no fixed-point type is."""
    raise layer.unsupported("FloatQuant keeps exponents, which fixed-point firmware has not", "Use Quant")


def scale_of(layer: Layer, position: int) -> Array:
    """A scale: positive float32 numbers that are constant."""
    scale = _parameter(layer, position)
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise layer.wrong("has a scale that is not positive")
    return scale


def _parameter(layer: Layer, position: int) -> Array:
    return np.asarray(layer.known(position), dtype=np.float32)


def _bits(layer: Layer, position: int) -> int:
    bits = layer.known(position)
    if bits.size == 0 or (bits != bits.flat[0]).any():
        raise layer.unsupported("its bit width differs from element to element", "Use one bit width")
    found = float(bits.flat[0])
    if not 1 <= found <= MOST_BITS or found % 1:
        raise _wrong_bits(layer, found)
    return int(found)


def _wrong_bits(layer: Layer, found: float) -> UnsupportedError:
    return layer.unsupported(f"it has {found:g} bits", f"Use a whole number of bits from 1 to {MOST_BITS}")


def _rounding(layer: Layer, default: str = "ROUND") -> str:
    name = str(layer.attribute("rounding_mode", default)).upper()
    if name not in KNOWN:
        raise layer.unsupported(f"its rounding mode is `{name}`", f"Use one of {', '.join(KNOWN)}")
    return name


_CONVERTERS: Mapping[str, Callable[[Layer], Value]] = {
    "Quant": quant,
    "IntQuant": quant,
    "BipolarQuant": bipolar_quant,
    "Trunc": trunc,
    "MultiThreshold": multi_threshold,
    "FloatQuant": float_quant,
}
OPERATORS: Mapping[str, Callable[[Layer], Value]] = {
    f"{domain}:{name}".lstrip(":"): converter for domain in ("", *DOMAINS) for name, converter in _CONVERTERS.items()
}
"""By the names that calls have; Brevitas' first exports had no domain."""
