"""The model's parts by hand, and that it says why where it says nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaml.boards import find_board
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import OPERATIONS, Dense, Input
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.hls.estimate.delays import Clock, Operator, When
from fpgaml.hls.estimate.network import NUMBERS, estimate
from fpgaml.hls.estimate.products import cost_of, products_of
from fpgaml.hls.estimate.stage import fifo
from fpgaml.hls.settings import HlsSettings, IoType, Strategy
from tests.graph.build import running_sum
from tests.strategies import graphs

BOARD = replace(find_board("kcu116"), clock_mhz=200)


def dense(kernel: list[list[int]], width: int) -> Graph:
    builder = GraphBuilder("dense")
    x = builder.add(Input((len(kernel),), Quantizer(FixedType(0, width, 0))), name="x")
    return builder.build([builder.add(Dense(FixedArray(np.array(kernel), 0), None), x, name="y")])


def test_constants_of_many_digits_take_dsp_blocks_where_both_factors_are_wide() -> None:
    """17 and 24 have two signed digits; 683 = 1010101011 has five, and 11 bits with a sign."""
    graph = dense([[17], [24], [683], [0]], 16)
    found = products_of(graph, graph["y"], Strategy.LATENCY)
    assert (found.weights, found.used, found.dsp, found.terms) == (4, 3, 1, 3)
    assert found.additions == 1 + 1 + 2  # one for each of two digits, two that sum three products
    narrow = dense([[17], [24], [683], [0]], 8)
    assert products_of(narrow, narrow["y"], Strategy.LATENCY).dsp == 0
    assert products_of(graph, graph["y"], Strategy.DISTRIBUTED_ARITHMETIC).dsp == 0


def test_shared_multipliers() -> None:
    """16 products of 16 x 10 bits at a reuse factor of 4: four multipliers, or three where one zero is left out."""
    kernel = [[683, 1, 0, 0]] * 4
    graph = dense(kernel, 16)
    found = products_of(graph, graph["y"], Strategy.RESOURCE)
    assert cost_of(found, Strategy.RESOURCE, 4).dsp == 4
    assert cost_of(found, Strategy.LATENCY, 4).dsp == 2
    assert cost_of(found, Strategy.RESOURCE, 8).dsp == 2


def test_registers_are_where_they_cost_least() -> None:
    """Three steps of 1 ns in cycles of 2 ns: one register, before the step that has the fewest bits before it."""
    clock = Clock(usable=2.0, factor=1.0)
    steps = [Operator(1.0, 90), Operator(1.0, 50), Operator(1.0, 10)]
    assert clock.after(When(), steps) == (When(1, 1.0), 10.0)
    assert clock.after(When(0, 1.5), steps) == (When(2, 1.0), 100.0)  # no room for the first one
    assert clock.after(When(), [Operator(5.0)]) == (When(2, 1.0), 0.0)
    memory = [Operator(1.0, 7), Operator(0.0, 5, cycles=2), Operator(1.0, 3)]
    end, registers = clock.after(When(), memory)
    assert (end.cycle, registers) == (4, 8.0)  # one before the memory, two in it, one behind


def test_fifos_as_vivado_made_those_of_cnn_core() -> None:
    """Post-synthesis: 2,524 LUTs of distributed RAM for the two shallow widths, 13 blocks of 18 kbit for the others."""
    blocks = [fifo(words, bits).bram for words, bits in [(1024, 12), (336, 119), (336, 112), (168, 112)]]
    assert blocks == [1, 4, 4, 4]
    shallow = [fifo(words, bits).lut for words, bits in [(28, 672), (28, 672), (4, 3072)]]
    assert sum(shallow) - 3 * 50 == pytest.approx(2524, rel=0.01)


@pytest.mark.parametrize(("strategy", "reuse"), [(Strategy.RESOURCE, 4), (Strategy.LATENCY, 4)])
def test_a_reuse_factor_is_the_interval(strategy: Strategy, reuse: int) -> None:
    graph = dense([[683] * 4] * 4, 16)
    settings = HlsSettings(BOARD.part, BOARD.clock_ns, "vitis", IoType.PARALLEL, strategy, reuse)
    found = estimate(graph, settings, BOARD)
    assert found.interval_cycles == reuse and found.dsp == 4
    assert found.latency_cycles is not None and found.latency_cycles > reuse


@pytest.mark.parametrize(("io", "more"), [(IoType.PARALLEL, 4), (IoType.STREAM, 3)])
def test_a_dense_layer_over_positions_is_a_loop_over_them(io: IoType, more: int) -> None:
    """hls4ml makes a convolution of one pixel of it: its products are there once, and positions follow one another."""
    builder = GraphBuilder("positions")
    x = builder.add(Input((20, 4), Quantizer(FixedType(0, 16, 0))), name="x")
    graph = builder.build([builder.add(Dense(FixedArray(np.full((4, 4), 683), 0), None), x, name="y")])
    found = estimate(graph, HlsSettings(BOARD.part, BOARD.clock_ns, "vitis", io), BOARD)
    assert found.dsp == 16
    assert found.interval_cycles == pytest.approx(20 + more, abs=1)


@pytest.mark.parametrize(
    ("backend", "graph", "why"),
    [
        ("oneapi", dense([[3]], 4), "the model knows how Vitis and Vivado build hls4ml's projects, not oneAPI"),
        ("vitis", running_sum(sequence=True), "not modelled: rnn (Scan)"),
    ],
)
def test_what_is_not_modelled_is_absent_with_the_reason(backend: str, graph: Graph, why: str) -> None:
    strategy = Strategy.RESOURCE if backend == "oneapi" else Strategy.LATENCY
    found = estimate(graph, HlsSettings(BOARD.part, BOARD.clock_ns, backend, IoType.PARALLEL, strategy), BOARD)
    assert set(found.missing) == set(NUMBERS) and set(found.missing.values()) == {why}
    assert found.lut is None and found.latency_cycles is None and found.layers == {}
    assert found.available["LUT"] == 216960


@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
@given(graph=graphs(max_nodes=6, per_element=True, max_bits=24, ops=sorted(OPERATIONS)), io=st.sampled_from(IoType))
def test_every_network_that_can_be_written_gets_one(graph: Graph, io: IoType) -> None:
    try:
        found = estimate(graph, HlsSettings(BOARD.part, BOARD.clock_ns, "vitis", io), BOARD)
    except FpgamlError:
        return  # it cannot be written either
    assert found.missing or (found.lut == sum(layer.lut or 0 for layer in found.layers.values()))
