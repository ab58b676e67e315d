"""How many bits a network's numbers need: which floating-point format its framework must compute in to be exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import AveragePool, Einsum, Linear, Lookup, Quantize, Reduce, Reduction, Scale
from fpgaml.graph.ops.scan import Scan, every_node
from fpgaml.graph.ranges import ZERO_STEP, ValueRange
from fpgaml.graph.values import FixedArray, add, multiply

FLOAT32_BITS, FLOAT64_BITS = 24, 53
"""Integers of so many bits are floating-point numbers, all of them."""


def needs_float64(graph: Graph) -> bool:
    """Whether a framework may round in float32 and cannot in float64, by the ranges of the Graph.

    False where there is a lookup table: a function that is computed in float64 has other roundings than the one that
    the model was trained with.
    """
    if any(isinstance(node.op, Lookup) for node in every_node(graph)):
        return False
    return FLOAT32_BITS < bits_needed(graph) <= FLOAT64_BITS


def bits_needed(graph: Graph) -> int:
    """Bits, without a sign, of the widest number in any step of any operation, with sums in any order."""
    ranges = graph.ranges
    return max(_bits(node.op, [ranges[name] for name in node.inputs], ranges[node.name]) for node in graph.nodes)


def _bits(op: Any, inputs: Sequence[ValueRange], result: ValueRange) -> int:
    if op.moves_only:
        return 0
    if isinstance(op, Scan):
        return bits_needed(op.cell)
    largest, steps = _magnitude(result), result.fractional
    if isinstance(op, Linear):
        largest = _plus(_product(op, inputs[0]), op.bias)
    elif isinstance(op, Einsum):
        largest = op.run([_magnitude(x) for x in inputs])
    elif isinstance(op, Scale):
        x = _magnitude(inputs[0])
        factor = abs(op.factor.integers)
        largest = _plus(FixedArray(multiply(x.integers, factor), x.fractional + op.factor.fractional), op.offset)
    elif isinstance(op, Reduce) and op.kind == Reduction.SUM:
        largest = op.run([_magnitude(inputs[0])])
    elif isinstance(op, AveragePool):
        ones = FixedArray(np.ones(op.factor.shape, np.int64), 0)
        sums = replace(op, factor=ones).run([_magnitude(inputs[0])])
        return max(_width(sums, np.asarray(inputs[0].fractional.max())), _width(largest, steps))
    elif isinstance(op, Quantize):
        # floor(x / step + 1/2): one more bit for the half, one for the sum.
        of_input = _width(_magnitude(inputs[0]), np.asarray(op.quantizer.type.fractional)) + 2
        return max(of_input, _width(largest, steps))
    return _width(largest, steps)


def _magnitude(values: ValueRange) -> FixedArray:
    """The largest absolute value of each element, as a batch of one."""
    return FixedArray(np.maximum(abs(values.low), abs(values.high))[None], values.unit)


def _product(op: Linear, x: ValueRange) -> FixedArray:
    largest = _magnitude(x)
    sums = op.product(largest.integers, abs(op.kernel.integers))
    return FixedArray(sums, largest.fractional + op.kernel.fractional)


def _plus(value: FixedArray, constant: FixedArray | None) -> FixedArray:
    if constant is None:
        return value
    unit = max(value.fractional, constant.fractional)
    return FixedArray(add(value.at(unit), abs(constant.at(unit))), unit)


def _width(largest: FixedArray, steps: NDArray[np.int64]) -> int:
    """Bits of the largest numbers in units of their steps."""
    units = np.ldexp(largest.to_float(), np.where(steps > ZERO_STEP, steps, 0))
    most = float(np.max(units, where=np.broadcast_to(steps > ZERO_STEP, units.shape), initial=0.0))
    return max(0, int(np.ceil(np.log2(most)))) if most else 0
