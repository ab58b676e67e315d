"""A second definition of every rounding, overflow and operation: loops over Fractions, one event at a time.

It shares no code with the package beyond the dataclasses that carry the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

import numpy as np

from fpgaml.graph import ops as o
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray

Reals = np.ndarray[Any, Any]
"""An object array of Fractions."""


def reals(array: FixedArray) -> Reals:
    """The numbers of a FixedArray."""
    unit = Fraction(2) ** -array.fractional
    result = np.empty(array.shape, dtype=object)
    for at in np.ndindex(array.shape):
        result[at] = int(array.integers[at]) * unit
    return result


def round_to_integer(x: Fraction, rounding: str) -> int:
    """One of the two integers next to x, by the words of UG1399."""
    below, above = floor(x), ceil(x)
    if rounding == "TRN":
        return below
    if rounding == "TRN_ZERO":
        return below if x >= 0 else above
    if x - below != above - x:
        return below if x - below < above - x else above
    towards_zero, away = sorted((below, above), key=abs)
    ties = {
        "RND": above,
        "RND_ZERO": towards_zero,
        "RND_INF": away,
        "RND_MIN_INF": below,
        "RND_CONV": below if below % 2 == 0 else above,
    }
    return ties[rounding]


def into_range(n: int, signed: int, bits: int, overflow: str) -> int:
    """An integer into `bits` bits, one of them the sign if signed."""
    if bits <= 0:
        return 0
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    if overflow == "WRAP":
        low_bits = n % 2**bits
        return low_bits - 2**bits if low_bits > high else low_bits
    if overflow == "SAT_SYM" and signed and bits > 1:
        low = -high
    if low <= n <= high:
        return n
    if overflow == "SAT_ZERO":
        return 0
    return low if n < low else high


def element_type(kind: FixedType, shape: tuple[int, ...], at: tuple[int, ...]) -> tuple[int, int, int]:
    """Sign, integer and fractional bits of one element."""
    columns = (np.broadcast_to(a, shape) for a in (kind.signed, kind.integer, kind.fractional))
    k, i, f = (int(column[at]) for column in columns)
    return k, i, f


def quantize_number(x: Fraction, k: int, i: int, f: int, rounding: str, overflow: str) -> Fraction:
    """One number into one type."""
    n = round_to_integer(x * Fraction(2) ** f, rounding)
    return into_range(n, k, k + i + f, overflow) * Fraction(2) ** -f


def quantize_all(x: Reals, quantizer: Quantizer) -> Reals:
    """A tensor without a batch axis into a quantizer's type."""
    result = np.empty(x.shape, dtype=object)
    for at in np.ndindex(x.shape):
        kind = element_type(quantizer.type, x.shape, at)
        result[at] = quantize_number(x[at], *kind, str(quantizer.rounding), str(quantizer.overflow))
    return result


def evaluate(op: o.Operation, inputs: Sequence[Reals]) -> Reals:
    """One operation on one event."""
    return _RULES[type(op).__name__](op, *inputs)


def _each(shape: tuple[int, ...], rule: Callable[[tuple[int, ...]], Any]) -> Reals:
    result = np.empty(shape, dtype=object)
    for at in np.ndindex(shape):
        result[at] = rule(at)
    return result


def _dense(op: o.Dense, x: Reals) -> Reals:
    kernel = reals(op.kernel)
    bias = reals(op.bias) if op.bias is not None else [Fraction(0)] * kernel.shape[1]
    shape = (*x.shape[:-1], kernel.shape[1])
    return _each(
        shape, lambda at: sum((x[(*at[:-1], c)] * kernel[c, at[-1]] for c in range(x.shape[-1])), bias[at[-1]])
    )


def _taps(op: Any, spatial: tuple[int, ...], at: tuple[int, ...], size: tuple[int, ...]) -> list[Any]:
    """(position in the window, position in the tensor) of each tap that is not padding."""
    dilation = getattr(op, "dilation", (1,) * len(size))
    found = []
    for tap in product(*(range(s) for s in size)):
        where = tuple(
            a * stride + t * step - before
            for a, t, stride, step, (before, _) in zip(at, tap, op.strides, dilation, op.pads, strict=True)
        )
        if all(0 <= w < n for w, n in zip(where, spatial, strict=True)):
            found.append((tap, where))
    return found


def _positions(op: Any, spatial: tuple[int, ...], size: tuple[int, ...]) -> tuple[int, ...]:
    """Count the window positions one by one."""
    counts = []
    dilation = getattr(op, "dilation", (1,) * len(size))
    for n, width, stride, step, (before, after) in zip(spatial, size, op.strides, dilation, op.pads, strict=True):
        starts = [s for s in range(0, before + n + after, stride) if s + (width - 1) * step < before + n + after]
        counts.append(len(starts))
    return tuple(counts)


