"""Serial engines as HDL: every value, and every cycle as the calendar says, behind pauses and resets too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.graph.interpreter import interpret
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.dataflow.core import streaming_core
from fpgaml.rtl.settings import Hdl
from tests.cosim.running import LANGUAGES, simulator_or_skip
from tests.rtl.dataflow.serial_layers import LAYERS
from tests.rtl.dataflow.simulate import Trial, simulate
from tests.rtl.dataflow.soak import EVENTS, Made, Wish, arrivals_of, checked, joined

SIMULATED = (
    *("dense", "one step", "large table", "dilated, padded", "two axes, padded", "depthwise", "max pool, padded"),
    *("words over positions", "smallest by column"),
)


def made(name: str, top: str, hdl: Hdl) -> Made:
    dataflow = LAYERS[name]()
    values = corner_vectors(dataflow.graph, EVENTS, 1)
    core = streaming_core(dataflow, top, hdl)
    wish = Wish(dataflow.graph, dataflow.sources[0].beats.lanes, dataflow.interval)
    return Made(wish, dataflow, core, values, interpret(dataflow.graph, values))


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_as_the_calendar_says(simulator: str, tmp_path: Path) -> None:
    tool, hdl = simulator_or_skip(simulator), Hdl(LANGUAGES[simulator])
    every = [made(name, f"g{number}", hdl) for number, name in enumerate(SIMULATED)]
    rng = np.random.default_rng(5)
    arrivals = [joined(arrivals_of(each, rng)) for each in every]
    trials = [Trial(each.core, coming.cycles) for each, coming in zip(every, arrivals, strict=True)]
    seen = simulate(trials, tmp_path, tool)
    problems = {
        name: checked(each, coming, left)
        for name, each, coming, left in zip(SIMULATED, every, arrivals, seen, strict=True)
    }
    assert problems == {name: [] for name in SIMULATED}
