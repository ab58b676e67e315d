"""Statistics of quantizers against counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Input, Quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.proof.statistics import QuantizerStatistics, StatisticsAccumulator
from tests.graph.build import running_sum


def graph_of(kind: FixedType, overflow: Overflow, dims: tuple[int, ...] = (2,)) -> Graph:
    builder = GraphBuilder("g")
    wide = Quantizer(FixedType(1, 7, 4), Rounding.RND, Overflow.SAT)
    x = builder.add(Input(dims, wide), name="x", source="input_1")
    q = builder.add(Quantize(Quantizer(kind, Rounding.RND, overflow)), x, name="q", source="act")
    return builder.build([q])


def run(graph: Graph, chunks: list[list[list[float]]]) -> dict[str, QuantizerStatistics]:
    accumulator = StatisticsAccumulator(graph)
    for chunk in chunks:
        interpret(graph, accumulator.read({"x": np.array(chunk)}), accumulator)
    return {s.node: s for s in accumulator.results()}


CHUNKS = [[[0.5, 1.0], [3.75, -4.0]], [[4.0, -4.25], [3.875, 100.0]]]


@pytest.mark.parametrize("overflow", [Overflow.WRAP, Overflow.SAT])
def test_counts_by_hand(overflow: Overflow) -> None:
    found = run(graph_of(FixedType(1, 2, 2), overflow), CHUNKS)["q"]
    # Steps of 0.25 in [-4, 3.75]: 4.0, -4.25, 3.875 (rounds to 4.0) and 100 are outside.
    assert (found.values, found.outside, found.layer, found.is_input) == (8, 4, "act", False)
    assert (found.smallest_before, found.largest_before) == (-4.25, 100.0)
    assert (found.smallest_after, found.largest_after) == (-4.0, 3.75)
    assert found.range_used == pytest.approx(400 / 15)
    assert found.unused_bits == 4 - 9  # 400 takes nine bits
    verb = "wrapped" if overflow == Overflow.WRAP else "saturated"
    assert found.remark == f"4 of 8 values {verb}, 5 top bits missing"


def test_symmetric_saturation() -> None:
    found = run(graph_of(FixedType(1, 2, 2), Overflow.SAT_SYM), [[[-4.0, 1.0]]])["q"]
    assert found.outside == 1 and found.smallest_after == -3.75


def test_unused_bits_and_sign() -> None:
    found = run(graph_of(FixedType(1, 4, 2), Overflow.SAT), [[[0.5, 3.0], [2.0, 0.0]]])["q"]
    assert found.outside == 0 and found.unused_bits == 2 and found.sign_unused
    assert found.range_used == pytest.approx(12 / 63)
    assert found.remark == "2 integer bits never used; sign never used"
    full = run(graph_of(FixedType(1, 4, 2), Overflow.SAT), [[[-16.0, 3.0]]])["q"]
    assert full.range_used == 1.0 and full.unused_bits == 0 and full.remark == ""


def test_types_per_element_and_dropped_ones() -> None:
    kind = FixedType([1, 0, 0], [3, 2, 0], [2, 0, 0])
    found = run(graph_of(kind, Overflow.WRAP, (3,)), [[[1.0, 3.0, 5.0]], [[-1.0, 2.0, 7.0]]])["q"]
    assert found.outside == 0 and found.dropped_elements == 1
    assert found.range_used == 1.0 and found.unused_bits == 0
    assert found.remark == "1 elements have no bits"


def test_inputs_are_counted_as_they_are_read() -> None:
    found = run(graph_of(FixedType(1, 7, 4), Overflow.SAT), [[[127.97, 0.1]], [[-128.0, 200.5]], [[-1e30, 127.9]]])["x"]
    # Steps of 1/16 in [-128, 127.9375]: 127.97 rounds to 128, so it and 200.5 and -1e30 saturate.
    assert found.is_input and found.layer == "input_1"
    assert (found.values, found.outside) == (6, 3)
    assert (found.smallest_before, found.largest_before) == (-1e30, 200.5)
    assert (found.smallest_after, found.largest_after) == (-128.0, 127.9375)


def test_exact_inputs_leave_no_row() -> None:
    graph = graph_of(FixedType(1, 7, 4), Overflow.SAT)
    accumulator = StatisticsAccumulator(graph)
    interpret(graph, {"x": FixedArray(np.array([[1, 2]]), 4)}, accumulator)
    assert [s.node for s in accumulator.results()] == ["q"]


def test_chunks_count_as_one_run() -> None:
    graph = graph_of(FixedType(1, 2, 2), Overflow.WRAP)
    whole = [[event for chunk in CHUNKS for event in chunk]]
    assert run(graph, CHUNKS) == run(graph, whole)


@pytest.mark.parametrize("overflow", list(Overflow))
@pytest.mark.parametrize("rounding", list(Rounding))
def test_counts_equal_a_count_one_by_one(rounding: Rounding, overflow: Overflow) -> None:
    kind = FixedType([1, 0, 1], [2, 3, 0], [1, 0, 2])
    builder = GraphBuilder("g")
    x = builder.add(Input((3,), Quantizer(kind, rounding, overflow)), name="x")
    graph = builder.build([x])
    reals = np.random.default_rng(4).normal(scale=3, size=(500, 3)).round(3)
    accumulator = StatisticsAccumulator(graph)
    accumulator.read({"x": reals})
    expected = int(Quantize(Quantizer(kind, rounding, overflow)).outside(FixedArray.from_float(reals)).sum())
    assert 0 < expected == accumulator.results()[0].outside


def test_wider_than_64_bits() -> None:
    builder = GraphBuilder("g")
    x = builder.add(Input((1,), Quantizer(FixedType(1, 90, 0))), name="x")
    q = builder.add(Quantize(Quantizer(FixedType(1, 70, 0))), x, name="q")
    graph = builder.build([q])
    accumulator = StatisticsAccumulator(graph)
    interpret(graph, {"x": FixedArray(np.array([[2**80], [5]], dtype=object), 0)}, accumulator)
    found = accumulator.results()[0]
    assert found.outside == 1 and found.largest_before == 2.0**80 and found.unused_bits == -11


def test_a_cell_counts_over_all_steps() -> None:
    graph = running_sum(sequence=True)
    accumulator = StatisticsAccumulator(graph)
    steps = [[[1.0, 0.0], [0.0, 0.5], [0.25, 0.25]], [[2.0, 1.0], [1.0, 1.0], [0.0, 0.0]]]
    interpret(graph, accumulator.read({"x": np.array(steps)}), accumulator, accumulator.inside)
    found = accumulator.results()[-1]
    # Sums from 3 on: 4, 5, 5.75; 7, 10, which becomes -6 in [-8, 8), and -6.
    assert (found.node, found.layer, found.values, found.outside) == ("y.new", "rnn", 6, 1)
    assert (found.largest_before, found.smallest_after, found.largest_after) == (10.0, -6.0, 7.0)