def _conv(op: o.Conv1D | o.Conv2D, x: Reals) -> Reals:
    kernel = reals(op.kernel)
    size, (inner, filters) = kernel.shape[:-2], kernel.shape[-2:]
    bias = reals(op.bias) if op.bias is not None else [Fraction(0)] * filters
    spatial = x.shape[:-1]

    def one(at: tuple[int, ...]) -> Fraction:
        *where, filter_ = at
        group = filter_ // (filters // op.groups)
        total = bias[filter_]
        for tap, source in _taps(op, spatial, tuple(where), size):
            for c in range(inner):
                total += x[(*source, group * inner + c)] * kernel[(*tap, c, filter_)]
        return total

    return _each((*_positions(op, spatial, size), filters), one)


def _einsum_dense(op: o.EinsumDense, x: Reals) -> Reals:
    result = _contracted(op.equation, x, reals(op.kernel))
    return result if op.bias is None else _pairs(result, reals(op.bias), lambda a, b: a + b)


def _contracted(equation: str, x: Reals, kernel: Reals) -> Reals:
    left, output = equation.split("->")
    first, second = left.split(",")
    sizes = dict(zip(first, x.shape, strict=True)) | dict(zip(second, kernel.shape, strict=True))
    shape = tuple(sizes[c] for c in output)
    result = _each(shape, lambda _: Fraction(0))
    for values in product(*(range(n) for n in sizes.values())):
        index = dict(zip(sizes, values, strict=True))
        term = x[tuple(index[c] for c in first)] * kernel[tuple(index[c] for c in second)]
        result[tuple(index[c] for c in output)] += term
    return result


def _pairs(a: Reals, b: Reals, rule: Callable[[Any, Any], Any]) -> Reals:
    shape = tuple(max(m, n) for m, n in zip(a.shape, b.shape, strict=True))

    def pick(array: Reals, at: tuple[int, ...]) -> Any:
        return array[tuple(0 if n == 1 else i for i, n in zip(at, array.shape, strict=True))]

    return _each(shape, lambda at: rule(pick(a, at), pick(b, at)))


def _lookup(op: o.Lookup, x: Reals) -> Reals:
    k, i, f = (int(n) for n in (op.domain.signed, op.domain.integer, op.domain.fractional))
    bits = max(k + i + f, 0)
    first = -(2 ** (bits - 1)) if k and bits else 0
    table = {(first + j) * Fraction(2) ** -f: value for j, value in enumerate(reals(op.table))}
    return _each(x.shape, lambda at: table[x[at]])


def _pool(op: o.MaxPool | o.AveragePool, x: Reals) -> Reals:
    spatial, channels = x.shape[:-1], x.shape[-1]

    def one(at: tuple[int, ...]) -> Fraction:
        values = [x[(*source, at[-1])] for _, source in _taps(op, spatial, at[:-1], op.size)]
        return max(values) if isinstance(op, o.MaxPool) else sum(values, Fraction(0))

    result = _each((*_positions(op, spatial, op.size), channels), one)
    return _pairs(result, reals(op.factor), lambda a, b: a * b) if isinstance(op, o.AveragePool) else result


def _reduce(op: o.Reduce, x: Reals) -> Reals:
    axes = {a % x.ndim for a in op.axes}
    rule: Callable[[list[Any]], Any] = {"sum": sum, "max": max, "min": min}[str(op.kind)]

    def one(at: tuple[int, ...]) -> Any:
        ranges = [range(n) if axis in axes else (at[axis],) for axis, n in enumerate(x.shape)]
        return rule([x[where] for where in product(*ranges)])

    return _each(tuple(1 if axis in axes else n for axis, n in enumerate(x.shape)), one)


def _reshape(op: o.Reshape, x: Reals) -> Reals:
    values = [x[at] for at in np.ndindex(x.shape)]
    result = np.empty(op.dims, dtype=object)
    for at, value in zip(np.ndindex(op.dims), values, strict=True):
        result[at] = value
    return result


def _transpose(op: o.Transpose, x: Reals) -> Reals:
    result = np.empty(tuple(x.shape[axis] for axis in op.order), dtype=object)
    for at in np.ndindex(x.shape):
        result[tuple(at[axis] for axis in op.order)] = x[at]
    return result


def _pad(op: o.Pad, x: Reals) -> Reals:
    result = _each(tuple(a + n + b for n, (a, b) in zip(x.shape, op.pads, strict=True)), lambda _: Fraction(0))
    for at in np.ndindex(x.shape):
        result[tuple(i + a for i, (a, _) in zip(at, op.pads, strict=True))] = x[at]
    return result


def _slice(op: o.Slice, x: Reals) -> Reals:
    picks = [list(range(*box)) for box in zip(op.starts, op.stops, op.steps, strict=True)]
    shape = tuple(len(p) for p in picks)
    return _each(shape, lambda at: x[tuple(p[i] for p, i in zip(picks, at, strict=True))])


