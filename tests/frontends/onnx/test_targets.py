"""Graphs of ONNX files on their way to firmware: netlists of all, C-simulation and RTL simulators of some.

With FPGAML_ALL_MODELS set, C-simulation takes all of them and the simulators a third (minutes).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fpgaml.graph.interpreter import interpret
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.run import NetlistRun
from tests.cosim.running import failures, simulator_or_skip
from tests.cosim.together import run_together
from tests.frontends.onnx.recorded import NAMES, built
from tests.hls.harness import check, events_for, needs_compiler, settings

ALL = bool(os.environ.get("FPGAML_ALL_MODELS"))
TOGETHER = 10
"""Models in one project: large projects compile slower than several small ones."""
EXPORTED = ("keras", "tf2onnx", "torch")
"""What the names of exporters' models begin with: too large for a simulator to be quick."""
SOME = NAMES[::3]
THIRD = [name for name in NAMES[1::3] if not name.startswith(EXPORTED)]
SIMULATED = THIRD if ALL else ["cnn", "conv_auto_pad", "parts", "products"]


@pytest.mark.parametrize("name", NAMES)
def test_netlists(name: str) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    graph = built(name).graph
    values = events_for(graph, 16)
    wanted, got = interpret(graph, values), NetlistRun(to_netlist(graph)).run(values)
    for output, value in wanted.items():
        unit = max(value.fractional, got[output].fractional)
        assert (value.at(unit) == got[output].at(unit)).all(), output


@needs_compiler
@pytest.mark.parametrize(
    "names",
    [SOME[at : at + TOGETHER] for at in range(0, len(SOME), TOGETHER)]
    if not ALL
    else [NAMES[at : at + TOGETHER] for at in range(0, len(NAMES), TOGETHER)],
)
def test_c_simulation(names: list[str], tmp_path: Path) -> None:
    check({name: built(name).graph for name in names}, settings("vitis", "io_parallel"), tmp_path)


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"] if ALL else ["icarus"])
def test_simulators(simulator: str, tmp_path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    simulator_or_skip(simulator)
    graphs = {name: built(name).graph for name in SIMULATED}
    outcome = run_together(graphs, simulator, tmp_path / "p", events=16, frames=24, clock_mhz=150.0)
    assert failures(outcome) == {}
    assert outcome.measured.latency == outcome.declared.latency
