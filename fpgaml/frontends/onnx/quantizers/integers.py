"""Quantisation to integers with a scale and a zero point: of constants as the file's float32 has it, of nodes exactly.

A tensor x becomes (q - zero) * scale with q = round(clip(x / scale + zero, low, high)), elements as numpy broadcasts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.constants import SCALE_BITS, decoded
from fpgaml.frontends.onnx.layer import Layer, real_array
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.quantizers.factors import MOST_FACTOR_BITS, deciding
from fpgaml.frontends.onnx.quantizers.grid import WHOLE_SHIFTS, Grid, brought_onto
from fpgaml.frontends.onnx.quantizers.rounding import rounded
from fpgaml.frontends.onnx.value import Value, constant
from fpgaml.graph.ops import Scale, uniform_quantize
from fpgaml.graph.types import Rounding
from fpgaml.graph.values import FixedArray

Reals = NDArray[np.float64]
MOST_BITS = 32
"""Of a quantizer's integers: what float32 and int32 hold, and more than firmware wants."""


@dataclass(frozen=True, eq=False)
class Integers:
    """The integers of a quantizer.

    Args:
        scale: positive, of the file's float32; zero: of the same; both broadcast to the tensor of the file.
        low, high: the smallest and the largest integer.
        rounding: by its name in QONNX.
        shifted_first: whether the zero point is added before rounding (QONNX) or afterwards (ONNX).
        bipolar: whether there are but -1 and 1, by sign.
    """

    scale: Array
    zero: Array
    low: int
    high: int
    rounding: str = "ROUND"
    shifted_first: bool = True
    bipolar: bool = False

    def of_constant(self, values: Array) -> Reals:
        """The integers q of a constant, in the floating-point format of its values."""
        scale, zero = (np.asarray(part, dtype=values.dtype) for part in (self.scale, self.zero))
        with np.errstate(over="ignore"):
            ratio = values / scale
        if self.bipolar:
            return np.where(ratio + zero >= 0, 1.0, -1.0)
        if not self.shifted_first:
            return np.asarray(np.clip(rounded(ratio, self.rounding) + zero, self.low, self.high), dtype=np.float64)
        return rounded(np.clip(ratio + zero, self.low, self.high), self.rounding).astype(np.float64)


def quantized(layer: Layer, x: Value, integers: Integers) -> Value:
    """A tensor after a quantizer: real values, as integers with their scale where it is no power of two."""
    if x.array is not None:
        return _constant(real_array(x), integers)
    if integers.bipolar:
        return _sign(layer, x, integers)
    zero = np.asarray(integers.zero, dtype=np.float64)
    if not integers.shifted_first and (zero != zero.flat[0]).any():
        raise layer.unsupported("its zero points differ from channel to channel", "Use one zero point for activations")
    low, high, before = integers.low, integers.high, zero
    if _commutes(integers):
        low, high, before = low - int(zero.flat[0]), high - int(zero.flat[0]), np.zeros(())
    codes = Grid(low, high, np.zeros((), dtype=np.int64), integers.rounding)
    node, unit = _in_units(layer, x, integers, before, codes)
    dims = layer.shape(node)
    fractional = x.laid_out(_exponents(unit.of_scale), dims)
    node = brought_onto(layer, node, replace(codes, fractional=fractional))
    return simplified(replace(x, node=node, scale=unit.scale, offset=-before * integers.scale))


def _commutes(integers: Integers) -> bool:
    """Whether the zero point may be added after rounding: it is the same whole number everywhere."""
    zero = np.asarray(integers.zero, dtype=np.float64)
    if (zero != zero.flat[0]).any() or zero.flat[0] % 1:
        return False
    even = zero.flat[0] % 2 == 0 and integers.rounding in ("ROUND", "HALF_EVEN")
    return bool(not integers.shifted_first or not zero.any() or even or integers.rounding in WHOLE_SHIFTS)


@dataclass(frozen=True, eq=False)
class _Unit:
    """What a node's 1 stands for.

    Args:
        scale: times the node is the tensor; None for 1.
        of_scale: 1 / of_scale is the quantizer's scale in the node's units: powers of two.
    """

    scale: Array | None
    of_scale: Array


def _in_units(layer: Layer, x: Value, integers: Integers, zero: Reals, codes: Grid) -> tuple[str, _Unit]:
    """x + zero * scale in a node in whose units the quantizer's step is a power of two."""
    step = np.asarray(integers.scale, dtype=np.float64)
    own = np.ones(()) if x.scale is None else np.asarray(x.scale, dtype=np.float64)
    if powers_of_two(step):  # real values
        factor, unit, ratio = own, None, 1 / step
    elif powers_of_two(own / step):  # integers of the scale that the tensor has
        factor, unit, ratio = np.ones(()), x.scale, own / step
    else:  # integers of the quantizer's own scale
        factor, unit, ratio = own / step, integers.scale.astype(np.float64), np.ones(())
    if x.offset is None and not zero.any() and not powers_of_two(own / step):
        divides = x.scale is None and not (integers.shifted_first and integers.zero.any())
        node = _decided(layer, x, own / step, 1 / ratio, codes, step if divides else None)
        if node is not None:
            return node, _Unit(unit, ratio)
    offset = zero * step / (1.0 if unit is None else unit)
    return _moved(layer, x, factor, offset), _Unit(unit, ratio)


