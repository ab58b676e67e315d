"""Digits as HDL: every value, and every cycle as the calendar says, behind pauses and resets too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.graph.interpreter import interpret
from fpgaml.graph.types import FixedType
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.dataflow.beats import stream
from fpgaml.rtl.dataflow.core import streaming_core
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.stages.digits import Digits
from fpgaml.rtl.settings import Hdl
from tests.cosim.running import LANGUAGES, simulator_or_skip
from tests.rtl.dataflow.simulate import Trial, simulate
from tests.rtl.dataflow.soak import EVENTS, Made, Wish, arrivals_of, checked, joined
from tests.rtl.dataflow.test_digits import DELAYS, MIXED, dense


def made(kind: FixedType, phases: int, top: str, hdl: Hdl) -> Made:
    graph = dense(kind, bias=True)
    source, output = stream(graph, "x", 7), stream(graph, "q", 3)
    stage = Digits("y", graph, graph.nodes[1:], source, output, phases, DELAYS)
    dataflow = Dataflow(graph, (source,), (stage,), (output,))
    values = corner_vectors(graph, EVENTS, 1)
    core = streaming_core(dataflow, top, hdl)
    return Made(Wish(graph, 7, phases), dataflow, core, values, interpret(graph, values))


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_as_the_calendar_says(simulator: str, tmp_path: Path) -> None:
    tool, hdl = simulator_or_skip(simulator), Hdl(LANGUAGES[simulator])
    kinds = [(FixedType(1, 3, 2), 2), (FixedType(0, 4, 2), 3), (MIXED, 8)]
    every = [made(kind, phases, f"d{number}", hdl) for number, (kind, phases) in enumerate(kinds)]
    rng = np.random.default_rng(5)
    arrivals = [joined(arrivals_of(each, rng)) for each in every]
    trials = [Trial(each.core, coming.cycles) for each, coming in zip(every, arrivals, strict=True)]
    for each, coming, left in zip(every, arrivals, simulate(trials, tmp_path, tool), strict=True):
        assert checked(each, coming, left) == []
