"""Quantize: a shift that rounds, and what happens at the ends of the type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fpgaml.emulator.bodies.elementwise import lifted
from fpgaml.emulator.integers import computing
from fpgaml.emulator.site import Element, Elementwise, Value
from fpgaml.graph.ops import Operation, Quantize
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import Ints, Overflow, Rounding
from fpgaml.graph.values import overflow_into, round_shift, shift_left, symmetric_low


@dataclass(frozen=True)
class _Steps:
    """How far each element is shifted.

    Args:
        drop: bits that go; gain: bits that come, where the type is finer than x; lift: from the type's own step to the
            result's binary point. All at least 0, per element of the result.
    """

    drop: Ints
    gain: Ints
    lift: Ints


def quantize(site: Element) -> str:
    """Round, then bring into range, as `fpgaml.graph.values.quantize`.

    Steps that cannot change a value of the proved range are left out.
    """
    assert isinstance(site.op, Quantize)
    (x,), quantizer = site.operands, site.op.quantizer
    shape, kind = site.result.shape, quantizer.type
    source = _spread(x.range, shape)
    steps = _steps(source, np.broadcast_to(kind.fractional, shape), site.result.unit)
    rounded = _round(site, x, source, steps, quantizer.rounding)
    low, high = (shift_left(round_shift(end, steps.drop, quantizer.rounding), steps.gain) for end in _objects(source))
    inside = _overflow(site, rounded, (low, high))
    return _times(site, inside, steps.lift, "lift")


def _spread(x: ValueRange, shape: tuple[int, ...]) -> ValueRange:
    """A range with the result's shape: a Reshape may lie between."""
    return x.moved(lambda a: np.broadcast_to(a, (1, *a.shape[1:])).reshape(1, *shape))


def _objects(x: ValueRange) -> tuple[Ints, Ints]:
    return x.low.astype(object), x.high.astype(object)


def _steps(x: ValueRange, fractional: Ints, unit: int) -> _Steps:
    shift = x.unit - fractional
    # Where |x| < 2**bits, dropping bits + 2 gives the same as dropping more: 0, or -1 where it rounds down.
    bits = np.array([max(abs(int(a)), abs(int(b))).bit_length() for a, b in zip(x.low.flat, x.high.flat, strict=True)])
    drop = np.minimum(np.maximum(shift, 0), bits.reshape(x.shape) + 2)
    return _Steps(drop, np.maximum(-shift, 0), unit - fractional)


def _round(site: Element, x: Value, source: ValueRange, steps: _Steps, rounding: Rounding) -> Value:
    """x in steps of the type, rounded."""
    drop = steps.drop
    exact = source.unit - source.fractional >= drop  # the bits that go are zero
    drop_texts = site.parameter(drop, "drop") if drop.any() else ""
    text, bounds = x.text, (x.low, x.high)
    if drop_texts:
        half = np.where(drop > 0, 2 ** np.maximum(drop - 1, 0).astype(object), 0)
        most = 2 * int(half.max())
        wide = computing(x.low - most, x.high + most)
        start = site.let(wide, lifted(x, x.unit, wide))
        added = "0" if exact.all() else _added(site, start, drop, half, rounding, source)
        text = site.let(wide, f"{start} >> {drop_texts}" if added == "0" else f"({start} + {added}) >> {drop_texts}")
        ends = [round_shift(end, drop, rounding) for end in _objects(source)]
        bounds = (int(min(ends[0].flat)), int(max(ends[1].flat)))
        text = _narrowed(site, text, wide.bits, bounds)
    value = Value(text, _bounds(bounds))
    return Value(_times(site, value, steps.gain, "gain"), _bounds(_gained(bounds, steps.gain)))


def _added(site: Element, x: str, drop: Ints, half: Ints, rounding: Rounding, source: ValueRange) -> str:
    """What is added before the low bits go."""
    negative = f"{x} < 0"
    less = np.maximum(half - 1, 0)
    one = np.minimum(drop, 1)
    match rounding:
        case Rounding.TRN:
            return "0"
        case Rounding.RND:
            return site.parameter(half, "half")
        case Rounding.RND_MIN_INF:
            return site.parameter(less, "half")
        case Rounding.TRN_ZERO:
            if not (source.low < 0).any():
                return "0"
            return f"({negative} ? {site.parameter(np.where(drop > 0, 2 * half - 1, 0), 'rest')} : 0)"
        case Rounding.RND_ZERO | Rounding.RND_INF:
            up, down = site.parameter(half, "half"), site.parameter(less, "less")
            return f"({negative} ? {up} : {down})" if rounding == Rounding.RND_ZERO else f"({negative} ? {down} : {up})"
        case Rounding.RND_CONV:
            shift, base = site.parameter(drop, "drop"), site.parameter(less, "less")
            return f"{base} + (({x} >> {shift}) & {site.parameter(one, 'odd')})"


def _overflow(site: Element, x: Value, ends: tuple[Ints, Ints]) -> Value:
    """x brought into the type."""
    assert isinstance(site.op, Quantize)
    kind, mode = site.op.quantizer.type, site.op.quantizer.overflow
    if all((overflow_into(end, kind, mode) == end).all() for end in ends):
        return x
    low, high = kind.bounds()
    if mode == Overflow.SAT_SYM:
        low = symmetric_low(kind)
    bounds = (int(min(np.ravel(low))), int(max(np.ravel(high))))
    held = computing(x.low, x.high, *bounds, x.low - bounds[1], x.high - bounds[0])
    start = site.let(held, lifted(x, x.unit, held))
    bottom = site.parameter(low, "low")
    if mode == Overflow.WRAP:
        mask = site.parameter(np.asarray(np.asarray(high, dtype=object) - low), "mask")
        text = site.let(held, f"(({start} - {bottom}) & {mask}) + {bottom}")
    else:
        top = site.parameter(high, "high")
        if mode == Overflow.SAT_ZERO:
            text = site.let(held, f"{start} < {bottom} || {start} > {top} ? 0 : {start}")
        else:
            raised = site.let(held, f"{start} < {bottom} ? {bottom} : {start}")
            text = site.let(held, f"{raised} > {top} ? {top} : {raised}")
    return Value(_narrowed(site, text, held.bits, bounds), _bounds(bounds))


def _times(site: Element, x: Value, bits: Ints, label: str) -> str:
    """x * 2**bits."""
    if not bits.any() or x.low == x.high == 0:
        return x.text
    kind = computing(x.low, x.high, *_gained((x.low, x.high), bits))
    factor = site.parameter(2 ** bits.astype(object), label)
    return site.let(kind, f"{lifted(x, x.unit, kind)} * {factor}")


def _gained(bounds: tuple[int, int], bits: Ints) -> tuple[int, int]:
    most = 1 << int(bits.max())
    return min(bounds[0], bounds[0] * most), max(bounds[1], bounds[1] * most)


def _narrowed(site: Element, text: str, bits: int, bounds: tuple[int, int]) -> str:
    """A value in the type that computes with its range, where that is narrower than the one that it has."""
    kind = computing(*bounds)
    return text if kind.bits == bits else site.let(kind, f"{kind.cpp}({text})")


def _bounds(bounds: tuple[int, int]) -> ValueRange:
    low, high = (np.array([end], dtype=object) for end in bounds)
    return ValueRange(low, high, np.zeros(1, dtype=np.int64), 0)


BODIES: dict[type[Operation], Elementwise] = {Quantize: Elementwise(quantize)}