def _decided(layer: Layer, x: Value, ratio: Reals, unit: Reals, codes: Grid, divisor: Reals | None) -> str | None:
    """x in another unit by factors that decide every rounding as the model does; None where there are none.

    Args:
        ratio: to the quantizer's integers; unit: what these are in the node, powers of two.
        divisor: by which alone the model divides the node's numbers in float32; None: it computes otherwise.
    """
    dims = layer.shape(x.node)
    divisors = None if divisor is None else x.laid_out(divisor, dims)
    found = deciding(layer.graph, x.node, x.laid_out(ratio, dims), codes, divisors)
    if found is None:
        return None
    factor = FixedArray.from_float(found.to_float() * x.laid_out(unit, dims))
    zero = FixedArray(np.zeros((1,) * len(dims), dtype=np.int64), 0)
    if divisors is None:
        what = "the model multiplies by two scales in float32, the firmware by a factor that decides every rounding as"
        layer.note(f"{what} exact arithmetic does")
    return layer.add(Scale(factor, zero, rescales=True), x.node, suffix="scale")


def _moved(layer: Layer, x: Value, factor: Reals, offset: Reals) -> str:
    """x in another unit, plus an offset.

    Args:
        factor: by which the node's numbers are larger in that unit.
    """
    zero = np.zeros(()) if x.zero is None else x.zero
    if x.offset is not None and x.zero is None:
        offset = offset + x.offset.astype(np.float64) * factor / (1.0 if x.scale is None else x.scale)
    if (factor == 1).all() and not (offset - zero).any():
        return x.node
    dims = layer.shape(x.node)
    factor, zero, offset = (x.laid_out(np.asarray(part, dtype=np.float64), dims) for part in (factor, zero, offset))
    what = "the model multiplies by two scales in float32, the firmware by their ratio"
    # values that fit the narrow port of a multiplier leave its wide one to the factor
    bits = MOST_FACTOR_BITS if int(layer.uniform(x.node).width) <= SCALE_BITS else SCALE_BITS
    rescales = not powers_of_two(factor)
    return decoded(layer, x.node, factor, zero, offset, "scale", what, rescales=rescales, bits=bits)


def _sign(layer: Layer, x: Value, integers: Integers) -> Value:
    """1 where x / scale + zero >= 0, else -1; times the scale."""
    step, zero = (np.asarray(part, dtype=np.float64) for part in (integers.scale, integers.zero))
    if zero.any():
        x = replace(x, offset=zero * step if x.offset is None else x.offset + zero * step)
    x = upright(layer, x)
    dims = layer.shape(x.node)
    fraction = int(layer.uniform(x.node).fractional)
    below = layer.add(uniform_quantize(1, -fraction, fraction, Rounding.TRN), x.node, suffix="below")
    size = step if powers_of_two(step) else np.ones(())
    factor, offset = (FixedArray.from_float(x.laid_out(part, dims)) for part in (np.ldexp(size, fraction + 1), size))
    node = layer.add(Scale(factor, offset), below)
    scale = None if powers_of_two(step) else step
    return simplified(replace(x, node=node, scale=scale, offset=-zero * step))


def _constant(values: Array, integers: Integers) -> Value:
    """Integers with their scale, powers of two and 1 too: so it shows that nothing is to be rounded."""
    floats = values if values.dtype.kind == "f" else values.astype(np.float32)
    step, zero = (np.asarray(part, dtype=np.float64) for part in (integers.scale, integers.zero))
    codes = integers.of_constant(floats)
    if (zero % 1 == 0).all():
        return constant(codes - zero, scale=step)
    return constant(codes, scale=step, offset=-zero * step)


def upright(layer: Layer, value: Value) -> Value:
    """A computed tensor with at most a scale above zero to be applied: whether it is above zero shows in its node.

    A scale s and an offset o are |s| * (sign(s) * node + o / |s|); that offset is rounded in units of the node.
    """
    if value.scale is None or not value.scale.all():
        return layer.applied(value)
    if value.offset is None and (value.scale > 0).all():
        return value
    size = np.abs(value.scale.astype(np.float64))
    shift = np.zeros(()) if value.offset is None else value.offset / size
    dims = layer.shape(value.node)
    sign, offset = (value.laid_out(each, dims) for each in (np.sign(value.scale), shift))
    node = decoded(layer, value.node, sign, np.zeros(sign.shape), offset, "upright", "in integers of the sums")
    return replace(value, node=node, scale=size, offset=None)


def simplified(value: Value) -> Value:
    """The same tensor, without a scale of 1 and an offset of 0."""
    scale, offset = value.scale, value.offset
    return replace(
        value,
        scale=None if scale is None or (scale == 1).all() else scale,
        offset=None if offset is None or not offset.any() else offset,
    )


def powers_of_two(values: Array) -> bool:
    """Whether every number is 2**k for a whole k."""
    return bool((np.frexp(np.asarray(values, dtype=np.float64))[0] == 0.5).all())


def _exponents(values: Array) -> NDArray[np.int64]:
    """k of numbers 2**k."""
    return np.asarray(np.frexp(values)[1] - 1, dtype=np.int64)
