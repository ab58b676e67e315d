"""Files that are cut off, mixed up or made to harm: a reason for each, and the others are read."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from fpgaml.record.vendor import VendorReport
from fpgaml.vendor_reports.find import DEEPEST
from fpgaml.vendor_reports.formats import format_of
from fpgaml.vendor_reports.read import read_reports
from fpgaml.vendor_reports.source import LARGEST, UnusableError, read_source
from tests.paths import SHARED
from tests.vendor_reports.reading import found_in, only, refused
from tests.vendor_reports.texts import (
    cosim,
    csynth_xml,
    fit_summary,
    hierarchy,
    sta_report,
    sta_summary,
    timing_summary,
    utilization,
)

GOOD = ["0.322", "0.000", "0", "10", "0.024", "0.000", "0", "10", "1.300", "0.000", "0", "5"]
TEXTS = {
    "csynth.xml": csynth_xml(),
    "network_cosim.rpt": cosim(),
    "utilization.rpt": utilization(),
    "hierarchical.rpt": hierarchy([("network", "(top)", "10", "9", "1", "0", "12", "1", "1", "2")]),
    "timing_summary.rpt": timing_summary("All user specified timing constraints are met.", GOOD),
    "a.fit.summary": fit_summary(),
    "a.sta.summary": sta_summary(("Slow 900mV 100C Model Setup 'clk'", "0.4", "0.0")),
    "a.sta.rpt": sta_report(),
}
REAL = sorted((SHARED / "vendor_reports").rglob("*.rpt")) + sorted((SHARED / "vendor_reports").rglob("*.xml"))


def parse(path: Path) -> VendorReport | None:
    """A file on its own; None where it gives no number."""
    try:
        source = read_source(path, path.name)
        form = format_of(source)
        return form.read(source) if form else None
    except UnusableError:
        return None


def cut_anywhere(folder: Path, name: str, content: bytes, places: int) -> None:
    """A report that is cut off says nothing, or the same as the whole one."""
    path = folder / name
    path.write_bytes(content)
    whole = parse(path)
    assert whole is not None
    said = whole.model_dump(exclude={"sha256"})
    draw = random.Random(7)
    # The end is where a report may be whole and yet too short.
    chosen = {draw.randrange(len(content)) for _ in range(places)} | set(range(max(0, len(content) - 40), len(content)))
    for place in sorted(chosen):
        path.write_bytes(content[:place])
        part = parse(path)
        assert part is None or part.model_dump(exclude={"sha256"}) == said, place


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_cut_off_says_nothing_or_the_same(tmp_path: Path, name: str) -> None:
    cut_anywhere(tmp_path, name, TEXTS[name].encode(), 150)


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_what_is_cut_off_of_real_reports(tmp_path: Path, path: Path) -> None:
    cut_anywhere(tmp_path, path.name, path.read_bytes(), 60)


def test_real_reports_are_there() -> None:
    if not REAL:
        pytest.skip("the real reports are not beside this checkout")


@pytest.mark.parametrize("name", TEXTS)
def test_damaged_bytes_never_raise(tmp_path: Path, name: str) -> None:
    draw, content = random.Random(3), TEXTS[name].encode()
    pieces = [b"|", b";", b"+", b"\n", b"-5", b"1e999", b"NaN", b"\xff", b"<", b"", b"999999999999999999999999", b"("]
    for _ in range(120):
        damaged = bytearray(content)
        for _ in range(draw.choice([1, 2, 8])):
            place = draw.randrange(len(damaged) + 1)
            damaged[place : place + draw.choice([0, 1, 9, 90])] = draw.choice(pieces)
        (tmp_path / name).write_bytes(bytes(damaged))
        read_reports(tmp_path)


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("network_csynth.xml", f'<?xml version="1.0"?>{BOMB}]><profile><Version>&j;</Version></profile>', "entities"),
        ("network_csynth.xml", "<profile>" + "<a>\n" * 9000, "cut off, or no XML"),
        ("network_csynth.xml", "<profile>\n" + "<a>\n" * 9000 + "</a>\n" * 9000 + "</profile>", "does not say Version"),
        ("network_csynth.xml", csynth_xml(lut="1e999"), "'1e999' for LUT, which is no count"),
        ("network_csynth.xml", csynth_xml(lut="NaN"), "'NaN'"),
        ("network_csynth.xml", csynth_xml(lut="-5"), "'-5'"),
        ("network_csynth.xml", csynth_xml(lut="9" * 5000), "no count"),
        ("network_csynth.xml", csynth_xml().replace("3.650", "nan"), "no finite number"),
        ("network_csynth.xml", csynth_xml().replace("3.650", "0"), "above zero"),
        ("network_csynth.xml", "", "is empty"),
        ("network_csynth.xml", " \n \n", "is empty"),
        ("network_csynth.xml", "ERROR: [HLS 200-70] Compilation errors found", "no report of a known form"),
        ("vivado_synth.rpt", "x" * 30_000, "a line of 30,000 characters"),
        ("vivado_synth.rpt", utilization().replace("network", " " * 19_900), "does not say its 'Design'"),
        ("vivado_synth.rpt", utilization(lut="1\x002"), "is no text"),
        ("vivado_synth.rpt", utilization(lut="-12"), "no count"),
    ],
)
def test_a_reason_for_each(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "network_cosim.rpt").write_text(cosim())
    found = read_reports(tmp_path)
    [unused] = found.unused
    assert said in unused.reason
    assert len(unused.reason) < 300
    # One bad file does not hide the other.
    assert [each.file for each in found.reports] == ["network_cosim.rpt"]


def test_a_file_by_another_name_is_read_by_what_it_holds(tmp_path: Path) -> None:
    report = only(tmp_path, vivado_synth__rpt=csynth_xml())
    assert report.kind == "hls-csynth"
    assert report.notes == ("its name does not end in .xml: read as HLS C-synthesis (XML) by what it holds",)


def test_names_are_one_line_of_print(tmp_path: Path) -> None:
    name = "\x1b[31m<script>alert(1)</script>\u202e" + "n" * 400
    rows = [("network", "(top)", *"1111111"), (f"  {name}", "m", *"1111111")]
    report = only(tmp_path, hierarchical__rpt=hierarchy([(*row, "1") for row in rows]))
    shown = report.rows[1].name
    assert shown.startswith("?[31m<script>alert(1)</script>?nnn")
    assert len(shown) == 300 and shown.isprintable()


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "network_csynth.xml")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a_csynth.xml").symlink_to(tmp_path / "a_csynth.xml")
    (tmp_path / "gone_csynth.xml").symlink_to(tmp_path / "nothing")
    (tmp_path / "folder_csynth.xml").mkdir()
    found = read_reports(tmp_path)
    assert {each.file: each.reason for each in found.unused} == {
        "network_csynth.xml": "is no regular file",
        "a_csynth.xml": "cannot be read: Too many levels of symbolic links",
        "gone_csynth.xml": "cannot be read: No such file or directory",
    }


def test_a_file_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "vivado_synth.rpt").open("wb") as file:
        file.truncate(2 << 30)
    assert f"where a report has up to {LARGEST:,}" in refused(tmp_path).reason


def test_what_was_not_looked_into_is_told(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (DEEPEST + 1))
    deep.mkdir(parents=True)
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "csynth.xml").write_text(csynth_xml())
    found = read_reports(tmp_path)
    assert [each.file for each in found.reports] == ["z/csynth.xml"]
    assert "not all were looked into" in found.unused[0].reason


def test_other_files_are_not_told_of(tmp_path: Path) -> None:
    found = found_in(tmp_path, drc__rpt="Report DRC", pom__xml="<project/>", notes__txt="csynth", b__ndjson="{}")
    assert (found.reports, found.unused) == ((), ())
