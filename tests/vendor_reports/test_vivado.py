"""Vivado's reports in forms that the real ones at hand do not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vendor_reports.reading import only, refused
from tests.vendor_reports.texts import hierarchy, timing_summary, utilization

MET, NOT_MET = "All user specified timing constraints are met.", "Timing constraints are not met."
NONE = "There are no user specified timing constraints."
GOOD = ["0.322", "0.000", "0", "10", "0.024", "0.000", "0", "10", "1.300", "0.000", "0", "5"]
LATE = ["-0.125", "-1.500", "14", "10", *GOOD[4:]]


def test_half_a_tile_of_block_ram_is_a_block_of_18_kbit(tmp_path: Path) -> None:
    report = only(tmp_path, post_route_utilization__rpt=utilization(bram="6.5"))
    [bram] = [each for each in report.resources if each.name == "BRAM"]
    assert (bram.used, bram.available) == (13, 960)
    assert "6.25" in refused(tmp_path, post_route_utilization__rpt=utilization(bram="6.25")).reason


@pytest.mark.parametrize(
    ("state", "kind", "noted"),
    [
        ("Synthesized", "post-synthesis", False),
        ("Optimized", "post-synthesis", False),
        ("Fully Placed", "post-synthesis", True),
        ("Physopt postPlace", "post-synthesis", True),
        ("Routed", "post-route", False),
        ("Physopt postRoute", "post-route", False),
    ],
)
def test_the_kind_follows_from_the_state_of_the_design(tmp_path: Path, state: str, kind: str, noted: bool) -> None:
    report = only(tmp_path, vivado_synth__rpt=utilization(state=state))
    assert (report.kind, report.state) == (kind, state)
    assert any("not routed" in note for note in report.notes) == noted


def test_a_state_that_is_not_known_gives_no_number(tmp_path: Path) -> None:
    assert "'Dreamt'" in refused(tmp_path, vivado_synth__rpt=utilization(state="Dreamt")).reason


def test_a_version_that_was_never_tried_is_read_with_a_remark(tmp_path: Path) -> None:
    report = only(tmp_path, vivado_synth__rpt=utilization(version="2031.1"))
    assert report.notes == ("Vivado 2031.1 has not been tried; the report is of a known form",)
    changed = utilization(version="2031.1").replace("CLB LUTs", "Adaptive logic")
    assert "2031.1" in refused(tmp_path, vivado_synth__rpt=changed).reason


def test_hierarchy_instance_by_instance(tmp_path: Path) -> None:
    rows = [
        ("network", "(top)", "120", "100", "12", "8", "90", "1", "1", "2"),
        ("  (network)", "(top)", "5", "5", "0", "0", "4", "0", "0", "0"),
        ("  u_core", "core", "115(95%)", "95", "12", "8", "86", "1", "1", "2"),
        ("    u_fifo", "fifo", "30", "10", "12", "8", "20", "1", "0", "0"),
    ]
    report = only(tmp_path, post_route_hierarchical__rpt=hierarchy(rows))
    assert {each.name: each.used for each in report.resources} == {
        "LUT": 120,
        "LUTRAM": 20,
        "FF": 90,
        "DSP": 2,
        "BRAM": 3,
    }
    assert [(row.name, row.depth, row.inclusive) for row in report.rows] == [
        ("network", 0, True),
        ("(network)", 1, False),
        ("u_core", 1, True),
        ("u_fifo", 2, True),
    ]
    assert report.rows[2].resources["LUT"] == 115
    assert report.rows[3].resources["BRAM"] == 2


@pytest.mark.parametrize(
    ("verdict", "slacks", "no_clock", "met"),
    [(MET, GOOD, 0, True), (NOT_MET, LATE, 0, False), (NONE, ["NA"] * 12, 0, None), (MET, GOOD, 3, None)],
)
def test_what_was_not_constrained_is_no_pass(
    tmp_path: Path, verdict: str, slacks: list[str], no_clock: int, met: bool | None
) -> None:
    report = only(tmp_path, post_route_timing__rpt=timing_summary(verdict, slacks, no_clock=no_clock))
    timing = report.timing
    assert timing and timing.met is met
    assert ("no pass" in timing.said or "no clock" in timing.said) == (met is None)
    setup = timing.worst("setup")
    assert (setup is None) == (verdict == NONE)
    if verdict == NOT_MET:
        assert setup and (setup.worst_ns, setup.total_ns, setup.failing) == (-0.125, -1.5, 14)


def test_a_verdict_against_its_own_slack_is_not_believed(tmp_path: Path) -> None:
    assert "contradicts" in refused(tmp_path, post_route_timing__rpt=timing_summary(MET, LATE)).reason


def test_without_a_state_the_nets_tell_whether_the_design_is_routed(tmp_path: Path) -> None:
    text = timing_summary(MET, GOOD, state="")
    assert "state" in refused(tmp_path, top_timing_summary__rpt=text).reason
    routed = text + " net (fo=5, routed)           0.432     1.726    u/a\n"
    assert only(tmp_path, top_timing_summary__rpt=routed).kind == "post-route"
    placed = routed + " net (fo=5, estimated)        0.432     1.726    u/b\n"
    assert only(tmp_path, top_timing_summary__rpt=placed).kind == "post-synthesis"
