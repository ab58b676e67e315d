"""`fpgaml build`: the tool's log, its end, its reports in the record; a run that failed leaves no result."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from fpgaml.hls.settings import BACKENDS
from fpgaml.hls.vendor import make_rules
from fpgaml.progress import Silent
from fpgaml.record.files import read_manifest, read_results
from fpgaml.vendor_tools.build import build
from fpgaml.vendor_tools.recipe import HLS, RTL, step_of
from tests.paths import ROOT
from tests.synth.projects import needs_nextpnr, needs_yosys
from tests.vendor_reports.texts import csynth_xml, utilization
from tests.vendor_tools.double import install, rtl_project, timing

FAILS = """\
echo "WARNING: [Synth 8-1] nothing"
echo "ERROR: [Synth 8-439] module 'fpgaml_add' not found"
echo "ERROR: [Common 17-69] Command failed"
exit 1"""
SAYS_MISSED = """echo "the clock of 5 ns is missed: see vivado_build/post_route_timing.rpt"; exit 1"""


def run(*words: str | Path) -> tuple[int, str, str]:
    """Exit code, what is printed, and what is said on the error stream or by an error."""
    result = CliRunner().invoke(app, ["build", *map(str, words)], catch_exceptions=True)
    if isinstance(result.exception, FpgamlError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_reports_of_the_run_are_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = rtl_project(tmp_path / "p")
    install(tmp_path / "tools", monkeypatch)
    code, out, said = run(project, "--verbose")
    assert code == 0, out + said
    assert "PASSED" in out and "build.log" in "".join(out.split())
    # Line by line, and whole in the project; it ran where the script lies.
    assert "Command: synth_design -top network\n" in said
    log = (project / "build.log").read_text()
    assert "in synth: -mode batch -source vivado.tcl" in log and "route_design" in log
    found = {report.file: report for report in read_results(project).vendor}
    assert set(found) == {f"synth/vivado_build/post_route_{name}.rpt" for name in ("utilization", "timing")}
    used = found["synth/vivado_build/post_route_utilization.rpt"]
    assert (used.kind, used.source) == ("post-route", "Vivado 2023.2")
    assert {each.name: each.used for each in used.resources}["LUT"] == 1200


def test_steps_are_shown_within_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = rtl_project(tmp_path / "p")
    install(tmp_path / "tools", monkeypatch, 'echo "Phase 2.1 Floorplanning"')
    open_now: list[str] = []
    seen: list[str] = []

    class Told(Silent):
        @contextlib.contextmanager
        def step(self, title: str) -> Iterator[None]:
            open_now.append(title)
            seen.append(": ".join(open_now))
            yield
            open_now.remove(title)

    build(project, read_manifest(project), RTL["vivado"], Told())
    assert seen == ["Vivado", "Vivado: synth_design", "Vivado: route_design", "Vivado: Floorplanning"]
    assert not open_now


@pytest.mark.parametrize(
    ("reports", "end", "fault"),
    [
        ({"t.rpt": timing("-0.120"), "u.rpt": utilization()}, SAYS_MISSED, "the clock is missed: setup slack -0.12 ns"),
        ({"t.rpt": timing("0.1"), "u.rpt": utilization(lut="300000")}, "exit 0", "300,000 LUT of 216,960"),
    ],
)
def test_what_does_not_hold_is_recorded_and_fails(
    reports: dict[str, str], end: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = rtl_project(tmp_path / "p")
    install(tmp_path / "tools", monkeypatch, end, reports)
    code, out, _ = run(project, "--json")
    content = json.loads(out)["build"]
    assert code == 1 and not content["passed"]
    assert any(fault in each for each in content["faults"]), content["faults"]
    assert len(read_results(project).vendor) == 2


@pytest.mark.parametrize(
    ("end", "reports", "says"),
    [
        (FAILS, None, "failed with exit code 1: ERROR: [Synth 8-439] module 'fpgaml_add' not found"),
        ("exit 0", {}, "ended without a report that can be read: it wrote none"),
        ("exit 0", {"post_route_utilization.rpt": utilization()[:700]}, "cut off"),
        ("sleep 60", None, "did not end within 1 s"),
    ],
)
def test_a_failed_run_leaves_no_result(
    end: str, reports: dict[str, str] | None, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = rtl_project(tmp_path / "p")
    install(tmp_path / "tools", monkeypatch, end, reports)
    before = (project / "results.json").read_bytes()
    code, _, said = run(project, "--timeout", "1")
    assert code == 1 and says in said and "build.log" in said
    assert (project / "results.json").read_bytes() == before


def test_an_interrupted_build_leaves_nothing_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = rtl_project(tmp_path / "p")
    child = tmp_path / "child"
    install(tmp_path / "tools", monkeypatch, f"sleep 300 & echo $! > {child}; wait")
    before = (project / "results.json").read_bytes()
    words = [sys.executable, "-m", "fpgaml", "build", str(project)]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not (child.is_file() and child.read_text().strip()) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in said
    assert (project / "results.json").read_bytes() == before
    number = int(child.read_text())
    while _lives(number) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(number)


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
        return "zombie" not in Path(f"/proc/{number}/status").read_text()
    except OSError:
        return False


def test_a_missing_tool_says_what_would_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    project = rtl_project(tmp_path / "p")
    code, _, said = run(project, "--tool", "vivado")
    assert code == 2 and "`cd synth && vivado -mode batch -source vivado.tcl`" in said and "--tool yosys" in said
    code, _, said = run(project, "--tool", "quartus")
    assert code == 2 and "For this one: vivado or yosys" in said
    _set(project, hdl="vhdl")
    code, _, said = run(project)
    assert code == 2 and "needs vivado" in said and "--hdl verilog" in said
    _to_hls(project)
    code, _, said = run(project)
    assert code == 2 and "`make csynth`" in said and "Vitis" in said and "--target rtl" in said and "estimates" in said


def _set(project: Path, **settings: object) -> None:
    """Change the settings in a project's manifest."""
    manifest = json.loads((project / "manifest.json").read_text())
    manifest["settings"] |= settings
    (project / "manifest.json").write_text(json.dumps(manifest))


