"""From a model file to RTL that is proved on a simulator, and what the report then says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fpgaml.cli.main import app
from fpgaml.report.read import read_project
from tests.cosim.running import simulator_or_skip
from tests.paths import ROOT

pytest.importorskip("alkaid", reason="alkaid is not installed")

MODEL = ROOT / "tests" / "fixtures" / "keras3" / "dense_default.keras"


def run(*arguments: str) -> str:
    """The command line; it must succeed."""
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.mark.parametrize(("hdl", "simulator"), [("verilog", "icarus"), ("vhdl", "ghdl")])
def test_convert_cosim_report(hdl: str, simulator: str, tmp_path: Path) -> None:
    simulator_or_skip(simulator)
    recorded = np.load(MODEL.with_suffix(".npz"))
    np.savez(tmp_path / "data.npz", x=recorded["in/x"], y=recorded["layer/third"])
    project, data = str(tmp_path / "p"), str(tmp_path / "data.npz")
    output = run("convert", str(MODEL), "-b", "kcu116", "-t", "rtl", "--hdl", hdl, "--data", data, "-o", project)
    assert "Graph = RTL simulation NOT CHECKED `fpgaml cosim PROJECT`" in output
    assert "CONVERTED, NOT FULLY PROVED" in output
    entry = json.loads(run("cosim", project, "--sim", simulator, "--random", "50", "--json"))["cosim"]
    assert entry["measured"]["latency"] == entry["declared"]["latency"]
    names = {check.name: check.status for check in read_project(tmp_path / "p").results.checks}
    assert names == {
        "source model = Graph": "exact",
        "Graph = netlist": "exact",
        f"Graph = RTL simulation ({simulator})": "exact",
    }
    assert "PROVED: source model = Graph on" in run("report", project)
