"""Quartus' Fitter and Timing Analyzer, and oneAPI's JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.vendor_reports.reading import found_in, only, refused
from tests.vendor_reports.texts import fit_summary, sta_report, sta_summary, titled

SETUP = ("Slow 900mV 100C Model Setup 'clk'", "-0.250", "-1.750")
HOLD = ("Fast 900mV 0C Model Hold 'clk'", "0.019", "0.000")


def test_the_fitter_in_alms_and_blocks(tmp_path: Path) -> None:
    report = only(tmp_path, network__fit__summary=fit_summary())
    assert (report.kind, report.source, report.part) == (
        "post-route",
        "Quartus Prime Pro 19.1.0",
        "1SG280HU2F50E2VG",
    )
    assert [(each.name, each.used, each.available, each.unit) for each in report.resources] == [
        ("LUT", 12345, 933120, "ALM"),
        ("FF", 30210, None, "register"),
        ("DSP", 40, 5760, "variable-precision DSP block"),
        ("BRAM", 17, 11721, "M20K"),
    ]
    assert not report.notes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Fitter_Status": "Failed - Sun Mar 22 17:41:32 2020"}, "did not succeed: Failed"),
        ({"Device": "EP4CE22F17C6"}, "EP4CE22F17C6"),
        ({"Total_PLLs": ""}, "cut off"),
        ({"Total_RAM_Blocks": ""}, "Total RAM Blocks"),
        ({"Total_registers": "many"}, "'many'"),
        ({"Quartus_Prime_Version": "none"}, "which Quartus"),
    ],
)
def test_a_fitter_that_gives_no_number_says_why(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    assert said in refused(tmp_path, network__fit__summary=fit_summary(**changes)).reason


def test_entities_of_the_fitters_report(tmp_path: Path) -> None:
    summary = [(name, value) for name, value in (line.split(" : ") for line in fit_summary().splitlines())]
    titles = (
        "Compilation Hierarchy Node",
        "ALMs needed [=A-B+C]",
        "Dedicated Logic Registers",
        "M20Ks",
        "DSP Blocks",
        "Entity Name",
    )
    entities = [
        titles,
        ("|network", "12345.0 (2.5)", "30210 (9)", "17", "40", "network"),
        ("   |core:u|", "100.4 (90.0)", "7 (7)", "1", "0", "core"),
    ]
    rule = "-" * 21
    text = "\n".join(
        [
            "Fitter report for network\nSun Mar 22 17:41:32 2020\n",
            f"{rule}\n; Table of Contents ;\n{rule}\n  1. Fitter Summary\n  2. Fitter Resource Utilization by Entity\n",
            titled("Fitter Summary", summary, rulers_after=()),
            titled("Fitter Resource Utilization by Entity", entities),
        ]
    )
    report = only(tmp_path, network__fit__rpt=text)
    assert [(row.name, row.module, row.depth) for row in report.rows] == [
        ("network", "network", 0),
        ("core:u", "core", 1),
    ]
    assert report.rows[1].resources == {"LUT": 100, "FF": 7, "BRAM": 1, "DSP": 0}
    cut = text[: text.index("; Compilation")]
    assert "cut off" in refused(tmp_path, network__fit__rpt=cut).reason


def test_a_timing_summary_counts_beside_its_fitter_alone(tmp_path: Path) -> None:
    text = sta_summary(SETUP, HOLD)
    assert "neither version nor part" in refused(tmp_path, network__sta__summary=text).reason
    found = found_in(tmp_path, network__fit__summary=fit_summary())
    timing = found.reports[1].timing
    assert (found.reports[1].source, found.reports[1].top) == ("Quartus Prime Pro 19.1.0", "network")
    assert timing and timing.met is False
    worst = timing.worst("setup")
    assert worst and (worst.worst_ns, worst.total_ns, worst.corner) == (-0.25, -1.75, "Slow 900mV 100C")


@pytest.mark.parametrize(
    ("setup", "unconstrained", "clock", "met"),
    [("0.412", "0", True, True), ("-0.300", "0", True, False), ("0.412", "2", True, None), ("0.412", "0", False, None)],
)
def test_clocks_and_corners(tmp_path: Path, setup: str, unconstrained: str, clock: bool, met: bool | None) -> None:
    report = only(tmp_path, network__sta__rpt=sta_report(setup, unconstrained=unconstrained, clock=clock))
    assert report.timing and report.timing.met is met
    if clock:
        [found] = report.timing.clocks
        assert (found.name, found.period_ns, found.fmax_mhz) == ("clk", 5.0, 210.5)


def test_a_snapshot_that_is_not_final_is_not_post_route(tmp_path: Path) -> None:
    report = only(tmp_path, network__sta__rpt=sta_report(snapshot="planned"))
    assert (report.kind, report.notes) == (
        "post-synthesis",
        ("the snapshot is planned, not final: delays may still change",),
    )


def _estimate(**rows: list[object]) -> str:
    head = {"summary_type": "estimatedResources", "columns": ["Kernel Name", "ALUTs ", "FFs  ", "RAMs ", "DSPs "]}
    entries = [head, *({"name": name, "parent": "estimatedResources", "data": data} for name, data in rows.items())]
    return "\n".join(map(json.dumps, entries))


def test_oneapi_estimate(tmp_path: Path) -> None:
    text = _estimate(Network=[95, 82, 2, 0], Total=[2462, 7938, 77, 0], Available=["974400", "1948800", "7110", "4510"])
    report = only(tmp_path, summary__ndjson=text)
    assert (report.kind, report.tool, report.part) == ("hls-csynth", "oneAPI", "")
    assert [(each.name, each.used, each.available, each.unit) for each in report.resources] == [
        ("LUT", 2462, 974400, "ALUT"),
        ("FF", 7938, 1948800, "register"),
        ("BRAM", 77, 7110, "RAM block"),
        ("DSP", 0, 4510, "DSP"),
    ]
    assert [row.name for row in report.rows] == ["Network"]
    assert "total" in refused(tmp_path, summary__ndjson=_estimate(Network=[95, 82, 2, 0])).reason
    assert "no number" in refused(tmp_path, summary__ndjson=text.replace("2462", "NaN")).reason
    assert "no count" in refused(tmp_path, summary__ndjson=text.replace("2462", "-1")).reason


def test_oneapi_after_quartus(tmp_path: Path) -> None:
    clock = {"nodes": [{"name": "Quartus Fitter: Clock Frequency (MHz)", "clock fmax": "597.73"}]}
    numbers = {"alm": "4520.5", "alut": "4182", "reg": "16419", "dsp": "40", "ram": "36", "mlab": "52"}
    fit = {"nodes": [{"type": "system", "name": "image", **numbers}, {"type": "kernel", "name": "Network", **numbers}]}
    text = json.dumps({"quartusFitClockSummary": clock, "quartusFitResourceUsageSummary": fit})
    report = only(tmp_path, quartus__ndjson=text)
    assert (report.kind, report.top) == ("post-route", "Network")
    assert [(each.name, each.used) for each in report.resources] == [
        ("LUT", 4521),
        ("FF", 16419),
        ("DSP", 40),
        ("BRAM", 36),
    ]
    assert report.timing and report.timing.met is None and report.timing.clocks[0].fmax_mhz == 597.73
    not_run = {
        "quartusFitClockSummary": {"nodes": [{"name": "Run Quartus compile"}]},
        "quartusFitResourceUsageSummary": {"nodes": []},
    }
    assert "not run" in refused(tmp_path, quartus__ndjson=json.dumps(not_run)).reason


def test_formats_that_are_known_and_not_read_are_named(tmp_path: Path) -> None:
    assert "JavaScript" in refused(tmp_path, report_data__js="var loopsJSON={};").reason
