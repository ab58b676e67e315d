"""Reports of HLS in forms that the real ones at hand do not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vendor_reports.reading import found_in, only, refused
from tests.vendor_reports.texts import cosim, csynth_xml


def test_a_latency_that_the_tool_does_not_know(tmp_path: Path) -> None:
    report = only(tmp_path, network_csynth__xml=csynth_xml(latency="undef"))
    assert report.latency and report.latency.worst is None
    assert report.interval and report.interval.worst == 1


def test_reports_of_the_functions_of_a_run_are_left_out(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        csynth__xml=csynth_xml(),
        network_csynth__xml=csynth_xml(),
        dense_csynth__xml=csynth_xml(lut="17", top="dense"),
    )
    assert [each.file for each in found.reports] == ["csynth.xml", "network_csynth.xml"]
    assert not found.unused


def test_a_co_simulation_with_cycles(tmp_path: Path) -> None:
    report = only(tmp_path, network_cosim__rpt=cosim())
    assert report.passed
    assert report.latency and (report.latency.best, report.latency.average, report.latency.worst) == (20, 21.0, 24)
    assert report.interval and (report.interval.best, report.interval.worst) == (10, 11)


def test_a_co_simulation_that_failed_gives_no_cycles(tmp_path: Path) -> None:
    report = only(tmp_path, network_cosim__rpt=cosim("Fail"))
    assert report.passed is False
    assert report.latency is None and report.interval is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (cosim("NA", ["NA"] * 6), "nothing was simulated"),
        (cosim("Perhaps"), "'Perhaps'"),
        (cosim(cycles=("20", "99", "24", "10", "10", "11")), "contradicts"),
    ],
)
def test_a_co_simulation_that_says_nothing(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, network_cosim__rpt=text).reason
