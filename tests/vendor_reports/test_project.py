"""Whether a report is of this project, and of its files as they lie there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.vendor_reports.devices import same_part
from fpgaml.vendor_reports.read import Found, project_reports
from tests.report.samples import manifest, results
from tests.vendor_reports.texts import csynth_xml, hierarchy, utilization

PART = "xcku5p-ffvb676-2-e"
SOURCE, REPORT = "firmware/network.cpp", "vivado_synth.rpt"
HOUR = 3600.0


def project(folder: Path, report: str, *, part: str = PART, written: float = 0.0, made: float = HOUR) -> Manifest:
    """A project with one source, and a report in it; written, made: their times in s after some day."""
    board = {"name": "b", "part": part, "clock_ns": 5.0, "note": ""}
    for name, text, time in ((SOURCE, "int network;", written), (REPORT, report, made)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        os.utime(folder / name, (1e9 + time, 1e9 + time))
    return parse(Manifest, "manifest.json", manifest(board=board))


def read(folder: Path, facts: Manifest, *edited: str) -> Found:
    return project_reports(folder, facts, edited)


def test_a_report_of_this_project(tmp_path: Path) -> None:
    [report] = read(tmp_path, project(tmp_path, utilization())).reports
    assert (report.file, report.edited, report.notes) == (REPORT, False, ())


@pytest.mark.parametrize(
    ("text", "part", "said"),
    [
        (utilization(top="AI_TRIGGER_TOP"), PART, "is of AI_TRIGGER_TOP, and the top of the project is network"),
        (utilization(), "xcu250-figd2104-2L-e", f"is for {PART}, and the project is for xcu250-figd2104-2L-e"),
        (csynth_xml(top="dense"), PART, "is of dense"),
    ],
)
def test_a_report_of_something_else(tmp_path: Path, text: str, part: str, said: str) -> None:
    found = read(tmp_path, project(tmp_path, text, part=part))
    assert not found.reports
    assert said in found.unused[0].reason


def test_the_core_is_found_in_a_larger_design(tmp_path: Path) -> None:
    rows = [
        ("trigger", "(top)", "900", "880", "12", "8", "700", "9", "1", "20"),
        ("  u_one", "network", "120", "110", "6", "4", "90", "1", "1", "2"),
        ("  u_two", "network", "124", "110", "6", "4", "90", "1", "1", "2"),
        ("    u_fifo", "fifo", "30", "10", "12", "8", "20", "1", "0", "0"),
    ]
    [report] = read(tmp_path, project(tmp_path, hierarchy(rows, top="trigger"))).reports
    assert report.top == "network"
    assert [(each.name, each.used, each.available) for each in report.resources] == [
        ("LUT", 124, None),
        ("LUTRAM", 10, None),
        ("FF", 90, None),
        ("DSP", 2, None),
        ("BRAM", 3, None),
    ]
    assert report.notes == ("u_two, the largest of 2 instances in trigger, with what lies in it",)


def test_a_report_from_before_an_edit_is_not_used(tmp_path: Path) -> None:
    facts = project(tmp_path, utilization(), written=2 * HOUR)
    found = read(tmp_path, facts, SOURCE)
    assert not found.reports
    assert f"older than {SOURCE}" in found.unused[0].reason


def test_a_report_from_after_an_edit_is_of_the_edited_files(tmp_path: Path) -> None:
    [report] = read(tmp_path, project(tmp_path, utilization()), SOURCE).reports
    assert report.edited


def test_a_report_older_than_the_project_is_doubtful(tmp_path: Path) -> None:
    """It may have been copied with the project: no time of a file says that for certain."""
    [report] = read(tmp_path, project(tmp_path, utilization(), written=HOUR, made=0.0)).reports
    assert "older than the project" in report.notes[0]
    [report] = read(tmp_path, project(tmp_path, utilization(), written=30.0, made=0.0)).reports
    assert not report.notes


def test_reports_elsewhere_are_called_by_their_path(tmp_path: Path) -> None:
    facts = project(tmp_path, utilization())
    other = tmp_path.parent / f"{tmp_path.name}_runs"
    other.mkdir()
    assert project_reports(tmp_path, facts, (), [other]).unused[0].reason == "holds no report of a known form"
    (other / REPORT).write_text(utilization(lut="1300"))
    found = project_reports(tmp_path, facts, (), [other])
    assert [each.file for each in found.reports] == [REPORT, f"{other}/{REPORT}"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("xcku5p-ffvb676-2-e", "xcku5p-ffvb676", True),
        ("7z020clg400-1", "xc7z020clg400-1", True),
        ("7a35ti-csg324", "xc7a35ticsg324-1L", True),
        ("xcku5p-ffvb676-2-e", "xcku5p-ffvb676-1-e", False),
        ("xcku5p-ffvb676-2-e", "xcku3p-ffvb676-2-e", False),
        ("xc7z020clg400-1", "xc7z020clg484-1", False),
    ],
)
def test_parts_as_the_tools_write_them(one: str, other: str, same: bool) -> None:
    assert same_part(one, other) == same == same_part(other, one)


def test_the_record_holds_them_until_a_newer_one_comes(tmp_path: Path) -> None:
    old = read(tmp_path, project(tmp_path, utilization(lut="1100"))).reports
    new = read(tmp_path, project(tmp_path, utilization(lut="1200"))).reports
    record = parse(Results, "results.json", results()).with_vendor(old)
    again = parse(Results, "results.json", record.to_json())
    assert again.vendor == old
    assert again.with_vendor(new).vendor == new
    assert again.with_vendor((), instead_of=[REPORT]).vendor == ()
