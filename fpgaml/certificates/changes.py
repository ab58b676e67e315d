"""By how much an operation's result can change, where its inputs change by something within bounds.

All values before and after the change lie in boxes that are known. Each rule holds for every pair of inputs that its
bounds allow; an operation without one changes by at most the width of what it can give.

Where a rule says that something is *between* the changes of some inputs, the reason is this: on the straight line from
the values before to those after, which stays inside of the box, a sort, a maximum or a ReLU is piecewise linear, and
its slope along the line is at each point the change of that input which it hands on there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fpgaml.certificates.extremes import Extremes
from fpgaml.certificates.interval import Interval, aligned, chosen, hull, minus, plus, times, with_zero
from fpgaml.certificates.reach import contracted, fits, over_options, products, rising, scaled, table_places
from fpgaml.graph import ops as o
from fpgaml.graph.ops.reductions import Reduction
from fpgaml.graph.ops.windows import windows
from fpgaml.graph.types import Ints, Overflow, Rounding
from fpgaml.graph.values import FixedArray, add, as_ints, magnitude, round_shift, shift_left

Rule = Callable[[Any, Sequence[Interval], Sequence[Interval], Interval, Ints], Interval]
"""Of an operation, its inputs' values and changes, its values, and the fractional bits of its first input's steps."""

LARGEST_GROUP = 64
"""Elements of a sorted group up to which it is asked which of them can come where."""


def widest(values: Interval) -> Interval:
    """The change of whatever stays in a box."""
    return minus(values, values)


def _same(op: o.Operation, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    """Of what only adds and moves: changes add and move too."""
    return rising(op, ds)


def _linear(op: o.Linear, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    return products(op, ds[0])


def _scale(op: o.Scale, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    return scaled(op.factor, ds[0])


def _subtract(op: o.Subtract, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    return minus(*ds)


def _multiply(op: o.Multiply, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    """a'b' - ab = (a' - a) b' + a (b' - b)."""
    return plus(times(ds[0], xs[1]), times(xs[0], ds[1]))


def _einsum(op: o.Einsum, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    """As a product."""
    return plus(contracted(op, ds[0], xs[1]), contracted(op, xs[0], ds[1]))


def _relu(op: o.Relu, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    """Above zero the change itself, below none, else between the two."""
    return chosen(xs[0].low.integers >= 0, ds[0], with_zero(ds[0]))


def _leaky_relu(op: o.LeakyRelu, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    """A slope of 1 above zero, of 2**-shift below, else between the two."""
    low, high = ds[0].low, ds[0].high
    less = Interval(*(FixedArray(end.integers, end.fractional + op.shift) for end in (low, high)))
    mixed = hull(ds[0], less)
    below = chosen(xs[0].high.integers <= 0, less, mixed)
    return chosen(xs[0].low.integers >= 0, ds[0], below)


def _of_candidates(d: Interval, possible: Ints, axes: tuple[int, ...] | int, keepdims: bool = False) -> Interval:
    """Between the changes of those elements along axes that can be handed on."""
    low, high = d.low.integers, d.high.integers
    never = magnitude(low) + magnitude(high) + 1
    least = np.where(possible, low, np.asarray(never, dtype=low.dtype)).min(axis=axes, keepdims=keepdims)
    most = np.where(possible, high, np.asarray(-never, dtype=high.dtype)).max(axis=axes, keepdims=keepdims)
    return Interval.of(np.asarray(least), np.asarray(most), d.unit)


def _maximum(op: o.Maximum, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    ((low_a, high_a), (low_b, high_b)), _ = aligned(*xs)
    return _either(high_a >= low_b, high_b >= low_a, *ds)


def _minimum(op: o.Minimum, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    ((low_a, high_a), (low_b, high_b)), _ = aligned(*xs)
    return _either(low_a <= high_b, low_b <= high_a, *ds)


def _either(first: Ints, second: Ints, a: Interval, b: Interval) -> Interval:
    """Between the changes of two that can be handed on, at least one of them."""
    return chosen(first & second, hull(a, b), chosen(first, a, b))


def _group_sort(op: o.GroupSort, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    """The k-th smallest is one of those inputs that can be between the k-th smallest ends."""

    def grouped(a: Ints) -> Ints:
        return a.reshape(*a.shape[:-1], -1, op.group)

    d = ds[0].moved(grouped)
    if op.group > LARGEST_GROUP:
        every = _of_candidates(d, np.asarray(True), -1, keepdims=True)
        found = every.moved(lambda end: np.broadcast_to(end, d.shape))
    else:
        ((low, high), (bottom, top)), _ = aligned(xs[0], y)
        reaches = grouped(high)[..., None, :] >= grouped(bottom)[..., :, None]
        possible = reaches & (grouped(low)[..., None, :] <= grouped(top)[..., :, None])
        found = _of_candidates(d.moved(lambda end: end[..., None, :]), possible, -1)
    return found.moved(lambda end: end.reshape(ds[0].shape))


def _reduce(op: o.Reduce, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    if op.kind == Reduction.SUM:
        return rising(op, ds)
    axes = tuple(axis % (len(xs[0].shape) - 1) + 1 for axis in op.axes)
    ((low, high), (bottom, top)), _ = aligned(xs[0], y)
    possible = high >= bottom if op.kind == Reduction.MAX else low <= top
    return _of_candidates(ds[0], possible, axes, keepdims=True)


def _max_pool(op: o.MaxPool, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    def seen(a: Ints, fill: int) -> Ints:
        return windows(a, op.size, op.strides, (1,) * len(op.size), op.pads, fill)

    ((_, high), (bottom, _)), _ = aligned(xs[0], y)
    # What is never handed on: below all that a window can hold.
    possible = seen(high, int(bottom.min()) - 1) >= bottom[(..., *(None for _ in op.size))]
    return _of_candidates(ds[0].moved(lambda end: seen(end, 0)), possible, tuple(range(-len(op.size), 0)))


def _average(op: o.AveragePool, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    first = rising(op, ds)
    return hull(first, Interval(first.high, first.low)) if (op.factor.integers < 0).any() else first


def _choose(op: o.Choose, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    """Where the index stays, between the changes of the options that it can name; elsewhere anything."""
    stays = (ds[0].low.integers == 0) & (ds[0].high.integers == 0)
    return chosen(np.broadcast_to(stays, y.shape), over_options(xs[0], ds[1:]), widest(y))


def _lookup(op: o.Lookup, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    """So many entries on, each by what neighbouring entries of the part of the table that is in reach differ by."""
    slopes = np.diff(op.table.integers)
    if not slopes.size:
        return Interval.zero(y.shape)
    first, last = table_places(op, xs[0])
    stays = first >= last
    inside = np.minimum(first, slopes.size - 1)
    low, high = Extremes.of(slopes).between(inside, np.maximum(last - 1, inside))
    each = Interval.of(np.where(stays, 0, low), np.where(stays, 0, high), op.table.fractional)
    entries = Interval.of(*ds[0].outward(int(op.domain.fractional)), 0)
    return times(entries, each)


EVEN = (Rounding.TRN, Rounding.RND, Rounding.RND_MIN_INF)
"""Roundings that do the same everywhere: r(x + n) = r(x) + n. Those others do so on either side of zero, but for
RND_CONV."""


def _quantize(op: o.Quantize, xs: Sequence[Interval], ds: Sequence[Interval], y: Interval, steps: Ints) -> Interval:
    """The change rounded outward to whole steps of the type, with the slack of a rounding that is not even."""
    quantizer = op.quantizer
    kind = quantizer.type
    low, high = ds[0].low.integers, ds[0].high.integers
    drop = ds[0].unit - kind.fractional
    least, most = _floor(low, drop), -_floor(-high, drop)
    slack = _slack(quantizer.rounding, xs[0], np.asarray(steps > kind.fractional))
    # Rounding never turns things round: what does not fall does not fall after it.
    least = np.where(low >= 0, np.maximum(add(least, -slack), 0), add(least, -slack))
    most = np.where(high <= 0, np.minimum(add(most, slack), 0), add(most, slack))
    unit = int(kind.fractional.max())
    lift = unit - kind.fractional
    rounded = Interval.of(shift_left(as_ints(least), lift), shift_left(as_ints(most), lift), unit)
    inside = fits(op, xs[0])
    if quantizer.overflow in (Overflow.SAT, Overflow.SAT_SYM):
        return chosen(inside, rounded, with_zero(rounded))
    return chosen(inside, rounded, widest(y))


def _slack(rounding: Rounding, x: Interval, rounds: Ints) -> Ints:
    """How many steps the change after rounding may be beyond the change rounded outward."""
    if rounding in EVEN:
        return np.zeros(x.shape, np.int64)
    one_side = (x.low.integers >= 0) | (x.high.integers <= 0)
    even = one_side & (rounding != Rounding.RND_CONV)
    return np.where(even | ~np.broadcast_to(rounds, x.shape), 0, 1).astype(np.int64)


def _floor(integers: Ints, drop: Ints) -> Ints:
    return round_shift(integers, drop, Rounding.TRN)


RULES: Mapping[type[Any], Rule] = {
    o.Linear: _linear,
    o.Scale: _scale,
    o.Add: _same,
    o.Subtract: _subtract,
    o.Multiply: _multiply,
    o.Einsum: _einsum,
    o.Maximum: _maximum,
    o.Minimum: _minimum,
    o.Relu: _relu,
    o.LeakyRelu: _leaky_relu,
    o.Move: _same,
    o.Concatenate: _same,
    o.GroupSort: _group_sort,
    o.MaxPool: _max_pool,
    o.AveragePool: _average,
    o.Reduce: _reduce,
    o.Quantize: _quantize,
    o.Lookup: _lookup,
    o.Choose: _choose,
}
"""By operation, or a class that it derives from."""