def _to_hls(project: Path) -> None:
    """Make an HLS project of it, with the Makefile that fpgaml writes for Vitis."""
    manifest = json.loads((project / "manifest.json").read_text())
    manifest["settings"] = {
        **{"target": "hls", "backend": "Vitis", "backend_chosen_for": "", "io": "io_parallel"},
        **{"strategy": "latency", "reuse_factor": 1, "layers": {}},
    }
    (project / "manifest.json").write_text(json.dumps(manifest))
    (project / "Makefile").write_text(make_rules(BACKENDS["vitis"]))


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on PATH")
def test_an_hls_project_is_synthesised_by_its_makefile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = rtl_project(tmp_path / "p")
    _to_hls(project)
    folder = "network_prj/solution1/syn/report"
    said = "INFO: [HLS 200-42] -- Implementing module 'network'"
    end = f'echo "{said}"; mkdir -p {folder}; cp vivado_build/csynth.xml {folder}/; rm -r vivado_build'
    vitis = install(tmp_path / "tools", monkeypatch, end, {"csynth.xml": csynth_xml()})
    vitis.rename(vitis.with_name("vitis_hls"))
    code, out, err = run(project, "--verbose")
    assert code == 0, out + err
    (report,) = read_results(project).vendor
    assert (report.kind, report.file) == ("hls-csynth", f"{folder}/csynth.xml")
    assert report.latency and report.latency.worst == 12
    assert "synth 1 cosim 0" in (project / "build_opt.tcl").read_text()
    assert said in err and step_of(HLS["Vitis"], said) == "Implementing module 'network'"


@needs_yosys
@needs_nextpnr
def test_without_the_vendors_tool_ecp5_is_built_with_open_ones(tmp_path: Path) -> None:
    project = rtl_project(tmp_path / "p", board="ecp5-evn")
    code, out, said = run(project, "--verbose")
    assert code == 0, out + said
    assert [each.kind for each in read_results(project).synthesis] == ["post-synthesis", "post-route"]
    assert "Executing" in said and "Routing" in said
    assert (project / "synth" / "build" / "open" / "ecp5" / "nextpnr.log").is_file()
