"""What values an operation can give on a box of its inputs' values.

An operation without a rule gives what the Graph's own inference says of it for all inputs, and so in every box.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fpgaml.certificates.extremes import Extremes
from fpgaml.certificates.interval import Interval, aligned, chosen, hull, minus, plus, times
from fpgaml.graph import ops as o
from fpgaml.graph.ops.products import Einsum
from fpgaml.graph.types import Ints, Overflow
from fpgaml.graph.values import FixedArray, add, overflow_into, quantize, round_shift

Rule = Callable[[Any, Sequence[Interval]], Interval]
"""Of an operation and boxes of its inputs' values."""


def rising(op: o.Operation, inputs: Sequence[Interval]) -> Interval:
    """Of an operation that rises with each of its inputs: its ends are at theirs."""
    return Interval(op.run([x.low for x in inputs]), op.run([x.high for x in inputs]))


def products(op: o.Linear, x: Interval) -> Interval:
    """Sums of products with the kernel, without the bias: lowest where positive weights meet the lowest inputs."""
    weights = op.kernel.integers
    positive, negative = np.maximum(weights, 0), np.minimum(weights, 0)
    low, high = x.low.integers, x.high.integers
    least = add(op.product(low, positive), op.product(high, negative))
    most = add(op.product(high, positive), op.product(low, negative))
    return Interval.of(least, most, x.unit + op.kernel.fractional)


def constant(value: FixedArray) -> Interval:
    """The same in every box."""
    return Interval(value, value)


def of_constant(op: o.Constant, boxes: int) -> Interval:
    """A Constant's own value."""
    shape = (boxes, *op.value.shape)
    return constant(FixedArray(np.broadcast_to(op.value.integers, shape), op.value.fractional))


def _linear(op: o.Linear, inputs: Sequence[Interval]) -> Interval:
    sums = products(op, inputs[0])
    return sums if op.bias is None else plus(sums, constant(op.bias))


def scaled(factor: FixedArray, x: Interval) -> Interval:
    """A product with a constant."""
    return times(x, constant(factor))


def _scale(op: o.Scale, inputs: Sequence[Interval]) -> Interval:
    return plus(scaled(op.factor, inputs[0]), constant(op.offset))


def _average(op: o.AveragePool, inputs: Sequence[Interval]) -> Interval:
    """Its factor may have any sign."""
    first = rising(op, inputs)
    return hull(first, Interval(first.high, first.low)) if (op.factor.integers < 0).any() else first


def contracted(op: Einsum, a: Interval, b: Interval) -> Interval:
    """An einsum of two boxes: with the middles and the half widths of both, |xy - mn| <= |m| s + r |n| + r s."""
    (middle_a, half_a), (middle_b, half_b) = _middle(a), _middle(b)

    def product(x: Ints, y: Ints) -> Ints:
        return op.run([FixedArray(x, 0), FixedArray(y, 0)]).at(0)

    size_a, size_b = np.abs(middle_a), np.abs(middle_b)
    reach = add(add(product(size_a, half_b), product(half_a, size_b)), product(half_a, half_b))
    centre = product(middle_a, middle_b)
    return Interval.of(add(centre, -reach), add(centre, reach), a.unit + b.unit + 2)


def _middle(x: Interval) -> tuple[Ints, Ints]:
    """Middle and half width, in half units."""
    low, high = x.low.integers, x.high.integers
    return add(low, high), add(high, -low)


def _choose(op: o.Choose, inputs: Sequence[Interval]) -> Interval:
    """Of the options that the index can name in each box."""
    return over_options(inputs[0], inputs[1:])


def over_options(index: Interval, options: Sequence[Interval]) -> Interval:
    """What one of some options holds whose number is in a box."""
    shape = np.broadcast_shapes(index.shape, *(each.shape for each in options))
    low, high = index.outward(0)
    ends, unit = aligned(*options)
    least, most = (np.broadcast_to(end, shape) for end in (ends[0][0], ends[0][1]))
    named = np.broadcast_to((low <= 0) & (high >= 0), shape)
    for number, (bottom, top) in enumerate(ends[1:], start=1):
        here = np.broadcast_to((low <= number) & (high >= number), shape)
        least = np.where(here, np.where(named, np.minimum(least, bottom), bottom), least)
        most = np.where(here, np.where(named, np.maximum(most, top), top), most)
        named = named | here
    return Interval.of(least, most, unit)


def _quantize(op: o.Quantize, inputs: Sequence[Interval]) -> Interval:
    x, mode = inputs[0], op.quantizer.overflow
    if mode in (Overflow.SAT, Overflow.SAT_SYM):
        return Interval(quantize(x.low, op.quantizer), quantize(x.high, op.quantizer))
    kind = op.quantizer.type
    low, high = kind.bounds()
    if mode == Overflow.SAT_ZERO:
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    unit = int(kind.fractional.max())
    lift = unit - kind.fractional
    factor = 2 ** lift.astype(object)
    whole = Interval.of(np.asarray(low * factor), np.asarray(high * factor), unit)
    whole = whole.moved(lambda end: np.broadcast_to(end, x.shape))
    inside = Interval(quantize(x.low, op.quantizer), quantize(x.high, op.quantizer))
    return chosen(fits(op, x), inside, whole)


def fits(op: o.Quantize, x: Interval) -> Ints:
    """For each element of each box whether no value in it leaves the type after rounding."""
    kind, mode = op.quantizer.type, op.quantizer.overflow
    drop = x.unit - kind.fractional
    ends = [round_shift(end.integers, drop, op.quantizer.rounding) for end in (x.low, x.high)]
    return np.asarray(np.logical_and.reduce([overflow_into(end, kind, mode) == end for end in ends]))


def table_places(op: o.Lookup, x: Interval) -> tuple[Ints, Ints]:
    """The first and the last entry of a table that a box can name."""
    first = int(op.domain.bounds()[0])
    low, high = x.outward(int(op.domain.fractional))
    size = op.table.shape[0]
    return np.clip(low - first, 0, size - 1), np.clip(high - first, 0, size - 1)


def _lookup(op: o.Lookup, inputs: Sequence[Interval]) -> Interval:
    low, high = Extremes.of(op.table.integers).between(*table_places(op, inputs[0]))
    return Interval.of(low, high, op.table.fractional)


RULES: Mapping[type[Any], Rule] = {
    o.Linear: _linear,
    o.Scale: _scale,
    o.Add: lambda op, inputs: plus(*inputs),
    o.Subtract: lambda op, inputs: minus(*inputs),
    o.Multiply: lambda op, inputs: times(*inputs),
    o.Einsum: lambda op, inputs: contracted(op, *inputs),
    o.Maximum: rising,
    o.Minimum: rising,
    o.Relu: rising,
    o.LeakyRelu: rising,
    o.Move: rising,
    o.Concatenate: rising,
    o.GroupSort: rising,
    o.MaxPool: rising,
    o.AveragePool: _average,
    o.Reduce: rising,
    o.Quantize: _quantize,
    o.Lookup: _lookup,
    o.Choose: _choose,
}
"""By operation, or a class that it derives from."""


def rule_of(rules: Mapping[type[Any], Any], op: o.Operation) -> Any | None:
    """The rule for an operation, None where there is none."""
    return next((rules[kind] for kind in type(op).__mro__ if kind in rules), None)
