"""lar_timing on an endless stream: ten cells in turn on one core, and every result that of the cell's own window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fpgaml_models.lar_timing
import numpy as np
import pytest
from fpgaml_models.lar_timing import constants as c
from fpgaml_models.lar_timing.generate import Settings, generate
from fpgaml_models.lar_timing.windows import WINDOW, ring_sums
from numpy.lib.stride_tricks import sliding_window_view

from fpgaml.boards import find_board
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Input
from fpgaml.graph.types import FixedType, Ints
from fpgaml.graph.values import FixedArray, quantize_reals
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.dataflow.core import streaming_core
from fpgaml.rtl.dataflow.endless.dataflow import endless
from fpgaml.rtl.dataflow.endless.rates import plan
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from fpgaml.source import load_model
from tests.cosim.running import LANGUAGES, simulator_or_skip
from tests.rtl.dataflow.simulate import Cycle, Trial, simulate

NETWORK = Path(fpgaml_models.lar_timing.__file__).parent / "weights" / "quantised.keras"
CELLS, CROSSINGS = 10, 40


def test_filters_are_computed_once_a_sample() -> None:
    made = plan(load_model(NETWORK).graph, 1)
    (shared,) = made.shared
    assert shared.nodes[0].name == "filters" and shared.nodes[-1].name == "filters_oq"
    assert shared.taps == (0, 1, 2, 3) and made.taps == (0, 2, 4, 6, 8)


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_ten_cells_in_turn(simulator: str, tmp_path: Path) -> None:
    """Densely at first, then with pauses of any length, anywhere in a turn."""
    tool, hdl = simulator_or_skip(simulator), Hdl(LANGUAGES[simulator])
    graph, board = load_model(NETWORK).graph, find_board("agilex7-f-dk", clock_mhz=400)
    made = endless(graph, DelayModel.of_part(board.part, board.clock_ns), samples=1, hop=1, channels=CELLS)
    core = streaming_core(made, "lar", hdl)
    samples = recorded(graph)
    rng, count = np.random.default_rng(4), CELLS * CROSSINGS
    apart = np.where((np.arange(count) < count // 2) | (rng.random(count) < 0.7), 1, rng.integers(2, 30, count))
    edges = np.cumsum(apart) + 2
    cycles = [Cycle(edge < 2, False, 0) for edge in range(edges[-1] + core.boundary.latency + 5)]
    for edge, word in zip(edges, words(core.boundary, samples), strict=True):
        cycles[edge] = Cycle(False, True, word)
    (seen,) = simulate([Trial(core, cycles)], tmp_path, tool)
    left = [beat for beat in seen.beats if beat.edge > 1]
    # From the last sample of its first window on, every sample of a cell lets a result out.
    assert [beat.edge for beat in left] == [edge + core.boundary.latency for edge in edges[CELLS * (WINDOW - 1) :]]
    expected = packed(core.boundary, results(graph, samples))
    assert [(beat.valid, beat.bits) for beat in left] == [("1", bits) for bits in expected]


def recorded(graph: Graph) -> FixedArray:
    """What the cells bring, as the network quantises it; shape (cells, crossings, rings)."""
    op = graph.inputs[0].op
    assert isinstance(op, Input)
    kind = op.quantizer.type
    every = [np.broadcast_to(part, op.dims) for part in (kind.signed, kind.integer, kind.fractional)]
    assert all((part == part[0]).all() for part in every), "a sample is another number elsewhere in a window"
    quantizer = replace(op.quantizer, type=FixedType(*(part[0] for part in every)))
    events = generate(Settings(sequences=CELLS, crossings=CROSSINGS, shower_rate=0.1, stream=9))
    return quantize_reals(ring_sums(events.adc) * c.ADC_LSB_GEV, quantizer)


def words(core: Boundary, samples: FixedArray) -> Iterator[int]:
    """Beats at x: a sample of each cell, crossing after crossing."""
    codes = samples.at(core.inputs[0].fractional) & ((1 << core.x_lane) - 1)
    for row in codes.swapaxes(0, 1).reshape(-1, codes.shape[-1]).tolist():
        yield sum(code << place * core.x_lane for place, code in enumerate(row))


def results(graph: Graph, samples: FixedArray) -> Ints:
    """The interpreter on every window, in the order in which they are complete; shape (windows, 2)."""
    windows = sliding_window_view(samples.integers, WINDOW, axis=1).swapaxes(2, 3).swapaxes(0, 1)
    flat = FixedArray(windows.reshape(-1, *windows.shape[2:]), samples.fractional)
    (output,) = graph.outputs
    return interpret(graph, {graph.inputs[0].name: flat})[output].at(int(graph.types[output].fractional.max()))


def packed(core: Boundary, codes: Ints) -> list[str]:
    """Beats at y, as a simulator shows them."""
    masked = np.asarray(codes) & ((1 << core.y_lane) - 1)
    return ["".join(f"{code:0{core.y_lane}b}" for code in reversed(row)) for row in masked.tolist()]
