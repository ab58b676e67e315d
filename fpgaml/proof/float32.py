"""What float32 can do to a fixed-point network: a bound on how far a framework's outputs may lie from the exact ones.

Forward error analysis along the Graph, for given events. The framework is taken to compute each operation as the Graph
has it, each product and each addition rounded to nearest, sums in any order: a sum of n terms is then off by at most
n u / (1 - n u) times the sum of their absolute values, u = 2**-24 (Higham, Accuracy and Stability of Numerical
Algorithms, 2002, chapter 3). Where all partial sums fit into 24 bits nothing is rounded, and the bound is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.axes import plan_layout
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import (
    Add,
    AveragePool,
    Constant,
    Einsum,
    Gather,
    GroupSort,
    Input,
    LeakyRelu,
    Linear,
    Lookup,
    Maximum,
    MaxPool,
    Minimum,
    Multiply,
    Quantize,
    Reduce,
    Reduction,
    Relu,
    Scale,
    ScatterAdd,
    Subtract,
)
from fpgaml.graph.types import Overflow
from fpgaml.graph.values import FLOAT64_EXACT, FixedArray, add, magnitude, multiply, quantize
from fpgaml.passes.unroll_scans import UnrollScans

U = 2.0**-24
"""Half the distance of neighbouring float32 numbers near 1."""
BITS = 24
"""Integers up to 2**24 are float32 numbers, all of them."""
SLACK = 1 + 2.0**-30
"""The analysis itself is made in float64: each step is rounded up by this."""
FARTHEST = 2.0**60
"""Steps of a quantizer's input that it is looked at over; one that may move farther counts with its type's range."""
FEW = 8
"""Entries of a table to either side that are looked at one by one; beyond, the whole table counts."""

Errors = NDArray[np.float64]
"""Bounds in real units, of a tensor's shape."""
Total = Callable[[FixedArray], FixedArray]
Rule = Callable[[Any, Sequence[FixedArray], Sequence[Errors], FixedArray], Errors]


@dataclass(frozen=True)
class Explanation:
    """How much of an output's differences float32 explains; add those of consecutive chunks with `+`.

    Args:
        differing, beyond: how many values differ, and how many of them by more than their bound.
        largest: the largest bound of a value that differs, in real units.
    """

    differing: int = 0
    beyond: int = 0
    largest: float = 0.0

    def __add__(self, other: Explanation) -> Explanation:
        return Explanation(
            self.differing + other.differing, self.beyond + other.beyond, max(self.largest, other.largest)
        )


def explain(
    graph: Graph, inputs: Mapping[str, FixedArray], name: str, value: FixedArray, answers: NDArray[Any]
) -> Explanation:
    """Compare an output's differences with what float32 can explain.

    Args:
        inputs: of the Graph, shape (events, *shape); value, answers: the Graph's and the framework's output for them.
    """
    given = plan_layout(answers.shape[1:], value.shape[1:], name).apply(answers).astype(np.float64)
    exact = value.to_float()
    with np.errstate(over="ignore"):
        differs = (given != exact) & (given != exact.astype(np.float32))
    events = np.flatnonzero(differs.reshape(len(differs), -1).any(axis=1))
    if not events.size:
        return Explanation()
    chosen = {n: FixedArray(v.integers[events], v.fractional) for n, v in inputs.items()}
    bounds = rounding_bounds(graph, chosen)[name]
    there = differs[events]
    distance = np.abs(given[events] - exact[events])
    within = distance <= bounds + np.abs(exact[events]) * 2.0**-52
    beyond = there & ~(within & np.isfinite(bounds))  # where no bound is known, nothing is explained
    # What was not computed in float32 is not explained by it.
    beyond |= there & (given[events].astype(np.float32) != given[events])
    return Explanation(int(there.sum()), int(beyond.sum()), float(np.max(bounds, where=there, initial=0.0)))


def rounding_bounds(graph: Graph, inputs: Mapping[str, FixedArray]) -> dict[str, Errors]:
    """For each output how far a float32 computation of these events can be from the exact values.

    Args:
        inputs: for each Input node values of shape (events, *shape).

    Returns:
        By output, shape (events, *shape), in real units; infinity where an operation has no rule, and behind it.
    """
    graph = UnrollScans().apply(graph)
    errors: dict[str, Errors] = {}

    def watch(node: Node, values: list[FixedArray], result: FixedArray) -> None:
        given = [errors[name] for name in node.inputs]
        errors[node.name] = np.broadcast_to(_error(node.op, values, given, result) * SLACK, result.shape)

    interpret(graph, inputs, watch)
    return {name: errors[name] for name in graph.outputs}


