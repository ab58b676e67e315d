"""Inferred ranges and types worked out by hand: they are tight, not only safe."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fpgaml.graph import ops as o
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Operation
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from tests.graph.build import BYTE, fixed, graph_of, range_of

S = Fraction(1, 16)
"""The step of ap_fixed<8,4>."""
NO_PADS = ((0, 0),)


def quantize(kind: FixedType, rounding: Rounding = Rounding.TRN, overflow: Overflow = Overflow.SAT) -> o.Quantize:
    return o.Quantize(Quantizer(kind, rounding, overflow))


# operation, input shapes, (low, high) of the first element of the result, its type
CASES: list[tuple[Operation, list[tuple[int, ...]], Any, Any, FixedType]] = [
    (o.Relu(), [(2,)], 0, 127 * S, FixedType(0, 3, 4)),
    (o.LeakyRelu(2), [(2,)], -32 * S, 127 * S, FixedType(1, 3, 6)),
    (o.Add(), [(2,), (2,)], -256 * S, 254 * S, FixedType(1, 4, 4)),
    (o.Subtract(), [(2,), (2,)], -255 * S, 255 * S, FixedType(1, 4, 4)),
    (o.Multiply(), [(2,), (2,)], -128 * 127 * S * S, 128 * 128 * S * S, FixedType(1, 7, 8)),
    (o.Maximum(), [(2,), (2,)], -128 * S, 127 * S, BYTE),
    (o.Concatenate(0), [(2,), (1,)], -128 * S, 127 * S, BYTE),
    (o.Scale(fixed([3], 1), fixed([1], 2)), [(2,)], -12 + Fraction(1, 4), 127 * S * 3 / 2 + Fraction(1, 4),
     FixedType(1, 4, 5)),
    # 3 x0 - 2 x1 + 1/2: from -3*128 - 2*127 to 3*127 + 2*128 steps
    (o.Dense(fixed([[3], [-2]]), fixed([1], 1)), [(2,)], -638 * S + Fraction(1, 2), 637 * S + Fraction(1, 2),
     FixedType(1, 6, 4)),
    (o.EinsumDense(fixed([[3], [-2]]), None, "c,cd->d"), [(2,)], -638 * S, 637 * S, FixedType(1, 6, 4)),
    # Each of two products of ap_fixed<8,4> reaches from -128 * 127 to 128 * 128 steps of 1/256.
    (o.Einsum("tc,cd->td"), [(3, 2), (2, 3)], -2 * 128 * 127 * S * S, 2 * 128 * 128 * S * S, FixedType(1, 8, 8)),
    (o.Conv1D(fixed([[[2]], [[2]]]), None, (1,), (1,), NO_PADS), [(3, 1)], -512 * S, 508 * S, FixedType(1, 5, 3)),
    # The first window of a padded convolution sees one tap only.
    (o.Conv1D(fixed([[[1]], [[1]]]), None, (1,), (1,), ((1, 0),)), [(3, 1)], -128 * S, 127 * S,
     FixedType(1, [[3], [4], [4]], 4)),
    (o.Dense(fixed([[0], [0]]), None), [(2,)], 0, 0, FixedType(0, 0, 0)),
    (o.Dense(fixed([[0], [4]]), None), [(2,)], -512 * S, 508 * S, FixedType(1, 5, 2)),
    (o.AveragePool((2,), (2,), NO_PADS, fixed([[1]], 1)), [(4, 1)], -128 * S, 127 * S, FixedType(1, 3, 5)),
    (o.MaxPool((2,), (2,), ((1, 1),)), [(4, 1)], -128 * S, 127 * S, BYTE),
    (o.Reduce(o.Reduction.SUM, (0,)), [(5,)], -640 * S, 635 * S, FixedType(1, 6, 4)),
    (o.Reduce(o.Reduction.MAX, (0,)), [(5,)], -128 * S, 127 * S, BYTE),
    (o.Pad(((1, 0),)), [(2,)], 0, 0, FixedType([0, 1, 1], [0, 3, 3], [0, 4, 4])),
    (o.Lookup(BYTE, fixed([5] * 255 + [-3], 1)), [(2,)], Fraction(-3, 2), Fraction(5, 2), FixedType(1, 2, 1)),
    (o.Constant(fixed([6], 1)), [], 3, 3, FixedType(0, 2, 0)),
    # Quantize: what the type allows and the input can reach
    (quantize(FixedType(1, 1, 2)), [(2,)], -2, Fraction(7, 4), FixedType(1, 1, 2)),
    (quantize(FixedType(1, 5, 6)), [(2,)], -128 * S, 127 * S, BYTE),
    (quantize(FixedType(1, 3, 1), Rounding.RND), [(2,)], -8, Fraction(15, 2), FixedType(1, 3, 1)),
    (quantize(FixedType(1, 4, 1), Rounding.RND), [(2,)], -8, 8, FixedType(1, 4, 1)),
    (quantize(FixedType(0, 2, 1)), [(2,)], 0, Fraction(7, 2), FixedType(0, 2, 1)),
    (quantize(FixedType(1, 1, 2), overflow=Overflow.SAT_SYM), [(2,)], Fraction(-7, 4), Fraction(7, 4),
     FixedType(1, 1, 2)),
    (quantize(FixedType(1, 1, 2), overflow=Overflow.WRAP), [(2,)], -2, Fraction(7, 4), FixedType(1, 1, 2)),
    (quantize(FixedType(1, 1, 2), overflow=Overflow.SAT_ZERO), [(2,)], -2, Fraction(7, 4), FixedType(1, 1, 2)),
    (quantize(FixedType(1, -3, 2)), [(2,)], 0, 0, FixedType(0, 0, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("op", "shapes", "low", "high", "kind"), CASES, ids=lambda x: getattr(type(x), "__name__", ""))
def test_range_and_type(op: Operation, shapes: list[tuple[int, ...]], low: Any, high: Any, kind: FixedType) -> None:
    known = range_of(op, *shapes)
    unit = Fraction(2) ** -known.unit
    assert int(known.low.flat[0]) * unit == low
    assert int(known.high.flat[0]) * unit == high
    assert known.type() == kind


def test_a_symmetric_input_never_has_its_lowest_code() -> None:
    known = range_of_input(Quantizer(FixedType(1, 3, 4), overflow=Overflow.SAT_SYM))
    assert known == (-127, 127)
    assert range_of_input(Quantizer(FixedType(1, 0, 0), overflow=Overflow.SAT_SYM)) == (-1, 0)
    assert range_of_input(Quantizer(FixedType(0, 4, 4), overflow=Overflow.SAT_SYM)) == (0, 255)


def range_of_input(quantizer: Quantizer) -> tuple[int, int]:
    known = o.Input((2,), quantizer).range([])
    return int(known.low[0]), int(known.high[0])


def test_elements_keep_their_own_types() -> None:
    kind = FixedType([1, 0], [3, 1], [4, 2])
    known = range_of(o.Dense(fixed([[1, 0], [0, 1]]), None), (2,), kind=kind)
    assert known.type() == kind
    sorted_range = range_of(o.GroupSort(2), (2,), kind=kind)
    assert sorted_range.type() == FixedType([1, 0], [3, 3], [4, 4])


def test_sums_of_more_than_63_bits_are_exact() -> None:
    wide = FixedType(1, 39, 0)
    graph = graph_of(o.Dense(fixed([[2**39 - 1], [-(2**39)], [1]]), fixed([7], 3)), (3,), kind=wide)
    x = fixed([[2**39 - 1, -(2**39), 5], [-(2**39), 2**39 - 1, -1]])
    result = interpret(graph, {"x0": x})["y"]
    # (2^39-1)^2 + 2^78 + 5 + 7/8 and its opposite corner, both beyond 2^78
    first = (2**78 - 2**40 + 1 + 2**78 + 5) * 8 + 7
    second = (-(2**78) + 2**39 - 2**78 + 2**39 - 1) * 8 + 7
    assert result == fixed([[first], [second]], 3)
    assert graph.types["y"] == FixedType(1, 79, 3)


def test_products_and_sums_beyond_int64() -> None:
    wide = FixedType(1, 59, 2)
    x = {"x0": fixed([[2**61 - 1, -(2**61)]], 2), "x1": fixed([[-(2**61), -(2**61)]], 2)}
    assert interpret(graph_of(o.Multiply(), (2,), (2,), kind=wide), x)["y"] == fixed([[-(2**122) + 2**61, 2**122]], 4)
    assert interpret(graph_of(o.Add(), (2,), (2,), kind=wide), x)["y"] == fixed([[-1, -(2**62)]], 2)
    total = graph_of(o.Reduce(o.Reduction.SUM, (0,)), (9,), kind=wide)
    assert interpret(total, {"x0": fixed([[-(2**61)] * 9], 2)})["y"] == fixed([[-9 * 2**61]], 2)


def test_a_float64_would_round_this_sum() -> None:
    kernel = fixed([[2**30 + 1]] * 4)
    x = fixed([[2**24 + 1] * 4])
    graph = graph_of(o.Dense(kernel, None), (4,), kind=FixedType(0, 30, 0))
    assert interpret(graph, {"x0": x})["y"] == fixed([[4 * (2**30 + 1) * (2**24 + 1)]])


def test_coarse_steps_survive_a_saturation_only_inside_the_type() -> None:
    even = o.Scale(fixed([2]), fixed([0]))
    builder = graph_of(even, (1,), kind=FixedType(1, 3, 0))
    doubled = builder.ranges["y"]
    inside = quantize(FixedType(1, 5, 0)).range([doubled])
    clipped = quantize(FixedType(1, 2, 0)).range([doubled])
    assert inside.fractional.tolist() == [-1]
    assert clipped.fractional.tolist() == [0]  # 3, the end of the type, is odd
    assert np.array_equal(clipped.high, [3])


@pytest.mark.parametrize("bits", [1, 31, 52, 53, 54, 55, 60, 61, 62, 63, 64, 100])
@pytest.mark.parametrize("signed", [0, 1])
def test_no_bit_too_many_at_any_width(bits: int, signed: int) -> None:
    kind = FixedType(signed, bits, 0)
    assert range_of(o.Reshape((1,)), (1,), kind=kind).type() == kind


def test_ends_are_multiples_of_a_step_that_is_further_off_than_the_machines_words() -> None:
    wide = np.array([(1 << 94) - 1], dtype=object)
    held = ValueRange(-wide, wide, np.array([24]), 106)
    assert (held.low[0], held.high[0]) == (-(1 << 94) + (1 << 82), (1 << 94) - (1 << 82))
