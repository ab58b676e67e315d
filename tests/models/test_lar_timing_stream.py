"""lar_timing on an endless stream: ten cells in turn on one core, and every result that of the cell's own window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.lar_timing.windows import WINDOW

from fpgaml.rtl.dataflow.core import streaming_core
from fpgaml.rtl.dataflow.endless.rates import plan
from fpgaml.rtl.settings import Hdl
from tests.cosim.running import LANGUAGES, simulator_or_skip
from tests.models.lar_stream import CELLS, cells, dataflow, packed, results, words
from tests.rtl.dataflow.simulate import Cycle, Trial, simulate

CROSSINGS = 40


def test_the_filters_are_computed_once_a_sample() -> None:
    made = plan(dataflow().graph, 1)
    (shared,) = made.shared
    assert shared.nodes[0].name == "filters" and shared.nodes[-1].name == "filters_oq"
    assert shared.taps == (0, 1, 2, 3) and made.taps == (0, 2, 4, 6, 8)


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_ten_cells_in_turn(simulator: str, tmp_path: Path) -> None:
    """Densely at first, then with pauses of any length, anywhere in a turn."""
    tool, hdl = simulator_or_skip(simulator), Hdl(LANGUAGES[simulator])
    made = dataflow()
    core = streaming_core(made, "lar", hdl)
    samples = cells(made.graph, CROSSINGS)
    rng, count = np.random.default_rng(4), CELLS * CROSSINGS
    apart = np.where((np.arange(count) < count // 2) | (rng.random(count) < 0.7), 1, rng.integers(2, 30, count))
    edges = np.cumsum(apart) + 2
    cycles = [Cycle(edge < 2, False, 0) for edge in range(edges[-1] + made.latency + 5)]
    for edge, word in zip(edges, words(core.boundary, samples), strict=True):
        cycles[edge] = Cycle(False, True, word)
    (seen,) = simulate([Trial(core, cycles)], tmp_path, tool)
    left = [beat for beat in seen.beats if beat.edge > 1]
    expected = packed(core.boundary, results(made.graph, samples))
    # From the last sample of its first window on, every sample of a cell lets a result out.
    assert [beat.edge for beat in left] == [edge + made.latency for edge in edges[CELLS * (WINDOW - 1) :]]
    assert [(beat.valid, beat.bits) for beat in left] == [("1", bits) for bits in expected]
