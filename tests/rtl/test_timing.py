"""When bits are there, worked out by hand from the delay table: 1.09375 ns an adder, 0.025390625 a bit of carry."""

from __future__ import annotations

import pytest

from fpgaml.project.ports import Port
from fpgaml.rtl.builder import NetlistBuilder, Value
from fpgaml.rtl.netlist import Netlist, Result
from fpgaml.rtl.timing import Times, arrivals, start

A, C, LEVEL = 1.09375, 0.025390625, 0.8


def times(builder: NetlistBuilder, value: Value) -> Times:
    """Of the bits of a wire."""
    ports = (Port("x", (4,), True, 8, 0),), (Port("y", (1,), True, 16, 0),)
    netlist = Netlist("n", *ports, ("l",), tuple(builder.wires), (), (Result(value.wire, 0),))
    return arrivals(netlist)[value.wire]


def inputs(builder: NetlistBuilder) -> list[Value]:
    """Four of 8 bits."""
    return [builder.input(0, number, -128, 127, 0) for number in range(4)]


def test_of_two_adders_one_carry_chain_counts() -> None:
    builder = NetlistBuilder()
    a, b, c, _ = inputs(builder)
    first = builder.add(a, b)
    assert times(builder, first) == pytest.approx([A + C * bit for bit in range(9)])
    second = builder.add(first, c)
    assert times(builder, second) == pytest.approx([2 * A + C * bit for bit in range(10)])
    assert start(times(builder, second)) == pytest.approx(2 * A)


def test_low_bits_that_pass_are_there_at_once() -> None:
    builder = NetlistBuilder()
    a, b, *_ = inputs(builder)
    shifted = builder.add(a, Value(b.wire, -3))  # a + 8 b
    assert times(builder, shifted) == pytest.approx([0, 0, 0, *(A + C * bit for bit in range(9))])
    minus = builder.subtract(Value(a.wire, -3), b)  # 8 a - b: the carry runs through all bits
    assert times(builder, minus) == pytest.approx([A + C * bit for bit in range(12)])


def test_a_sum_whose_top_comes_late() -> None:
    """A choice by a sum's sign waits for its highest bit; an adder behind it has no carry chain left but its own."""
    builder = NetlistBuilder()
    a, b, c, d = inputs(builder)
    negative = builder.less(builder.add(a, b), builder.constant(0))
    chosen = builder.select(negative, c, d)
    late = A + 8 * C + LEVEL
    assert times(builder, chosen) == pytest.approx([late] * 8)
    assert times(builder, builder.add(chosen, a)) == pytest.approx([late + A + C * bit for bit in range(9)])


def test_bits_and_comparisons() -> None:
    builder = NetlistBuilder()
    a, b, c, _ = inputs(builder)
    total = builder.add(a, b)
    assert times(builder, builder.floor(total, 4)) == pytest.approx([A + C * bit for bit in range(4, 9)])
    less = builder.less(total, c)
    assert times(builder, Value(less, 0)) == pytest.approx([2 * A + 8 * C])
