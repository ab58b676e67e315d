"""lar_timing on an endless stream: ten cells in turn on one core, and every result that of the cell's own window."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import fpgaml_models.lar_timing
import numpy as np
import pytest
from fpgaml_models.lar_timing import constants as c
from fpgaml_models.lar_timing.generate import Settings, generate
from fpgaml_models.lar_timing.windows import WINDOW, ring_sums
from numpy.lib.stride_tricks import sliding_window_view

from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Input
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray, quantize_reals
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.dataflow.core import streaming_core
from fpgaml.rtl.dataflow.endless.dataflow import endless
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from fpgaml.source import load_model
from tests.cosim.running import LANGUAGES, simulator_or_skip
from tests.rtl.dataflow.simulate import Cycle, Trial, simulate

NETWORK = Path(fpgaml_models.lar_timing.__file__).parent / "weights" / "quantised.keras"
CELLS, CROSSINGS = 10, 40


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_ten_cells_in_turn(simulator: str, tmp_path: Path) -> None:
    """Densely at first, then with pauses, of any length and anywhere in a turn."""
    tool, hdl = simulator_or_skip(simulator), Hdl(LANGUAGES[simulator])
    graph = load_model(NETWORK).graph
    dataflow = endless(graph, DelayModel.of_part("AGFB014R24B2E2V", 2.5), samples=1, hop=1, channels=CELLS)
    core = streaming_core(dataflow, "lar", hdl)
    samples = recorded(graph)
    rng, dense = np.random.default_rng(4), CELLS * CROSSINGS // 2
    edges = np.cumsum([1 if beat < dense or rng.random() < 0.7 else int(rng.integers(2, 30)) for beat in turns()]) + 2
    cycles = [Cycle(edge < 2, False, 0) for edge in range(edges[-1] + core.boundary.latency + 5)]
    for edge, word in zip(edges, words(core.boundary, samples), strict=True):
        cycles[edge] = Cycle(False, True, word)
    (seen,) = simulate([Trial(core, cycles)], tmp_path, tool)
    left = [beat for beat in seen.beats if beat.edge > 1]
    results = expected(graph, samples)
    lane = core.boundary.y_lane
    # From the last sample of a cell's first window on every sample lets a result out.
    assert [beat.edge for beat in left] == [edge + dataflow.latency for edge in edges[CELLS * (WINDOW - 1) :]]
    assert [(beat.valid, beat.bits) for beat in left] == [("1", packed(codes, lane)) for codes in results]


def turns() -> range:
    """Beats: a sample of each cell, crossing after crossing."""
    return range(CELLS * CROSSINGS)


def recorded(graph: Graph) -> FixedArray:
    """What the cells' stream brings, shape (cells, crossings, rings)."""
    events = generate(Settings(sequences=CELLS, crossings=CROSSINGS, shower_rate=0.2, stream=9))
    (node,) = graph.inputs
    assert isinstance(node.op, Input)
    kind = node.op.quantizer
    values = ring_sums(events.adc) * c.ADC_LSB_GEV
    windows = sliding_window_view(values, WINDOW, axis=1).swapaxes(2, 3)
    codes = quantize_reals(windows, kind)
    # A sample is the same code wherever in a window it lies.
    stream = np.concatenate([codes.integers[:, :, 0], codes.integers[:, -1, 1:]], axis=1)
    assert all(
        np.array_equal(codes.integers[:, :, at], stream[:, at : at + CROSSINGS - WINDOW + 1]) for at in range(WINDOW)
    )
    return FixedArray(stream, codes.fractional)


def words(core: Boundary, samples: FixedArray) -> list[int]:
    """Beats at x, as integers."""
    codes = samples.at(core.inputs[0].fractional).swapaxes(0, 1).reshape(CELLS * CROSSINGS, -1)
    mask = (1 << core.x_lane) - 1
    return [sum((int(code) & mask) << place * core.x_lane for place, code in zip(count(), row)) for row in codes]


def expected(graph: Graph, samples: FixedArray) -> Ints:
    """The interpreter's result of every window, in the order in which windows are complete."""
    windows = sliding_window_view(samples.integers, WINDOW, axis=1).swapaxes(2, 3)
    flat = FixedArray(windows.swapaxes(0, 1).reshape(-1, *windows.shape[2:]), samples.fractional)
    output = graph.outputs[0]
    return interpret(graph, {graph.inputs[0].name: flat})[output].at(int(graph.types[output].fractional.max()))


def packed(codes: Ints, lane: int) -> str:
    return "".join(f"{int(code) & ((1 << lane) - 1):0{lane}b}" for code in reversed(codes))