def _upsample(op: o.UpSample, x: Reals) -> Reals:
    factors = (*op.factors, 1)
    shape = tuple(n * factor for n, factor in zip(x.shape, factors, strict=True))
    return _each(shape, lambda at: x[tuple(i // factor for i, factor in zip(at, factors, strict=True))])


def _group_sort(op: o.GroupSort, x: Reals) -> Reals:
    def one(at: tuple[int, ...]) -> Any:
        start = at[-1] // op.group * op.group
        return sorted(x[(*at[:-1], c)] for c in range(start, start + op.group))[at[-1] - start]

    return _each(x.shape, one)


def _concatenate(op: o.Concatenate, *inputs: Reals) -> Reals:
    axis = op.axis % inputs[0].ndim
    owners = [(x, i) for x in inputs for i in range(x.shape[axis])]
    shape = (*inputs[0].shape[:axis], len(owners), *inputs[0].shape[axis + 1 :])

    def one(at: tuple[int, ...]) -> Any:
        x, i = owners[at[axis]]
        return x[(*at[:axis], i, *at[axis + 1 :])]

    return _each(shape, one)


def _choose(_: o.Choose, index: Reals, *options: Reals) -> Reals:
    shape = np.broadcast_shapes(index.shape, *(option.shape for option in options))
    chosen = np.broadcast_to(index, shape)
    return _each(shape, lambda at: np.broadcast_to(options[int(chosen[at])], shape)[at])


def _at(x: Reals, place: tuple[int, ...]) -> Any:
    """An element of a tensor that broadcasts."""
    return x[tuple(0 if size == 1 else number for size, number in zip(x.shape, place, strict=True))]


def _gather(op: o.Gather, x: Reals, index: Reals) -> Reals:
    axis = op.axis % x.ndim
    shape = [max(pair) for pair in zip(x.shape, index.shape, strict=True)]
    shape[axis] = index.shape[axis]

    def one(at: tuple[int, ...]) -> Any:
        number = _at(index, at)
        options = {n: x.take([n], axis) for n in range(x.shape[axis])}
        return _at(options[int(number)], (*at[:axis], 0, *at[axis + 1 :])) if number in options else Fraction(0)

    return _each(tuple(shape), one)


def _scatter_add(op: o.ScatterAdd, x: Reals, index: Reals) -> Reals:
    axis = op.axis % x.ndim
    shape = [max(pair) for pair in zip(x.shape, index.shape, strict=True)]
    shape[axis] = op.size

    def one(at: tuple[int, ...]) -> Any:
        terms = [(*at[:axis], e, *at[axis + 1 :]) for e in range(x.shape[axis])]
        return sum((_at(x, term) for term in terms if _at(index, term) == at[axis]), Fraction(0))

    return _each(tuple(shape), one)


def _scan(op: Scan, x: Reals, *given: Reals) -> Reals:
    before, (step, *held) = iter(given), op.cell.inputs
    states = [next(before) if value is None else reals(value) for value in op.initial]
    outputs: list[Reals] = [x] * len(x)
    at = 0
    for count in range(len(x)):
        at = len(x) - 1 - count if op.reverse else count
        known = {step.name: x[at]} | {node.name: state for node, state in zip(held, states, strict=True)}
        for node in op.cell.nodes:
            if node.name not in known:
                known[node.name] = evaluate(node.op, [known[name] for name in node.inputs])
        *states, outputs[at] = [known[name] for name in op.cell.outputs]
    return np.stack(outputs) if op.sequence else outputs[at]


def _scale(op: o.Scale, x: Reals) -> Reals:
    return _pairs(_pairs(x, reals(op.factor), lambda a, b: a * b), reals(op.offset), lambda a, b: a + b)


_RULES: dict[str, Callable[..., Reals]] = {
    "Constant": lambda op: reals(op.value),
    "Quantize": lambda op, x: quantize_all(x, op.quantizer),
    "Dense": _dense,
    "Conv1D": _conv,
    "Conv2D": _conv,
    "EinsumDense": _einsum_dense,
    "Einsum": lambda op, x, y: _contracted(op.equation, x, y),
    "Scale": _scale,
    "Add": lambda _, a, b: _pairs(a, b, lambda p, q: p + q),
    "Subtract": lambda _, a, b: _pairs(a, b, lambda p, q: p - q),
    "Multiply": lambda _, a, b: _pairs(a, b, lambda p, q: p * q),
    "Maximum": lambda _, a, b: _pairs(a, b, max),
    "Minimum": lambda _, a, b: _pairs(a, b, min),
    "Concatenate": _concatenate,
    "Relu": lambda _, x: _each(x.shape, lambda at: max(x[at], Fraction(0))),
    "LeakyRelu": lambda op, x: _each(x.shape, lambda at: x[at] if x[at] >= 0 else x[at] / 2**op.shift),
    "Lookup": _lookup,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "Reduce": _reduce,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Pad": _pad,
    "Slice": _slice,
    "UpSample": _upsample,
    "GroupSort": _group_sort,
    "Choose": _choose,
    "Gather": _gather,
    "ScatterAdd": _scatter_add,
    "Scan": _scan,
}
