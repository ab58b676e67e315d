"""Quantize: rounding and overflow of one value, as wires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Operation, Quantize
from fpgaml.graph.types import Overflow, Rounding
from fpgaml.graph.values import round_shift, symmetric_low
from fpgaml.rtl.builder import NetlistBuilder, Value
from fpgaml.rtl.lower.context import Context, Lowering, Tensor, tensor
from fpgaml.rtl.netlist import bits_for, type_ends


def lower_quantize(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """Every element into its own type."""
    quantizer, x = cast(Quantize, node.op).quantizer, inputs[0]
    kind = quantizer.type
    low, high = kind.bounds()
    if quantizer.overflow == Overflow.SAT_SYM:
        low = symmetric_low(kind)
    settings = (np.broadcast_to(np.asarray(a), x.shape).flat for a in (kind.fractional, low, high))
    values = [
        _quantized(context.builder, value, int(f), int(lo), int(hi), quantizer.rounding, quantizer.overflow)
        for value, f, lo, hi in zip(x.flat, *settings, strict=True)
    ]
    return tensor(values, x.shape)


def _quantized(
    builder: NetlistBuilder, value: Value, fractional: int, low: int, high: int, rounding: Rounding, overflow: Overflow
) -> Value:
    if low == high:
        return builder.constant(0)
    if overflow == Overflow.SAT and low <= 0:
        # Rounding keeps order and 0: what is positive before it is positive after it, so one clamp serves both.
        unclamped = builder.unclamped(value)
        if unclamped != value:
            value, low = unclamped, 0
    drop = value.fractional - fractional
    if overflow == Overflow.WRAP and (drop <= 0 or rounding == Rounding.TRN):
        return builder.bits(value, drop, low, high)
    rounded = _rounded(builder, value, drop, rounding) if drop > 0 else value
    if overflow == Overflow.WRAP:
        return builder.bits(rounded, rounded.fractional - fractional, low, high)
    if drop > 0:
        # The floor's largest value and a carry do not come together: what cannot saturate must not look as if it could.
        wire = builder.wires[value.wire]
        ends = round_shift(np.array([wire.low, wire.high], dtype=object), np.array([drop, drop]), rounding)
        rounded = builder.within(rounded, int(ends[0]), int(ends[1]), fractional)
    return _saturated(builder, rounded, fractional, low, high, to_zero=overflow == Overflow.SAT_ZERO)


def _rounded(builder: NetlistBuilder, value: Value, drop: int, rounding: Rounding) -> Value:
    """floor(value / 2**drop), plus one where the mode rounds up."""
    if rounding == Rounding.RND and builder.is_sum(value):
        # Half a step is one more term of the sum.
        return builder.floor(builder.add(value, builder.constant(1, value.fractional - drop + 1)), drop)
    floor = builder.floor(value, drop)
    up = _rounds_up(builder, value, drop, rounding)
    return builder.add(floor, Value(up, value.fractional - drop))


def _rounds_up(builder: NetlistBuilder, value: Value, drop: int, rounding: Rounding) -> int:
    """The wire that is 1 where the floor is one too small (AMD UG1399, quantization modes of ap_fixed)."""
    negative = builder.less(value, builder.constant(0))
    half, rest = builder.bit(value, drop - 1), builder.any_of(value, drop - 1)
    match rounding:
        case Rounding.TRN:
            return builder.constant(0).wire
        case Rounding.TRN_ZERO:
            return builder.both(negative, builder.either(half, rest))
        case Rounding.RND:
            return half
        case Rounding.RND_ZERO:
            return builder.both(half, builder.either(rest, negative))
        case Rounding.RND_INF:
            return builder.both(half, builder.either(rest, builder.inverse(negative)))
        case Rounding.RND_MIN_INF:
            return builder.both(half, rest)
        case Rounding.RND_CONV:
            return builder.both(half, builder.either(rest, builder.bit(value, drop)))


def _saturated(builder: NetlistBuilder, value: Value, fractional: int, low: int, high: int, *, to_zero: bool) -> Value:
    if (low, high) == type_ends(bits_for(low, high), low < 0) and not to_zero:
        return builder.clamp(value, low, high, fractional)
    bottom, top = builder.constant(low, fractional), builder.constant(high, fractional)
    above, below = builder.less(top, value), builder.less(value, bottom)
    if to_zero:
        inside = builder.within(value, low, high, fractional)
        return builder.select(builder.either(above, below), builder.constant(0), inside)
    # A value between the ends needs no more bits than the type has.
    inside = builder.within(value, low, high, fractional)
    return builder.select(above, top, builder.select(below, bottom, inside))


LOWERINGS: dict[type[Operation], Lowering] = {Quantize: lower_quantize}
