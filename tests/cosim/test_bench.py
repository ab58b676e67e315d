"""The bench on correct designs: every shell, language and simulator that is here."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cosim.mini import Mini, write_vectors
from tests.cosim.running import LANGUAGES, failures, run_bench

EVERY_SHELL = {
    "golden_vectors",
    "latency_as_declared",
    "interval_as_declared",
    "random_gaps",
    "full_load",
    "reset_in_mid_frame",
}
AXIS = EVERY_SHELL | {
    "random_back_pressure",
    "tag_with_its_result",
    "frame_too_long_is_dropped",
    "valid_without_ready",
    "outputs_follow_the_clock",
    "handshake_rules",
    "tlast_marks_the_last_beat",
}
SIZES = {
    "several beats": {},
    "whole frames": {"in_beat": 5, "out_beat": 3},
    "more beats out": {"in_beat": 5, "out_beat": 1, "tag_bits": 1},
    "one element": {"inputs": 1, "in_beat": 1, "outputs": 1, "out_beat": 1, "in_width": 8, "out_width": 16},
    "words of 140 bits": {"inputs": 9, "in_width": 14, "in_beat": 9, "outputs": 7, "out_width": 20, "out_beat": 7},
}


def passed(outcome) -> set[str]:
    return {check.name for check in outcome.checks if check.status == "passed"}


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
def test_axis_design_passes(tmp_path: Path, simulator: str, sizes: dict[str, int]) -> None:
    mini = Mini("axis", LANGUAGES[simulator], **sizes)
    outcome = run_bench(mini.write(tmp_path / "p"), simulator)
    assert failures(outcome) == {}
    short = {"frame_cut_short_is_dropped"} if mini.beats_in > 1 else set()
    assert passed(outcome) == AXIS | short | {"no_x_after_reset"}
    assert outcome.measured.latency == mini.latency
    assert outcome.measured.interval == mini.interval
    assert outcome.measured.frames_per_second > 0


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_native_design_passes(tmp_path: Path, simulator: str) -> None:
    outcome = run_bench(Mini("native", LANGUAGES[simulator]).write(tmp_path / "p"), simulator)
    assert failures(outcome) == {}
    assert passed(outcome) == EVERY_SHELL | {"no_x_after_reset"}
    assert outcome.measured.latency == 3


def test_verilator_runs_the_same_bench(tmp_path: Path) -> None:
    project = Mini("axis").write(tmp_path / "p")
    outcome = run_bench(project, "verilator", frames=2000)
    assert failures(outcome) == {}
    assert passed(outcome) == AXIS | {"frame_cut_short_is_dropped"}  # it knows no X
    # Another seed runs other frames, and takes the program that is there.
    log = project / "sim" / "build" / "verilator" / "log.txt"
    again = run_bench(project, "verilator", frames=1000, seed=2)
    assert failures(again) == {}
    assert "g++" not in log.read_text()
    assert next(c.frames for c in again.checks if c.name == "full_load") == 1000


def test_files_of_a_run(tmp_path: Path) -> None:
    project = Mini("native").write(tmp_path / "p")
    before = {path for path in project.rglob("*") if path.is_file()}
    run_bench(project, "icarus")
    build = project / "sim" / "build" / "icarus"
    assert {path for path in project.rglob("*") if path.is_file() and build not in path.parents} == before
    cases = {case.get("name") for case in ET.parse(build / "results.xml").getroot().iter("testcase")}
    assert cases >= EVERY_SHELL
    results = json.loads((build / "bench_results.json").read_text())
    assert results["simulator"]["name"] == "Icarus Verilog"
    assert {row["name"] for row in results["checks"]} == cases


def test_extra_vectors_are_checked(tmp_path: Path) -> None:
    mini = Mini("native")
    project = mini.write(tmp_path / "p")
    x, y = mini.vectors(500, seed=7)
    write_vectors(tmp_path / "more", mini, (x, y))
    outcome = run_bench(project, "icarus", vectors=tmp_path / "more")
    assert failures(outcome) == {}
    assert next(c.frames for c in outcome.checks if c.name == "extra_vectors") == 500
    y[321, 1] ^= 4
    write_vectors(tmp_path / "more", mini, (x, y))
    outcome = run_bench(project, "icarus", vectors=tmp_path / "more")
    assert set(failures(outcome)) == {"extra_vectors"}
    first = outcome.failed[0].first
    assert first is not None
    assert (first.frame, first.output, first.element, first.bit) == (321, "y", 1, 2)
    assert "frame 321" in outcome.failed[0].message
    assert "y[1] bit 2" in outcome.failed[0].message


def test_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    project = Mini("axis").write(tmp_path / "p")
    cycles = [
        [(check.name, check.frames, check.cycles) for check in run_bench(project, "icarus", seed=seed).checks]
        for seed in (5, 5, 6)
    ]
    assert cycles[0] == cycles[1]
    assert cycles[0] != cycles[2]
