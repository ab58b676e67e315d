"""Which simulator is taken: by size and by what is asked, said in the record; --sim decides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fpgaml.cosim import choice
from fpgaml.cosim.choice import Ready, Work, choose
from fpgaml.cosim.load import cycles
from fpgaml.cosim.project import Options, simulate
from fpgaml.cosim.tools import Simulator
from fpgaml.report.sections.cosim import cosim_section
from tests.cosim.mini import Mini, write_project
from tests.cosim.running import simulator_or_skip

BOTH = [Simulator(name, "1", name.title(), {}) for name in ("verilator", "icarus")]
UNROLLED, STREAMED = {"interval": 1, "latency": 10}, {"interval": 1000, "latency": 1200}


@pytest.fixture
def _both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "find_simulators", lambda hdl: BOTH)


def work(kilobytes: float, bench: dict[str, int], frames: int | None = None) -> Work:
    return Work(kilobytes, {name: cycles(bench, name, frames, 0, None) for name in ("verilator", "icarus")})


@pytest.mark.usefixtures("_both")
@pytest.mark.parametrize(
    ("asked", "ready", "name"),
    [
        # Measured, in CPU seconds: 3 with Icarus, 21 with Verilator; 5 and 54; 40 and 38, of which 26 to compile.
        (work(24, UNROLLED), Ready(), "icarus"),
        (work(255, UNROLLED), Ready(), "icarus"),
        (work(100, STREAMED), Ready(), "verilator"),
        (work(255, UNROLLED, frames=100_000), Ready(), "verilator"),
        (work(24, UNROLLED), Ready(built=True), "verilator"),
        (replace(work(24, UNROLLED), tables=(65_536,)), Ready(), "verilator"),
    ],
)
def test_the_one_that_is_through_first(asked: Work, ready: Ready, name: str) -> None:
    found = choose("verilog", None, asked, lambda simulator: ready if simulator.name == "verilator" else Ready())
    assert found.simulator.name == name
    assert ("compiled already" if ready.built else "are expected to take") in found.reason


def test_the_reason_is_recorded_and_an_order_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FPGAML_CACHE_DIR", str(tmp_path / "cache"))  # where nothing is compiled yet
    simulator_or_skip("icarus")
    simulator_or_skip("verilator")
    project = write_project(tmp_path / "p", Mini("native"))
    found = simulate(project, Options(frames=50))
    assert found.simulator.name == "icarus" and "kB of HDL" in found.entry.chosen
    assert any("was chosen" in str(part) for part in cosim_section(found.entry).parts)
    assert not (project / "sim" / "build" / "verilator").exists()
    assert not simulate(project, Options("icarus", frames=50)).entry.chosen