def _error(op: Any, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    if any(not np.isfinite(error).all() for error in errors):
        return np.full(result.shape, np.inf)
    if op.moves_only:
        return _real(op.run([_upper(error) for error in errors]))
    for kind, rule in RULES.items():
        if isinstance(op, kind):
            return rule(op, values, errors, result)
    return np.full(result.shape, np.inf)


def _upper(values: Errors) -> FixedArray:
    """Numbers that are not negative, rounded up to 30 bits of the largest."""
    largest = float(values.max(initial=0.0))
    bits = 30 - int(np.frexp(largest)[1]) if largest else 0
    return FixedArray(np.ceil(np.ldexp(values, bits)).astype(np.int64), bits)


def _real(value: FixedArray) -> Errors:
    return value.to_float() * SLACK


def _size(value: FixedArray) -> Errors:
    return np.abs(value.to_float()) * SLACK


def _rounded(result: FixedArray, carried: Errors, roundings: int = 1) -> Errors:
    """The error of a result that was rounded so many times: none if it is a float32 number and nothing was carried."""
    exact = result.to_float()
    whole = magnitude(result.integers) <= FLOAT64_EXACT  # beyond, the float64 itself is rounded
    free = (carried == 0) & (exact.astype(np.float32) == exact) & whole
    return np.where(free, 0.0, carried + roundings * 1.001 * U * (np.abs(exact) * SLACK + carried))


def _gamma(terms: float) -> float:
    return float("inf") if terms * U >= 0.5 else terms * U / (1 - terms * U)


def _input(op: Input, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    return _rounded(result, np.zeros(result.shape))


def _constant(op: Constant, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    return _rounded(result, np.zeros(result.shape))


def _linear(op: Linear, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    x, kernel = values[0], op.kernel
    weights = abs(kernel.integers)

    def product(array: Errors) -> Errors:
        upper = _upper(array)
        return _real(FixedArray(op.product(upper.integers, weights), upper.fractional + kernel.fractional))

    ones = np.ones((1, *x.shape[1:]), np.int64)
    terms = 3 + int(op.product(ones, np.ones(kernel.shape, np.int64)).max(initial=0))
    bias = np.zeros(()) if op.bias is None else _size(op.bias)
    carried = product(errors[0])
    gamma = _gamma(terms)
    rounded = gamma * (product(_size(x) + errors[0]) + bias)
    return np.where(_on_a_grid(op, x) & (carried == 0), 0.0, carried + rounded)


def _on_a_grid(op: Linear, x: FixedArray) -> NDArray[np.bool_]:
    """Where every partial sum, in any order, is a multiple of one step and below 2**24 steps."""
    x, kernel = _shortened(x), _shortened(op.kernel)
    sums = FixedArray(op.product(abs(x.integers), abs(kernel.integers)), x.fractional + kernel.fractional)
    step = sums.fractional
    if op.bias is not None:
        bias = _shortened(op.bias)
        step = max(step, bias.fractional)
        sums = FixedArray(sums.at(step) + abs(bias.at(step)), step)
    return np.asarray(sums.at(step) <= 1 << BITS, dtype=bool)


def _shortened(value: FixedArray) -> FixedArray:
    """The same numbers without the low bits that are zero in all of them."""
    used = np.bitwise_or.reduce(value.integers, axis=None) if value.integers.size else 0
    zeros = (int(used) & -int(used)).bit_length() - 1 if int(used) else 0
    return FixedArray(value.integers >> zeros, value.fractional - zeros)


def _sum(total: Total, values: Sequence[FixedArray], errors: Sequence[Errors], terms: int) -> Errors:
    """The error of a sum of some elements, by what makes sums of a tensor."""
    x = _shortened(values[0])
    sums = total(FixedArray(abs(x.integers), x.fractional))
    exact = np.asarray(sums.at(max(sums.fractional, x.fractional)) <= 1 << BITS, dtype=bool)
    carried = _real(total(_upper(errors[0])))
    rounded = _gamma(terms + 2) * _real(total(_upper(_size(values[0]) + errors[0])))
    return np.where(exact & (carried == 0), 0.0, carried + rounded)


def _reduce(op: Reduce, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    if op.kind == Reduction.SUM:
        return _sum(lambda x: op.run([x]), values, errors, values[0].integers.size // max(result.integers.size, 1))
    return _real(replace(op, kind=Reduction.MAX).run([_upper(errors[0])]))


def _gathered(op: Gather, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    if errors[1].any():  # another element altogether
        return np.full(result.shape, np.inf)
    return _real(op.run([_upper(errors[0]), values[1]]))


def _scattered(op: ScatterAdd, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    if errors[1].any():
        return np.full(result.shape, np.inf)
    return _sum(lambda x: op.run([x, values[1]]), values, errors, values[0].shape[1:][op.axis])


def _average(op: AveragePool, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    sums = replace(op, factor=FixedArray(np.ones((1,) * len(result.shape[1:]), np.int64), 0))
    of_sums = _sum(lambda x: sums.run([x]), values, errors, int(np.prod(op.size)))
    factor = _size(op.factor)
    return _rounded(result, of_sums * factor, 2)


def _max_pool(op: MaxPool, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    return _real(op.run([_upper(errors[0])]))


def _scale(op: Scale, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    product = FixedArray(multiply(values[0].integers, op.factor.integers), values[0].fractional + op.factor.fractional)
    carried = _rounded(product, errors[0] * _size(op.factor))
    return _rounded(result, carried)


def _added(op: Add | Subtract, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    return _rounded(result, errors[0] + errors[1])


def _multiplied(op: Multiply, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    (a, b), (ea, eb) = (_size(value) for value in values), errors
    return _rounded(result, a * eb + b * ea + ea * eb)


def _contracted(op: Einsum, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    def product(a: Errors, b: Errors) -> Errors:
        return _real(op.run([_upper(a), _upper(b)]))

    (a, b), (ea, eb) = (_size(value) for value in values), errors
    carried = product(a, eb) + product(ea, b + eb)
    gamma = _gamma(2 + op.terms([value.shape[1:] for value in values]))
    # Partial sums that are multiples of one step and below 2**24 steps, in any order, are exact.
    first, second = (_shortened(value) for value in values)
    sums = op.run([FixedArray(abs(x.integers), x.fractional) for x in (first, second)])
    exact = np.asarray(sums.integers <= 1 << BITS, dtype=bool)
    return np.where(exact & (carried == 0), 0.0, carried + gamma * product(a + ea, b + eb))


def _chosen(op: Any, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    return np.asarray(np.maximum.reduce(np.broadcast_arrays(*errors)))


def _sorted(op: GroupSort, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    grouped = errors[0].reshape(*errors[0].shape[:-1], -1, op.group)
    largest = grouped.max(axis=-1, keepdims=True)
    return np.asarray(np.broadcast_to(largest, grouped.shape).reshape(errors[0].shape))


def _quantized(op: Quantize, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    """How far the quantised value moves when its input does: one step where a rounding tips over, or a wrap."""
    x, kind = values[0], op.quantizer.type
    step = np.ldexp(1.0, -np.asarray(kind.fractional))
    # Rounding by floor(x / step + 1/2) needs a bit more than x itself.
    wide = _size(x) / step >= 2.0 ** (BITS - 2)
    error = np.where((errors[0] > 0) | wide, errors[0] + 2 * U * (_size(x) + step), 0.0)
    if not error.any():
        return np.zeros(result.shape)
    fine = max(x.fractional, int(np.max(kind.fractional)) + 4)
    reach = np.ceil(np.ldexp(error, fine))
    beyond = reach >= FARTHEST
    moved, centre = np.minimum(reach, FARTHEST).astype(np.int64), x.at(fine)
    near = [FixedArray(add(centre, sign * moved), fine) for sign in (1, 0, -1)]
    up, here, down = (quantize(value, op.quantizer).to_float() for value in near)
    span = np.ldexp(1.0, np.asarray(kind.signed) + np.asarray(kind.integer))
    # Only an overflow makes a larger input give a smaller result, if it moves by less than half of the range.
    jumps = (up < here) | (here < down) | (error >= span / 2) | beyond
    if op.quantizer.overflow == Overflow.SAT_ZERO:
        jumps |= np.asarray(op.outside(near[0]) | op.outside(near[2]))
    found = np.where(jumps, span, np.maximum(up - here, here - down))
    return np.where(error > 0, found, 0.0)


def _looked_up(op: Lookup, values: Sequence[FixedArray], errors: Sequence[Errors], result: FixedArray) -> Errors:
    table, step = op.table.to_float(), 2.0 ** -int(op.domain.fractional)
    steps = np.ceil(errors[0] / step)
    codes = (values[0].at(int(op.domain.fractional)) - int(op.domain.bounds()[0])).astype(np.int64)
    found = np.zeros(result.shape)
    for distance in range(1, int(min(FEW, steps.max(initial=0.0))) + 1):
        for sign in (-1, 1):
            near = table[np.clip(codes + sign * distance, 0, len(table) - 1)]
            found = np.where(steps >= distance, np.maximum(found, np.abs(near - table[codes])), found)
    return np.where(steps > FEW, np.ptp(table), found)


RULES: Mapping[type, Rule] = {
    Input: _input,
    Constant: _constant,
    Linear: _linear,
    Scale: _scale,
    Add: _added,
    Subtract: _added,
    Multiply: _multiplied,
    Einsum: _contracted,
    Maximum: _chosen,
    Minimum: _chosen,
    Relu: _chosen,
    LeakyRelu: _chosen,
    Quantize: _quantized,
    Lookup: _looked_up,
    MaxPool: _max_pool,
    AveragePool: _average,
    Reduce: _reduce,
    GroupSort: _sorted,
    Gather: _gathered,
    ScatterAdd: _scattered,
}
"""How an operation's error follows from its inputs' values and errors."""
