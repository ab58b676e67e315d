"""What a streaming project's record says, and what may be claimed when it is opened again."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from fpgaml.api import convert, verify
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.verdict import Status
from fpgaml.report.read import read_project
from fpgaml.report.text import print_report
from fpgaml.rtl.facts import RtlFacts
from fpgaml.rtl.target import RtlTarget

pytest.importorskip("alkaid", reason="alkaid is not installed")

MODEL = Path(__file__).parents[1] / "fixtures" / "keras3" / "dense_default.keras"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streaming") / "p"
    target = RtlTarget(rate=1e6)
    convert(MODEL, folder, target=target, board="kcu116", clock_mhz=200.0, framework="never", vectors=16)
    return folder


def status(folder: Path) -> dict[str, Status]:
    return {check.name: check.status for check in verify(folder).results.checks}


def test_the_timetable_is_recorded_and_shown(project: Path) -> None:
    facts, estimate = read_manifest(project).settings, read_results(project).estimate
    assert isinstance(facts, RtlFacts) and facts.schedule == "streaming"
    assert facts.asked is not None and facts.asked.interval == 200
    assert estimate is not None and estimate.timetable is not None
    assert estimate.timetable.asked == "a frame every 200 cycles at most"
    assert estimate.interval_cycles == facts.interval == estimate.timetable.interval <= 200
    assert sum(row.lut for row in estimate.timetable.rows) == estimate.lut
    assert all(row.start is not None and row.start < row.first for row in estimate.timetable.rows)
    assert not estimate.timetable.continuous and estimate.pipeline is None
    stream = io.StringIO()
    print_report(Console(file=stream, width=80), read_project(project))
    assert "Timetable (estimate)\n  asked: a frame every 200 cycles at most\n" in stream.getvalue()
    assert f"Verilog, streaming, a frame every {facts.interval} cycles" in stream.getvalue()
    readme = (project / "README.md").read_text()
    assert "fully unrolled" not in readme and f"a new frame every {facts.interval} cycles" in readme


def test_opened_again_the_dataflow_is_compared(project: Path) -> None:
    assert status(project)["Graph = dataflow"] == Status.EXACT


def test_another_schedule_than_lies_there_proves_nothing(project: Path) -> None:
    path = project / "results.json"
    before = path.read_text()
    content = json.loads(before)
    content["estimate"]["timetable"]["rows"][0]["lanes"] += 1
    path.write_text(json.dumps(content))
    try:
        assert status(project)["Graph = dataflow"] == Status.NOT_CHECKED
    finally:
        path.write_text(before)


def test_edited_hdl_is_not_proved_by_the_dataflow(project: Path) -> None:
    path = project / "hdl" / "network_core.v"
    before = path.read_text()
    path.write_text(before + "// edited\n")
    try:
        found = status(project)
        assert "Graph = dataflow" not in found
        assert found["Graph = RTL simulation"] == Status.NOT_CHECKED
    finally:
        path.write_text(before)
