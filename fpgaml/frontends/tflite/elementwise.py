"""ADD, SUB, MUL, MAXIMUM, MINIMUM."""

from __future__ import annotations

import numpy as np

from fpgaml.frontends.tflite.arithmetic import power_of_two, quantize_multiplier
from fpgaml.frontends.tflite.layer import TfliteLayer, Value
from fpgaml.frontends.tflite.requantise import (
    activation_range,
    from_multipliers,
    requantised,
    rescaled,
    twice_rounded,
    within,
)
from fpgaml.frontends.tflite.schema import Tensor, TensorType
from fpgaml.graph.ops import Add, Maximum, Minimum, Multiply, Operation, Quantize, Subtract
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding

LEFT_SHIFT = {TensorType.INT8: 20, TensorType.INT16: 15}
"""Bits by which ADD and SUB shift their inputs up, for accuracy."""


def addition(layer: TfliteLayer) -> Value:
    """ADD: activation, pot_scale_int16."""
    return _sum(layer, Add())


def subtraction(layer: TfliteLayer) -> Value:
    """SUB: activation, pot_scale_int16."""
    return _sum(layer, Subtract())


def _sum(layer: TfliteLayer, combine: Operation) -> Value:
    """Both inputs to one scale, with 20 or 15 bits more, then the sum to the output's (PrepareGeneralSubOp).

    All three factors are below 1: LiteRT ends the process otherwise.
    """
    a, b, out = layer.input(0), layer.input(1), layer.output
    op = layer.operator
    _same_kind(layer, a, b, out)
    ends = activation_range(layer, out, op.number(0))
    if a.kind == TensorType.INT16 and op.number(1, "?", 1):
        powers = [power_of_two(layer.scaling(t).scale) for t in (a, b, out)]
        if None not in powers:
            return _sum_of_powers(layer, combine, [int(p) for p in powers if p is not None], ends)
    lift = LEFT_SHIFT[a.kind]
    scales = [layer.scaling(tensor).scale for tensor in (a, b)]
    largest = 2.0 * float(max(scales))
    parts = []
    for tensor, scale, side in zip((a, b), scales, "ab", strict=True):
        node = layer.scale(_placed(layer, tensor, out), 1 << lift, 0, suffix=f"{side}_lifted")
        multiplier, shift = _below_one(layer, float(scale) / largest)
        parts.append(rescaled(layer, node, from_multipliers([multiplier], [shift]), side))
    total = layer.in32(layer.add(combine, *parts, suffix="sum"))
    factor = largest / float(np.float32(1 << lift) * layer.scaling(out).scale)
    multiplier, shift = _below_one(layer, factor)
    return requantised(layer, total, from_multipliers([multiplier], [shift]), ends)


def _below_one(layer: TfliteLayer, factor: float) -> tuple[int, int]:
    multiplier, shift = quantize_multiplier(factor)
    if not 0 < factor < 1 or shift > 0:
        raise layer.unsupported(
            f"its scales ask for a factor of {factor:g}, which LiteRT's own kernel refuses",
            "Convert the model with more typical representative data",
        )
    return multiplier, shift


def _sum_of_powers(layer: TfliteLayer, combine: Operation, powers: list[int], ends: tuple[int, int]) -> Value:
    """16 bits with scales that are powers of two: one input is shifted down, the 16-bit sum saturates."""
    if isinstance(combine, Subtract):
        raise layer.unsupported("a 16-bit difference with scales that are powers of two")
    shifts = [powers[2] - power for power in powers[:2]]
    if min(shifts) < 0 or 0 not in shifts or max(shifts) > 15:
        raise layer.unsupported("its scales are powers of two that LiteRT's own kernel refuses")
    parts = []
    for tensor, shift, side in zip((layer.input(0), layer.input(1)), shifts, "ab", strict=True):
        node = _placed(layer, tensor, layer.output)
        if shift:
            down = layer.scale(node, 1, shift, suffix=f"{side}_scale", rescales=True)
            kept = Quantizer(FixedType(1, 15, 0), Rounding.RND_INF, Overflow.SAT)
            node = layer.add(Quantize(kept), down, suffix=side)
        parts.append(node)
    return within(layer, layer.add(combine, *parts, suffix="sum"), 0, ends)


def multiplication(layer: TfliteLayer) -> Value:
    """MUL: activation. The factor is computed in float32 (mul.cc, Prepare)."""
    a, b, out = layer.input(0), layer.input(1), layer.output
    op = layer.operator
    _same_kind(layer, a, b, out)
    product = layer.add(Multiply(), _placed(layer, a, out), _placed(layer, b, out), suffix="product")
    scales = [layer.scaling(tensor).scale for tensor in (a, b, out)]
    factor = np.float32(np.float32(scales[0] * scales[1]) / scales[2])
    rescaling = twice_rounded(layer, [float(factor)])
    return requantised(layer, layer.in32(product), rescaling, activation_range(layer, out, op.number(0)))


def maximum(layer: TfliteLayer) -> Value:
    """MAXIMUM: the larger code, whatever the scales (maximum_minimum.h compares codes)."""
    return _extreme(layer, Maximum())


def minimum(layer: TfliteLayer) -> Value:
    """MINIMUM: the smaller code."""
    return _extreme(layer, Minimum())


def _extreme(layer: TfliteLayer, combine: Operation) -> Value:
    a, b, out = layer.input(0), layer.input(1), layer.output
    _same_kind(layer, a, b, out)
    zero, result = layer.zero_point(a), layer.zero_point(out)
    other = layer.shifted(_placed(layer, b, out), layer.zero_point(b) - zero, "placed")
    node = layer.add(combine, _placed(layer, a, out), other)
    if result == zero:
        return Value(result, centred=node)
    else:
        return Value(result, codes=layer.shifted(node, zero, "codes"))


def _same_kind(layer: TfliteLayer, *tensors: Tensor) -> None:
    kinds = {tensor.kind for tensor in tensors}
    if len(kinds) != 1 or not kinds <= set(LEFT_SHIFT):
        raise layer.unsupported(f"its tensors are {', '.join(sorted(kind.name.lower() for kind in kinds))}")
    for tensor in tensors:
        layer.zero_point(tensor)


def _placed(layer: TfliteLayer, tensor: Tensor, out: Tensor) -> str:
    """A tensor minus its zero point, with as many axes as the output has."""
    node, rank = layer.centred(tensor), len(layer.shape(layer.centred(tensor)))
    wanted = max(len(out.shape) - 1, 1) if len(out.shape) > 1 and out.shape[0] == 1 else len(out.shape)
    if rank > wanted:
        raise layer.wrong(f"an input of shape {tensor.shape} for an output of {out.shape}")
    return layer.reshaped(node, (1,) * (wanted - rank) + layer.shape(node))
