"""Projects around streaming cores: what their bench checks, on real simulators, and that it finds what is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fpgaml.cosim.bulk.check import check_in_bulk
from fpgaml.cosim.bulk.result import BulkRequest
from fpgaml.cosim.bulk.run import NO_PAUSES, RANDOM_PAUSES
from fpgaml.rtl.settings import Form, Hdl, ShellKind
from fpgaml.rtl.target import RtlTarget
from tests.cosim.running import failures, run_bench
from tests.rtl.harness import write_project
from tests.rtl.small import small_graph

pytest.importorskip("alkaid", reason="alkaid is not installed")

FRAMES = 100


def streaming_project(folder: Path, shell: ShellKind, hdl: Hdl = Hdl.VERILOG, interval: int = 6) -> Path:
    """A small network, an element a beat."""
    target = RtlTarget(hdl, shell, schedule=Form.STREAMING, interval=interval)
    return write_project(folder, small_graph(), target, events=24)


@pytest.fixture(scope="module")
def axis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose bench leaves the tables out."""
    project = streaming_project(tmp_path_factory.mktemp("streaming") / "axis", ShellKind.AXIS)
    path = project / "sim" / "bench.json"
    content = json.loads(path.read_text())
    del content["tables"]
    path.write_text(json.dumps(content))
    return project


@pytest.mark.parametrize(
    ("shell", "simulator"), [(ShellKind.AXIS, "ghdl"), (ShellKind.NATIVE, "icarus"), (ShellKind.AXIS, "icarus")]
)
def test_every_check_passes(shell: ShellKind, simulator: str, tmp_path: Path) -> None:
    hdl = Hdl.VHDL if simulator == "ghdl" else Hdl.VERILOG
    project = streaming_project(tmp_path / "p", shell, hdl)
    outcome = run_bench(project, simulator, frames=FRAMES)
    assert failures(outcome) == {}
    found = {check.name: check for check in outcome.checks}
    assert found["golden_vectors"].frames >= 24 and outcome.partial == ""
    assert outcome.measured.drain == outcome.declared.drain
    if shell is ShellKind.AXIS:
        assert outcome.measured.fifo == outcome.declared.fifo
        assert found["frame_cut_short_is_dropped"].frames > 0


def test_a_budget_of_cycles_says_how_many_of_how_many(axis: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CYCLES", "30")
    project = Path(shutil.copytree(axis, tmp_path / "p"))
    events = len((project / "tb_data" / "input_x.txt").read_text().splitlines())
    outcome = run_bench(project, "icarus", frames=None, cycles=30)
    assert failures(outcome) == {}
    assert outcome.partial == f"golden vectors: 5 of {events} vectors, within 30 cycles"
    assert sum(check.cycles for check in outcome.checks) < 1500


SHORT = "frame_cut_short_is_dropped"
MUTATIONS = {
    "no room asked for": ("network.v", ".room(room)", ".room(1'b1)", "fifo_never_overflows"),
    "places never given back": ("network.v", "give = result_valid && result_ready", "give = 1'b0", "golden_vectors"),
    "tag of another beat": ("network.v", ".in_data(in_tag)", ".in_data(s_axis_tuser)", "tag_with_its_result"),
    "a FIFO too shallow": ("network.v", "localparam DEPTH = 2", "localparam DEPTH = 1", "interval_as_declared"),
    "a FIFO too deep": ("network.v", "localparam DEPTH = 2", "localparam DEPTH = 3", "fifo_as_declared"),
    "ends not looked at": ("network.v", ".end_broken(result_broken)", ".end_broken(1'b0)", SHORT),
    "short frame not completed": ("fpgaml_gate.v", "fill && spaced", "1'b0", SHORT),
    "valid not reset": ("fpgaml_exit.v", "\n            out_valid <= 1'b0;", "", "no_x_after_reset"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_is_wrong_is_found_by_its_check(name: str, axis: Path, tmp_path: Path) -> None:
    file, old, new, caught_by = MUTATIONS[name]
    project = Path(shutil.copytree(axis, tmp_path / "p"))
    source = project / "hdl" / file
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    found = failures(run_bench(project, "icarus", frames=FRAMES, cycles=600))
    assert caught_by in found


def test_declared_times_are_checked(axis: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(axis, tmp_path / "p"))
    path = project / "sim" / "bench.json"
    content = json.loads(path.read_text())
    drain = content["streaming"]["drain"]
    content["streaming"]["drain"] = drain + 1
    path.write_text(json.dumps(content))
    found = failures(run_bench(project, "icarus", frames=FRAMES, cycles=600))
    assert found == {"latency_as_declared": f"the last beat comes after [{drain}] cycles, declared are {drain + 1}"}


@pytest.mark.parametrize("shell", list(ShellKind))
def test_in_bulk(shell: ShellKind, tmp_path: Path) -> None:
    project = streaming_project(tmp_path / "p", shell)
    for pauses in (NO_PAUSES, RANDOM_PAUSES):
        result = check_in_bulk(project, BulkRequest(500, pauses=pauses, processes=2))
        assert result.passed, (result.first, result.problem)
        assert result.frames == 500
        if pauses.none:
            assert result.measured == result.declared


def test_bulk_finds_what_is_wrong(tmp_path: Path) -> None:
    project = streaming_project(tmp_path / "p", ShellKind.NATIVE)
    bench = project / "sim" / "bench.json"
    content = json.loads(bench.read_text())
    content["streaming"]["rest"] -= 1  # frames come faster than the core takes them
    content["interval"] -= 1
    bench.write_text(json.dumps(content))
    result = check_in_bulk(project, BulkRequest(500, processes=2))
    assert not result.passed and (result.first or result.problem)
