"""What random networks seldom are: odd outputs, zeros at far binary points, large tables, states that change places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.emulator.bodies.choices import network
from fpgaml.emulator.compiled import Emulator
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Add, Concatenate, Constant, Input, Lookup, Multiply, Quantize, Relu
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.proof.vectors import corner_vectors
from tests.emulator.together import QUICK, STRICT, compile_together, differences
from tests.paths import needs_compiler

BYTE = Quantizer(FixedType(1, 3, 4))


def odd_outputs() -> Graph:
    """An input, a constant and the same node twice."""
    builder = GraphBuilder("odd")
    x = builder.add(Input((3,), BYTE), name="x")
    fixed = builder.add(Constant(FixedArray(np.array([[1, -7]]), 3)), name="fixed")
    y = builder.add(Relu(), x, name="y")
    return builder.build([y, x, fixed, y])


def without_inputs() -> Graph:
    """Constants alone."""
    builder = GraphBuilder("alone")
    a, b = (builder.add(Constant(FixedArray(np.array([n, 2]), n)), name=f"c{n}") for n in (1, 5))
    return builder.build([builder.add(Multiply(), a, b, name="y")])


def zeros_far_away() -> Graph:
    """Zeros at binary points so far off that no machine's integer has a one there."""
    builder = GraphBuilder("far")
    x = builder.add(Input((2,), BYTE), name="x")
    zero = builder.add(Quantize(Quantizer(FixedType(0, -90, 90), Rounding.RND, Overflow.SAT)), x, name="zero")
    finer = builder.add(Quantize(Quantizer(FixedType(1, -1, 200))), zero, name="finer")
    joined = builder.add(Concatenate(0), zero, finer, x, name="joined")
    return builder.build([joined, builder.add(Add(), finer, zero, name="y")])


def large_table() -> Graph:
    """More entries than are kept in 32 bits each, of values at both ends."""
    builder = GraphBuilder("table")
    domain = FixedType(1, 9, 3)
    x = builder.add(Input((5,), Quantizer(domain)), name="x")
    table = np.random.default_rng(1).integers(-128, 128, 1 << 13)
    return builder.build([builder.add(Lookup(domain, FixedArray(table, 2)), x, name="y")])


def states_change_places() -> Graph:
    """Each state becomes the other one, and one of them the step, before anything is computed."""
    cell = GraphBuilder("cell")
    step, a, b, c = (cell.add(Input((2,), BYTE), name=name) for name in ("step", "a", "b", "c"))
    total = cell.add(Quantize(Quantizer(FixedType(1, 3, 4))), cell.add(Add(), a, c, name="sum"), name="total")
    graph = cell.build([b, a, step, total])
    builder = GraphBuilder("places")
    x = builder.add(Input((4, 2), Quantizer(FixedType(1, 2, 3))), name="x")  # at another binary point than the step
    before = builder.add(Input((2,), BYTE), name="before")
    initial = (FixedArray(np.array([3, -1]), 2), None, FixedArray(np.array([0, 0]), 0))
    return builder.build([builder.add(Scan(graph, initial, reverse=True), x, before, name="y")])


def cell_in_a_cell() -> Graph:
    """A Scan in the cell of a Scan, with nodes of the same names in both cells."""
    cell = _summing_cell((2,), None)
    outer = _summing_cell((3, 2), Scan(cell, (FixedArray(np.array([1, 2]), 4),)))
    builder = GraphBuilder("cells")
    x = builder.add(Input((4, 3, 2), BYTE), name="x")
    return builder.build([builder.add(Scan(outer, (FixedArray(np.zeros((3, 2), np.int64), 0),)), x, name="scan")])


def _summing_cell(size: tuple[int, ...], inside: Scan | None) -> Graph:
    builder = GraphBuilder("cell")
    step, state = (builder.add(Input(size, BYTE), name=name) for name in ("step", "state"))
    through = step if inside is None else builder.add(inside, step, name="scan")
    new = builder.add(Quantize(BYTE), builder.add(Add(), through, state, name="sum"), name="new")
    return builder.build([new, new])


def wide_ports() -> Graph:
    """128 bits in, 256 out."""
    builder = GraphBuilder("wide")
    x = builder.add(Input((3,), Quantizer(FixedType(1, 60, 67), Rounding.RND_CONV, Overflow.SAT_SYM)), name="x")
    return builder.build([x, builder.add(Multiply(), x, x, name="y")])


GRAPHS = (
    odd_outputs(),
    without_inputs(),
    zeros_far_away(),
    large_table(),
    states_change_places(),
    cell_in_a_cell(),
    wide_ports(),
)


@needs_compiler
def test_every_bit_is_the_interpreters(tmp_path: Path) -> None:
    emulators = compile_together(GRAPHS, tmp_path, flags=(*QUICK, *STRICT))
    for emulator in emulators:
        assert not differences(emulator, corner_vectors(emulator.graph, 70, seed=1)), emulator.graph.name
    real_numbers(emulators[-1])


def real_numbers(emulator: Emulator) -> None:
    """Doubles enter and leave a type of 128 bits as the interpreter takes and gives them."""
    rng = np.random.default_rng(2)
    reals = np.ldexp(rng.normal(size=(70, 3)), rng.integers(-80, 70, (70, 3)))
    x = emulator.graph["x"].op
    assert isinstance(x, Input)
    expected, found = interpret(emulator.graph, {"x": x.read(reals)}), emulator.reals({"x": reals})
    for name, value in expected.items():
        assert (found[name] == value.to_float()).all(), name


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 11])
def test_a_sorting_network_sorts_all_zeros_and_ones(size: int) -> None:
    # It sorts anything then: Knuth, The Art of Computer Programming 3, 5.3.4, theorem Z.
    for number in range(1 << size):
        row = [number >> k & 1 for k in range(size)]
        for a, b in network(size):
            row[a], row[b] = min(row[a], row[b]), max(row[a], row[b])
        assert row == sorted(row)
