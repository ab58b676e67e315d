"""The choice of the folding: it holds what is asked, costs less where there is time, and says what cannot hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from fpgaml.boards import Board, Capacity, find_board
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Conv1D, Dense, Input, Relu, Reshape, Transpose, uniform_quantize
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.dataflow.fold import Folded, fold
from fpgaml.rtl.dataflow.timetable import latency, timetable, total_cost
from fpgaml.rtl.dataflow.wishes import Wishes

pytest.importorskip("alkaid", reason="alkaid is not installed")

BOARD = find_board("kcu116", clock_mhz=200.0)


@cache
def network() -> Graph:
    """48 samples of 2 -> 23 windows of 4 filters -> ReLU, 4 bits -> Dense 3: 23 x 12 x 2 + 276 products."""
    builder, rng = GraphBuilder("net"), np.random.default_rng(4)
    x = builder.add(Input((48, 2), Quantizer(FixedType(1, 3, 2))), name="x")
    weights = FixedArray(rng.integers(-15, 16, (4, 2, 4)), 4)
    y = builder.add(Conv1D(weights, None, strides=(2,), pads=((0, 0),), dilation=(1,)), x, name="conv", source="conv")
    y = builder.add(Relu(), y, name="relu", source="conv")
    y = builder.add(uniform_quantize(0, 3, 1), y, name="narrow", source="conv")
    y = builder.add(Reshape((92,)), y, name="flat", source="flat")
    y = builder.add(Dense(FixedArray(rng.integers(-15, 16, (92, 3)), 4), None), y, name="dense", source="dense")
    return builder.build([y])


@cache
def folded(**wishes: Any) -> Folded:
    return fold(network(), BOARD, Wishes(**wishes))


@pytest.mark.parametrize(
    "wishes", [{}, {"samples": 4}, {"interval": 24}, {"interval": 300}, {"interval": 5000}, {"max_latency": 40}]
)
def test_what_is_asked_is_held_and_every_bit_is_right(wishes: dict[str, int]) -> None:
    flow = folded(**wishes).dataflow
    assert flow.calendar.interval <= wishes.get("interval", 48)
    assert latency(flow) <= wishes.get("max_latency", 1 << 30)
    values = corner_vectors(network(), 60, 1)
    expected, found = interpret(network(), values)["dense"], flow.run(values)["dense"]
    assert np.array_equal(found.at(12), expected.at(12))


def test_time_saves_arithmetic() -> None:
    """A frame every 24, 300 and 5,000 cycles: 828 products in time for one multiplier each."""
    costs = [total_cost(folded(interval=interval).dataflow) for interval in (24, 300, 5000)]
    weights = [cost.lut + 100 * cost.dsp for cost in costs]
    assert weights[0] > weights[1] > weights[2]
    assert {stage.engine for stage in folded(interval=5000).dataflow.stages} <= {"serial", "accumulate", "narrow"}
    assert folded(interval=5000).dataflow.calendar.interval > 300


def test_haste_costs() -> None:
    slow = folded(interval=300).dataflow
    fast = folded(interval=300, max_latency=latency(slow) // 2).dataflow
    assert 2 * latency(fast) <= latency(slow)
    price = [cost.lut + 100 * cost.dsp for cost in (total_cost(slow), total_cost(fast))]
    assert price[0] < price[1]


def test_the_neighbours_are_cheaper_and_faster() -> None:
    found = folded(samples=1)
    table = timetable(found.dataflow, Wishes(samples=1), found.notes, found.cheaper, found.faster)
    assert table.interval == 48
    assert found.faster is not None and found.faster.interval < 48
    assert found.cheaper is not None and found.cheaper.interval > 48
    here = total_cost(found.dataflow)
    assert found.cheaper.lut + 119 * found.cheaper.dsp < here.lut + 119 * here.dsp


def test_a_last_beat_that_is_not_filled_is_said() -> None:
    (note,) = folded(samples=5).notes
    assert note == ("x: 48 samples do not fill beats of 5: the last beat of a frame has 2 that mean nothing")


def test_a_latency_that_nothing_reaches_is_refused_with_the_nearest() -> None:
    """At 4 samples a cycle the last one comes in cycle 11, and a Dense needs it."""
    with pytest.raises(
        FpgamlError, match=r"--max-latency: no schedule has its result after 12 cycles. The nearest is "
    ):
        folded(samples=4, max_latency=12)


def small_board(lut: int) -> Board:
    return replace(BOARD, name="small", capacity=Capacity(lut=lut, ff=100_000, dsp=20, bram=10))


def test_where_nothing_is_asked_what_does_not_fit_is_slower() -> None:
    fast = total_cost(folded().dataflow)
    found = fold(network(), small_board(fast.lut - 1), Wishes())
    assert total_cost(found.dataflow).lut < fast.lut
    assert found.notes[-1].startswith(f"a frame every 48 cycles takes {fast.lut:,} LUT of {fast.lut - 1:,} (estimate)")


def test_what_is_asked_and_does_not_fit_is_refused_with_the_nearest() -> None:
    fast = total_cost(folded(samples=1).dataflow)
    with pytest.raises(FpgamlError, match=r"^--board small: a frame every 48 cycles takes [\d,]+ LUT of .*The nearest"):
        fold(network(), small_board(fast.lut - 1), Wishes(samples=1))
    with pytest.raises(FpgamlError, match="No slower schedule fits"):
        fold(network(), small_board(20), Wishes(samples=1))


def test_an_operation_that_does_not_stream_is_named() -> None:
    builder = GraphBuilder("turned")
    x = builder.add(Input((6, 4), Quantizer(FixedType(1, 3, 2))), name="x")
    y = builder.add(Transpose((1, 0)), x, name="turned", source="permute")
    graph = builder.build([builder.add(Relu(), y, name="relu", source="relu")])
    found = fold(graph, BOARD, Wishes(samples=2))
    assert found.notes == (
        "permute: Transpose does not follow its input position by position: all 24 elements are gathered before it, "
        "and it is unrolled",
    )
    values = corner_vectors(graph, 20, 1)
    assert np.array_equal(found.dataflow.run(values)["relu"].at(2), interpret(graph, values)["relu"].at(2))
