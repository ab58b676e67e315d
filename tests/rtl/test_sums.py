"""Sums as low trees: the same integers, worked out by hand and on random netlists, by fewer and earlier adders."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from fpgaml.project.ports import Port
from fpgaml.rtl.builder import NetlistBuilder, Value
from fpgaml.rtl.lower.sums import balanced
from fpgaml.rtl.netlist import Gate, Netlist, Result, Wire, evaluate
from tests.rtl.emit.netlists import frames, layered_netlist

SUMS = (Gate.ADD, Gate.SUBTRACT)


def inputs(builder: NetlistBuilder, count: int) -> list[Value]:
    """Inputs of 6 bits, signed."""
    return [builder.input(0, number, -32, 31, 0) for number in range(count)]


def lowered(builder: NetlistBuilder, *results: Value) -> Netlist:
    """The netlist with its sums balanced."""
    ports = (Port("x", (8,), True, 6, 0),), (Port("y", (len(results),), True, 24, 0),)
    given = Netlist("n", *ports, ("l",), tuple(builder.wires), (), tuple(Result(y.wire, 0) for y in results))
    return balanced(given, builder.narrowed)


def adders(netlist: Netlist) -> list[Wire]:
    """The sums that some result needs."""
    return [wire for wire, lives in zip(netlist.wires, netlist.living, strict=True) if lives and wire.gate in SUMS]


def depth(netlist: Netlist) -> int:
    """Adders one behind the other."""
    found: list[int] = []
    for wire in netlist.wires:
        found.append(max((found[a] for a in wire.arguments), default=0) + (wire.gate in SUMS))
    return max(found[result.wire] for result in netlist.results)


def test_a_chain_becomes_a_tree_and_its_constants_one() -> None:
    builder = NetlistBuilder()
    total = builder.constant(5)
    for x in inputs(builder, 7):
        total = builder.add(total, x)
    netlist = lowered(builder, builder.subtract(total, builder.constant(12)))
    assert depth(netlist) == 3  # seven inputs and -7
    assert len(adders(netlist)) == 7
    for corner in product((-32, 31), repeat=7):
        assert evaluate(netlist, [[*corner, 0]]) == [sum(corner) - 7]


def test_what_comes_late_joins_last() -> None:
    builder = NetlistBuilder()
    a, b, c, d, e = inputs(builder, 5)
    late = builder.multiply(a, b)
    netlist = lowered(builder, builder.add(builder.add(builder.add(late, c), d), e))
    root = netlist.wires[netlist.results[0].wire]
    assert Gate.MULTIPLY in {netlist.wires[a].gate for a in root.arguments}
    assert evaluate(netlist, [[-32, 31, 1, 2, 3, 0, 0, 0]]) == [-32 * 31 + 6]


def test_a_step_that_others_read_stays() -> None:
    builder = NetlistBuilder()
    a, b, c, d = inputs(builder, 4)
    step = builder.add(builder.add(a, b), c)
    netlist = lowered(builder, step, builder.add(step, d))
    assert len(adders(netlist)) == 3
    assert evaluate(netlist, [[1, 2, 3, 4, 0, 0, 0, 0]]) == [6, 10]


def test_a_sum_of_what_is_taken_away() -> None:
    builder = NetlistBuilder()
    a, b, c = inputs(builder, 3)
    minus = builder.subtract(builder.subtract(builder.subtract(builder.constant(0), a), Value(b.wire, -2)), c)
    netlist = lowered(builder, minus)
    assert evaluate(netlist, [[1, 2, 3, 0, 0, 0, 0, 0]]) == [-12]
    with_constant = lowered(builder, builder.add(minus, builder.constant(8)))
    assert len(adders(with_constant)) == 3  # no adder but for the constant
    assert evaluate(with_constant, [[1, 2, 3, 0, 0, 0, 0, 0]]) == [-4]


def test_a_known_range_makes_the_last_adder_narrow() -> None:
    """a + b that is known to need 5 bits, with half a step of a rounding: one sum, whose result has 6 bits."""
    builder = NetlistBuilder()
    a, b = inputs(builder, 2)
    narrow = builder.within(builder.add(a, b), -10, 15, 0)
    netlist = lowered(builder, builder.floor(builder.add(narrow, builder.constant(1)), 1))
    sums = adders(netlist)
    assert len(sums) == 2
    assert (sums[-1].low, sums[-1].high) == (-9, 16)
    assert evaluate(netlist, [[3, 4, 0, 0, 0, 0, 0, 0]]) == [4]


@pytest.mark.parametrize("seed", range(6))
def test_random_netlists_keep_their_meaning(seed: int) -> None:
    random = Random(seed)
    netlist = layered_netlist(random, 150, 3, tangled=seed % 2 == 1)
    other = balanced(netlist, {})
    for frame in frames(random, netlist, 40):
        assert evaluate(other, frame) == evaluate(netlist, frame)
