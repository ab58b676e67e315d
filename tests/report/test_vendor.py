"""Vendors' reports as they are shown, and beside all other numbers of the same resources."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from fpgaml.cli.report import report
from fpgaml.project.hashes import folder_hashes
from fpgaml.record.base import Kind
from fpgaml.record.results import Results
from fpgaml.record.synthesis import Resource
from fpgaml.record.vendor import UnusedReport
from fpgaml.report.by_kind import Column, columns_of, differences, reported
from fpgaml.report.drawing import Bars
from fpgaml.report.html.page import html_report
from fpgaml.report.markdown import markdown_report
from fpgaml.report.section import Figure, Section
from fpgaml.report.sections.by_kind import section
from fpgaml.report.sections.vendor import vendor_sections
from fpgaml.report.text import print_report, print_sections
from fpgaml.vendor_reports.read import read_reports
from tests.paths import SHARED
from tests.report.pages import HOSTILE, subject
from tests.report.samples import manifest, results
from tests.vendor_reports.reading import found_in, only
from tests.vendor_reports.texts import cosim, csynth_xml, hierarchy, timing_summary, utilization

CNN = SHARED / "vendor_reports" / "vitis_hls_2023.2_cnn_core"
app = typer.Typer()
app.command()(report)


def text_of(*sections: Section, width: int = 100) -> str:
    stream = io.StringIO()
    print_sections(Console(file=stream, width=width), sections)
    return stream.getvalue()


@pytest.mark.skipif(not CNN.is_dir(), reason="the real reports are not beside this checkout")
def test_the_same_core_by_the_estimate_of_hls_and_by_synthesis() -> None:
    shown = text_of(section(reported(read_reports(CNN).reports)))
    assert shown.splitlines()[1:] == [
        "Resources by kind of number",
        "                         hls-csynth    post-synthesis  counted in",
        "  tool             Vitis HLS 2023.2     Vivado 2023.2",
        "  LUT              59,402 (27.38 %)  35,916 (16.55 %)  LUT6",
        "  of these LUTRAM          not said    2,524 (2.53 %)  LUT6",
        "  FF               64,663 (14.90 %)  59,771 (13.77 %)  register",
        "  DSP                 239 (13.10 %)     205 (11.24 %)  DSP48E2",
        "  BRAM                270 (28.12 %)       13 (1.35 %)  block RAM of 18 kbit",
        "  hls-csynth (Vitis HLS 2023.2) has 59,402 LUT, 1.65 times the 35,916 of post-synthesis (Vivado",
        "  2023.2).",
        "  post-synthesis (Vivado 2023.2) counts most: it is of the netlist of gates; only post-route would",
        "  count more.",
    ]


def column(kind: Kind, source: str, lut: int, unit: str = "LUT6", **more: Any) -> Column:
    return Column(kind, source, "", {"LUT": Resource(name="LUT", used=lut, unit=unit, available=None)}, **more)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([], []),
        ([column(Kind.ESTIMATE, "fpgaml", 10)], []),
        (
            [column(Kind.ESTIMATE, "fpgaml", 30), column(Kind.POST_ROUTE, "Vivado 2023.2", 20)],
            [
                "estimate (fpgaml) has 30 LUT, 1.50 times the 20 of post-route (Vivado 2023.2).",
                "post-route (Vivado 2023.2) counts most: it is what lies on the device, placed and routed.",
            ],
        ),
        # ALUTs are no ALMs.
        ([column(Kind.HLS_CSYNTH, "oneAPI", 30, "ALUT"), column(Kind.POST_ROUTE, "Quartus", 20, "ALM")], []),
        (
            [column(Kind.HLS_CSYNTH, "Vitis HLS 1", 3, run="a"), column(Kind.HLS_CSYNTH, "Vitis HLS 1", 4, run="b")],
            [
                "hls-csynth, Vitis HLS 1: a (3 LUT) and b (4 LUT) are of different runs, "
                "of which none counts more than another."
            ],
        ),
    ],
)  # fmt: skip
def test_how_the_kinds_differ(columns: list[Column], said: list[str]) -> None:
    assert list(differences(columns)) == said


def test_reports_of_one_run_are_one_column_and_of_two_runs_two(tmp_path: Path) -> None:
    rows = [("network", "(top)", "1200", "1190", "4", "6", "900", "6", "1", "7")]
    found = found_in(tmp_path, a_utilization__rpt=utilization(), b_hierarchical__rpt=hierarchy(rows))
    [one] = reported(found.reports)
    assert one.files == ("a_utilization.rpt", "b_hierarchical.rpt")
    assert (one.resources["LUT"].available, one.resources["LUTRAM"].used) == (216960, 10)
    again = found_in(tmp_path, c_utilization__rpt=utilization(lut="1201"))
    assert [each.run for each in reported(again.reports)] == ["a_utilization.rpt", "c_utilization.rpt"]


def test_fpgamls_own_numbers_stand_beside_them(tmp_path: Path) -> None:
    found = subject()
    record = found.results.with_vendor([only(tmp_path, network_csynth__xml=csynth_xml())])
    columns = columns_of(record, found.manifest.board.part)
    assert [each.title for each in columns] == [
        "estimate (fpgaml)",
        "hls-csynth (Vitis HLS 2023.2)",
        "post-synthesis (yosys 0.70)",
    ]
    [figure] = [part for part in section(columns).parts if isinstance(part, Figure)]
    assert isinstance(figure.drawing, Bars)
    assert [(bar.value, bar.note) for bar in figure.drawing.bars] == [
        (2500, ""),
        (5000, "2.3 % of the device"),
        (1200, "25.0 % of the device"),
    ]


def test_what_reviewers_read_of_timing_and_cycles(tmp_path: Path) -> None:
    slacks = ["-0.125", "-1.500", "14", "2371", "0.097", "0.000", "0", "2371", "1.370", "0.000", "0", "1024"]
    found = found_in(
        tmp_path,
        a_csynth__xml=csynth_xml(),
        a_cosim__rpt=cosim(),
        a_timing_summary__rpt=timing_summary("Timing constraints are not met.", slacks),
        b_csynth__xml="",
    )
    shown = text_of(*vendor_sections(found.reports, found.unused))
    assert "not used: b_csynth.xml is empty: the run that should have written it failed" in shown
    assert "  latency              12 cycles, 60 ns\n" in shown
    assert "  latency              20 to 24 cycles\n" in shown
    assert "  clock estimated      3.65 ns (274 MHz), met\n" in shown
    assert "  setup        all      -0.125  -1.500       14  2,371\n" in shown
    assert "  Timing constraints are not met.\n" in shown


def hostile_report(folder: Path) -> Results:
    rows = [("network", "(top)", *"12345678"), (f"  {HOSTILE.replace('|', '')}", "m", *"12345678")]
    reports = [only(folder, x_hierarchical__rpt=hierarchy(rows).replace("\x00", ""))]
    return subject().results.with_vendor(reports)


def test_markup_in_names_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    unused = (UnusedReport(file=f"{HOSTILE}.rpt", reason=HOSTILE),)
    found = replace(subject(), results=hostile_report(tmp_path), unused_reports=unused)
    page, note = html_report(found), markdown_report(found)
    assert "<script>alert" not in page + note
    assert "<img" not in page + note
    assert "&lt;script&gt;alert(1)" in page
    stream = io.StringIO()
    print_report(Console(file=stream, width=200), found)
    assert "\x1b" not in stream.getvalue() and "\u202e" not in stream.getvalue()


def project(folder: Path) -> Path:
    board = {"name": "b", "part": "xcku5p-ffvb676-2-e", "clock_ns": 5.0, "note": ""}
    (folder / "firmware").mkdir(parents=True)
    (folder / "firmware" / "network.cpp").write_text("void network() {}\n")
    (folder / "manifest.json").write_text(json.dumps(manifest(board=board, files=folder_hashes(folder))))
    (folder / "results.json").write_text(json.dumps(results()))
    return folder


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "100"})


def test_the_command_picks_up_what_lies_there_and_writes_nothing(tmp_path: Path) -> None:
    folder, runs = project(tmp_path / "p"), tmp_path / "runs"
    runs.mkdir()
    (folder / "vivado_synth.rpt").write_text(utilization(state="Synthesized"))
    (folder / "network_csynth.xml").write_text(csynth_xml()[:300])
    (runs / "network_csynth.xml").write_text(csynth_xml())
    before = (folder / "results.json").read_bytes()
    done = run(folder, "--reports", runs)
    assert done.exit_code == 0
    assert "not used: network_csynth.xml is cut off" in done.output
    assert "hls-csynth (Vitis HLS 2023.2) has 5,000 LUT, 4.17 times the 1,200 of post-synthesis" in done.output
    assert (folder / "results.json").read_bytes() == before
    content = json.loads(run(folder, "--json").output)
    assert [each["file"] for each in content["results"]["vendor"]] == ["vivado_synth.rpt"]
    assert [each["file"] for each in content["unused_reports"]] == ["network_csynth.xml"]


def test_a_co_simulation_that_failed_is_a_failure(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    (folder / "network_cosim.rpt").write_text(cosim("Fail"))
    done = run(folder)
    assert done.exit_code == 1
    assert "RTL against C  FAILED" in done.output


def test_reports_without_a_project(tmp_path: Path) -> None:
    (tmp_path / "csynth.xml").write_text(csynth_xml())
    for place in (tmp_path, tmp_path / "csynth.xml"):
        done = run(place)
        assert done.exit_code == 0
        assert "LUT 5,000 (2.30 %) LUT6" in " ".join(done.output.split())
    (tmp_path / "csynth.xml").write_text("<profile>")
    done = run(tmp_path)
    assert done.exit_code == 2
    assert "not used: csynth.xml is cut off, or no XML" in done.output
