"""ONNX's QuantizeLinear and DequantizeLinear, together a quantizer; alone, the way into integers and out of them.

q = clip(round(x / scale) + zero), ties to even; back, (q - zero) * scale (ONNX operators, sets 10 to 25).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.quantizers.integers import Integers, quantized, simplified
from fpgaml.frontends.onnx.quantizers.qonnx import scale_of
from fpgaml.frontends.onnx.value import Value, constant

CODES = {
    2: (0, 255), 3: (-128, 127), 4: (0, 65535), 5: (-32768, 32767), 21: (0, 15), 22: (-8, 7), 25: (0, 3), 26: (-2, 1),
}  # fmt: skip
"""The smallest and the largest code of ONNX's integer types, by their numbers (TensorProto.DataType)."""
UINT8 = 2
NUMBERS = {"uint8": 2, "int8": 3, "uint16": 4, "int16": 5}
"""Of types that a zero point may have in numpy."""
LOW, HIGH = "low", "high"
"""Attributes that a Clip behind QuantizeLinear leaves there (`chains`)."""


def quantize_linear(layer: Layer) -> Value:
    """x as integer codes: a tensor of whole numbers."""
    x = layer.raw(0)
    scale = _along(layer, scale_of(layer, 1), x)
    zero = _zero(layer, x)
    low, high = _ends(layer)
    codes = Integers(scale, zero, low, high, shifted_first=False)
    found = quantized(layer, x, codes)
    # `found` is (code - zero) * scale
    wide, offset = scale.astype(np.float64), zero.astype(np.float64)
    if found.array is not None:
        own, was = (1.0 if found.scale is None else found.scale), (0.0 if found.offset is None else found.offset)
        return constant(np.rint((found.array * own + was) / wide) + offset)
    own = np.ones(()) if found.scale is None else found.scale
    was = np.zeros(()) if found.offset is None else found.offset
    return simplified(replace(found, scale=own / wide, offset=was / wide + offset))


def dequantize_linear(layer: Layer) -> Value:
    """Integer codes as real numbers."""
    q = layer.raw(0)
    scale, zero = _along(layer, scale_of(layer, 1), q).astype(np.float64), _zero(layer, q).astype(np.float64)
    if q.array is not None and q.plain:
        return constant(q.array.astype(np.float64) - zero, scale=scale)
    own, was = (1.0 if q.scale is None else q.scale), (0.0 if q.offset is None else q.offset)
    return simplified(replace(q, scale=own * scale, offset=(was - zero) * scale))


def _ends(layer: Layer) -> tuple[int, int]:
    """The smallest and the largest code, of the type and of a Clip that follows."""
    zero = layer.optional(2)
    kind = int(layer.attribute("output_dtype", 0))
    if not kind:
        kind = UINT8 if zero is None or zero.array is None else NUMBERS.get(zero.array.dtype.name, 0)
    if kind not in CODES:
        raise layer.unsupported("its codes are no integers of 2, 4, 8 or 16 bits", "Quantise to integers")
    low, high = CODES[kind]
    low, high = max(low, int(layer.attribute(LOW, low))), min(high, int(layer.attribute(HIGH, high)))
    if low > high:
        raise layer.wrong(f"leaves no code between {low} and {high}")
    return low, high


def _zero(layer: Layer, x: Value) -> Array:
    if layer.optional(2) is None:
        return np.zeros((), np.float32)
    zero = layer.known(2)
    return _along(layer, np.asarray(zero, dtype=np.float64), x)


def _along(layer: Layer, parameter: Array, x: Value) -> Array:
    """A scale or zero point, one or one an element of an axis, in the file's rank."""
    if layer.attribute("block_size", 0):
        raise layer.unsupported("it has a scale for each block of elements", "Quantise by tensor or by channel")
    if parameter.size == 1:
        return parameter.reshape(())
    axis = x.axis(int(layer.attribute("axis", 1)))
    if parameter.ndim != 1 or len(parameter) != x.shape[axis]:
        raise layer.wrong(f"has scales of shape {parameter.shape} for a tensor of {x.shape} along axis {axis}")
    return parameter.reshape([-1 if each == axis else 1 for each in range(len(x.shape))])


OPERATORS: Mapping[str, Callable[[Layer], Value]] = {
    "QuantizeLinear": quantize_linear,
    "DequantizeLinear": dequantize_linear,
}
