"""Which bits of a netlist move, and which cannot: against every event of small netlists, and random ones."""

from __future__ import annotations

import itertools
from random import Random

import numpy as np
import pytest

from fpgaml.project.ports import Port
from fpgaml.record.toggles import LayerToggles
from fpgaml.rtl.coverage.constant_bits import movable_bits
from fpgaml.rtl.coverage.extremes import slopes
from fpgaml.rtl.coverage.toggles import Toggles
from fpgaml.rtl.netlist import Gate, Netlist, Result, Wire, evaluate_wires
from tests.rtl.emit.netlists import frames, gates_netlist, layered_netlist


def netlist(*wires: Wire, tables: tuple[tuple[int, ...], ...] = ()) -> Netlist:
    """With an input of one element for each INPUT wire."""
    count = sum(wire.gate == Gate.INPUT for wire in wires)
    ports = tuple(Port(f"x{i}", (1,), True, 8, 0) for i in range(count))
    out = Port("y", (1,), True, 20, 0)
    return Netlist("n", ports, (out,), ("one", "two"), tuple(wires), tables, (Result(len(wires) - 1, 0),))


def source(port: int, low: int, high: int) -> Wire:
    return Wire(Gate.INPUT, (), (port, 0), low, high, 0)


def test_bits_seen_at_both_values_are_counted() -> None:
    made = netlist(source(0, -4, 3), source(1, 0, 3), Wire(Gate.ADD, (0, 1), (0, 0), -4, 6, 1))
    toggles = Toggles(made)
    assert toggles.missing() == [(2, 0b1111, 0b1111)]
    toggles.see([[np.array([0, 1])], [np.array([0, 3])]])  # sums 0 and 4: one bit moved
    assert toggles.missing() == [(2, 0b1011, 0)]
    assert toggles.layers() == (LayerToggles(name="two", bits=4, toggled=1),)
    toggles.see([[np.array([-4])], [np.array([3])]])  # -1
    assert toggles.missing() == []


@pytest.mark.parametrize(
    ("wire", "tables", "movable"),
    [
        # Every value of the first is even, the second lies in 8 .. 11.
        (Wire(Gate.ADD, (0, 1), (1, 0), 0, 25, 0), (), 0b11111),
        (Wire(Gate.ADD, (0, 2), (2, 0), 0, 28, 0), (), 0b11100),
        (Wire(Gate.SUBTRACT, (2, 0), (0, 2), -28, 0, 0), (), 0b111100),
        (Wire(Gate.BITS, (1,), (1,), 4, 5, 0), (), 0b001),
        (Wire(Gate.MULTIPLY, (0, 3), (), 0, 84, 0), (), 0b1111100),
        (Wire(Gate.LOOKUP, (0,), (0, 0), 5, 13, 0), ((5, 13, 13, 5, 5, 5, 5, 13),), 0b1000),
    ],
)
def test_bits_that_cannot_move_are_not_counted(wire: Wire, tables: tuple[tuple[int, ...], ...], movable: int) -> None:
    zero = Wire(Gate.CONSTANT, (), (0,), 0, 0, 0)
    twelve = Wire(Gate.CONSTANT, (), (12,), 12, 12, 0)
    made = netlist(source(0, 0, 7), source(1, 8, 11), zero, twelve, wire, tables=tables)
    assert movable_bits(made)[-1] == movable


@pytest.mark.parametrize("seed", range(40))
def test_a_bit_said_to_be_constant_never_moves(seed: int) -> None:
    random = Random(seed)
    made = layered_netlist(random, 120, 3, tangled=False) if seed % 2 else gates_netlist(random, 12)
    movable = movable_bits(made)
    first = [int(value) for value in evaluate_wires(made, frames(random, made, 1)[0])]
    for frame in frames(random, made, 60):
        for index, value in enumerate(evaluate_wires(made, frame)):
            if made.wires[index].gate not in (Gate.INPUT, Gate.CONSTANT):
                changed = (int(value) ^ first[index]) & ((1 << made.wires[index].width) - 1)
                assert not changed & ~movable[index], made.wires[index]


def test_slopes_of_a_piecewise_linear_wire_lead_to_its_largest_value() -> None:
    """max(5 a - 3 b, b), the largest of all events of two inputs of three bits."""
    zero = Wire(Gate.CONSTANT, (), (0,), 0, 0, 0)
    made = netlist(
        source(0, -4, 3),
        source(1, -4, 3),
        Wire(Gate.ADD, (0, 0), (2, 0), -20, 15, 0),
        Wire(Gate.ADD, (1, 1), (1, 0), -12, 9, 0),
        Wire(Gate.SUBTRACT, (2, 3), (0, 0), -29, 27, 0),
        Wire(Gate.LESS, (4, 1), (0, 0), 0, 1, 0),
        Wire(Gate.SELECT, (1, 4, 5), (), -4, 27, 0),
        zero,
        Wire(Gate.ADD, (6, 7), (0, 0), -4, 27, 0),
    )
    every = list(itertools.product(range(-4, 4), repeat=2))
    largest = max(max(5 * a - 3 * b, b) for a, b in every)
    values = [int(v) for v in evaluate_wires(made, [[1], [0]])]
    found = slopes(made, values, 8)
    assert found == {0: 5.0, 1: -3.0}
    corner = [[3 if found[0] > 0 else -4], [3 if found[1] > 0 else -4]]
    assert evaluate_wires(made, corner)[8] == largest == 27
    assert slopes(made, [int(v) for v in evaluate_wires(made, [[-4], [2]])], 8) == {1: 1.0}
