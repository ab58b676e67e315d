"""Wires as they are built: ranges, folding, sharing, and what each means in integers worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaml.project.ports import Port
from fpgaml.rtl.builder import NetlistBuilder, Value
from fpgaml.rtl.netlist import Gate, Netlist, Result, bits_for, evaluate, widest_arithmetic

IN = Port("x", (2,), True, 8, 3)
OUT = Port("y", (1,), True, 24, 8)


def run(builder: NetlistBuilder, value: Value, x: list[int]) -> float:
    """What a value is worth for the integers x of the inputs."""
    netlist = Netlist("n", (IN,), (OUT,), ("l",), tuple(builder.wires), tuple(builder.tables), (Result(value.wire, 0),))
    wire = builder.wires[value.wire]
    (got,) = evaluate(netlist, [x])
    assert wire.low <= got <= wire.high
    return got * 2.0**-value.fractional


def inputs(builder: NetlistBuilder) -> tuple[Value, Value]:
    """Two inputs of ap_fixed<8,5>."""
    return builder.input(0, 0, -128, 127, 3), builder.input(0, 1, -128, 127, 3)


@pytest.mark.parametrize(
    ("low", "high", "width"),
    [(0, 0, 1), (0, 1, 1), (0, 255, 8), (-1, 0, 1), (-128, 127, 8), (-129, 0, 9), (-1, 128, 9)],
)
def test_widths(low: int, high: int, width: int) -> None:
    assert bits_for(low, high) == width


def test_sums_align_binary_points() -> None:
    builder = NetlistBuilder()
    a, b = inputs(builder)
    total = builder.add(a, Value(b.wire, 5))  # b's integer on a grid four times as fine
    assert run(builder, total, [3, -5]) == 3 / 8 - 5 / 32
    assert run(builder, builder.subtract(a, b), [3, -5]) == 1.0


def test_equal_wires_are_made_once() -> None:
    builder = NetlistBuilder()
    a, b = inputs(builder)
    assert builder.add(a, b) == builder.add(b, a)
    assert builder.subtract(a, a) == builder.constant(0)
    assert builder.maximum(a, a) == a
    before = len(builder.wires)
    builder.add(a, b)
    assert len(builder.wires) == before


@pytest.mark.parametrize(
    ("low", "high", "x", "y"),
    [(0, 31, [-128, -1, 0, 31, 32, 127], [0, 0, 0, 31, 31, 31]), (-16, 15, [-128, -16, 15, 99], [-16, -16, 15, 15])],
)
def test_a_clamp_ends_where_its_type_ends(low: int, high: int, x: list[int], y: list[int]) -> None:
    builder = NetlistBuilder()
    a, _ = inputs(builder)
    clamped = builder.clamp(a, low, high, 3)
    assert [run(builder, clamped, [code, 0]) for code in x] == [code / 8 for code in y]
    assert builder.wires[clamped.wire].width == 5
    finer = builder.clamp(a, 2 * low, 2 * high + 1, 4)  # 31 of 1/16 is between two values of a
    assert run(builder, finer, [127, 0]) == (2 * high + 1) / 16
    assert builder.clamp(a, -128, 127, 3) == a
    assert builder.clamp(builder.constant(3), 0, 15, 3) == builder.constant(15, 3)


def test_a_rectifier_is_found_behind_what_narrows_it() -> None:
    builder = NetlistBuilder()
    a, _ = inputs(builder)
    positive = builder.positive(a)
    assert [run(builder, positive, [code, 0]) for code in (-128, -1, 5, 127)] == [0, 0, 5 / 8, 127 / 8]
    assert builder.unclamped(positive) == a
    assert builder.unclamped(builder.within(positive, 0, 50, 3)) == a
    assert builder.unclamped(builder.clamp(a, 0, 63, 3)) != a  # it ends above too
    assert builder.unclamped(builder.bits(positive, 0, 0, 31)) != a  # it wraps


def test_constants_are_folded() -> None:
    builder = NetlistBuilder()
    a, _ = inputs(builder)
    three, half = builder.constant(3), builder.constant(1, 1)
    assert builder.value_of(builder.add(three, half)) == 7  # 3.5 = 7 * 2^-1
    assert builder.multiply(a, builder.constant(0)) == builder.constant(0)
    assert builder.multiply(a, builder.constant(4)) == Value(a.wire, 1)
    assert builder.less(builder.constant(-20), a) == builder.constant(1).wire  # -16 is the lowest


@given(st.integers(-(2**20), 2**20), st.integers(-128, 127))
def test_products_with_constants(factor: int, x: int) -> None:
    builder = NetlistBuilder()
    a, _ = inputs(builder)
    assert run(builder, builder.multiply(a, builder.constant(factor)), [x, 0]) == factor * x / 8
    assert all(wire.gate != Gate.MULTIPLY for wire in builder.wires)


@given(st.integers(-128, 127), st.integers(0, 9), st.integers(1, 9), st.booleans())
def test_bits_wrap(x: int, drop: int, width: int, signed: bool) -> None:
    builder = NetlistBuilder()
    a, _ = inputs(builder)
    low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
    value = builder.bits(a, drop, low, high)
    expected = (x >> drop) & ((1 << width) - 1)
    expected -= (1 << width) if signed and expected >> (width - 1) else 0
    assert run(builder, value, [x, 0]) == expected * 2.0 ** -(3 - drop)


@given(st.integers(-128, 127), st.integers(-128, 127))
def test_choices(x: int, y: int) -> None:
    builder = NetlistBuilder()
    a, b = inputs(builder)
    fine = Value(b.wire, 5)
    assert run(builder, builder.maximum(a, fine), [x, y]) == max(x / 8, y / 32)
    assert run(builder, builder.minimum(a, fine), [x, y]) == min(x / 8, y / 32)
    assert run(builder, Value(builder.less(a, b), 0), [x, y]) == (x < y)


def test_a_table_is_cut_to_what_is_reached() -> None:
    builder = NetlistBuilder()
    a, _ = inputs(builder)
    table = tuple(n * n for n in range(-128, 128))
    squared = builder.lookup(a, table, -128, 6)
    assert (builder.wires[squared.wire].low, builder.wires[squared.wire].high) == (0, 128 * 128)
    assert run(builder, squared, [-7, 0]) == 49 / 64


def test_a_square_is_not_negative() -> None:
    builder = NetlistBuilder()
    a, _ = inputs(builder)
    square = builder.wires[builder.multiply(a, a).wire]
    assert (square.low, square.high) == (0, 128 * 128)


def test_wide_arithmetic_is_found() -> None:
    builder = NetlistBuilder()
    a, _ = inputs(builder)
    wide = builder.multiply(a, builder.constant((1 << 70) + 1))
    netlist = Netlist("n", (IN,), (OUT,), ("l",), tuple(builder.wires), (), (Result(wire=wide.wire, shift=0),))
    assert widest_arithmetic(netlist) > 77
    assert evaluate(netlist, [[-128, 0]]) == [-128 * ((1 << 70) + 1)]
