"""Budgets: which number counts, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fpgaml.budget.advice import next_step
from fpgaml.budget.budget import Budget
from fpgaml.budget.judge import judge
from fpgaml.budget.read import read_budget
from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.tasks import find_task, task_names
from tests.report import samples

BUDGET = """
board = "kcu116"
clock_mhz = 200

[[limit]]
what = "latency"
limit = 100.0
unit = "ns"
met_by = ["simulated"]
why = "the trigger waits no longer"

[[limit]]
what = "lut"
limit = 1000
unit = "LUT6"
met_by = ["post-synthesis", "post-route"]
why = "what is left"
"""
ESTIMATE = {
    "kind": "estimate",
    **{"lut": 900, "ff": 10, "dsp": 0, "layers": {}},
    **{"latency_cycles": 19, "latency_ns": 95.0, "interval_cycles": 1},
}
KCU116 = "xcku5p-ffvb676-2-e"


def facts(**board: Any) -> Manifest:
    """A project's manifest; for the board and clock of the budget, unless said otherwise."""
    place = {"name": "kcu116", "part": KCU116, "clock_ns": 5.0, "note": "", **board}
    return parse(Manifest, "manifest.json", samples.manifest(board=place))


def measured(**parts: Any) -> Results:
    return parse(Results, "results.json", samples.results(**parts))


def cosim(latency: int | None) -> dict[str, Any]:
    timing = {"latency": latency, "interval": 1}
    check = {"name": "full_load", "status": "passed", "message": "", "frames": 9, "cycles": 9, "seconds": 0.1}
    return {
        **{"kind": "simulated", "simulator": "verilator", "tool": "Verilator 5.048", "cocotb": "2.1"},
        **{"shell": "native", "hdl": "verilog", "seed": 1, "passed": True, "edited": []},
        **{"declared": timing, "measured": {**timing, "frames_per_second": None}},
        "checks": [{**check, "first": None}],
    }


def bulk(latency: int | None) -> dict[str, Any]:
    timing = {"latency": latency, "interval": latency}
    speed = {"frames_per_second": 1.0, "frames_per_second_whole": 1.0}
    return {
        **{"kind": "simulated", "tool": "Verilator 5.048", "shell": "native", "seed": 1, "data": ""},
        **{"gap_percent": 0, "stall_percent": 0, "processes": 1, "passed": True, "edited": []},
        **{"frames": 9, "cycles": 9, "declared": {"latency": 20, "interval": 1}, "measured": {**timing, **speed}},
        **{"seconds": 1.0, "simulation_seconds": 1.0, "compile_seconds": None, "problem": "", "first": None},
    }


def synthesis(lut: int, kind: str = "post-synthesis", part: str = KCU116, unit: str = "LUT6") -> dict[str, Any]:
    return {
        **{"kind": kind, "tools": {"yosys": "0.70"}, "family": "xcup", "board": "kcu116", "part": part},
        **{"hierarchy": "flattened", "sources_sha256": samples.SHA, "edited": False},
        "resources": [{"name": "LUT", "used": lut, "unit": unit, "available": None}],
        **{"cells": {}, "modules": [], "timing": None, "notes": [], "seconds": 1.0},
    }


@pytest.fixture
def budget(tmp_path: Path) -> Budget:
    path = tmp_path / "budget.toml"
    path.write_text(BUDGET)
    return read_budget(path)


@pytest.mark.parametrize(
    ("results", "standings", "says"),
    [
        ({}, ["open", "open"], "LUT at most 1,000 LUT6: open: needs post-synthesis (`fpgaml synth PROJECT`"),
        ({"estimate": ESTIMATE}, ["open", "open"], "latency at most 100 ns: open: needs simulated (`fpgaml cosim"),
        ({"estimate": ESTIMATE}, ["open", "open"], "so far 900 LUT of six inputs (estimate, fpgaml)"),
        (
            {"estimate": {**ESTIMATE, "lut": 1001}},
            ["open", "open"],
            "so far 1,001 LUT of six inputs (estimate, fpgaml)",
        ),
        ({"estimate": ESTIMATE, "cosim": [cosim(20)]}, ["met", "open"], "100 ns (simulated, Verilator"),
        ({"estimate": ESTIMATE, "cosim": [cosim(21)]}, ["missed", "open"], "105 ns (simulated"),
        ({"cosim": [cosim(None)]}, ["open", "open"], "latency at most 100 ns: open"),
        ({"bulk": bulk(20)}, ["met", "open"], "100 ns (simulated, Verilator"),
        ({"bulk": bulk(None)}, ["open", "open"], "latency at most 100 ns: open"),
        (
            {"synthesis": [synthesis(1000)]},
            ["open", "met"],
            "1,000 LUT6 (post-synthesis, yosys 0.70), met, with nothing to spare",
        ),
        (
            {"synthesis": [synthesis(1001)]},
            ["open", "missed"],
            "1,001 LUT6 (post-synthesis, yosys 0.70), missed by 1 LUT6 (0.1 %)",
        ),
        ({"synthesis": [synthesis(800, "post-route"), synthesis(1001)]}, ["open", "met"], "800 LUT6 (post-route"),
        ({"cosim": [cosim(20)], "synthesis": [synthesis(1)]}, ["met", "met"], "1 LUT6 (post-synthesis"),
    ],
)
def test_a_line_is_judged_by_the_kind_of_number_that_it_asks_for(
    budget: Budget, results: dict[str, Any], standings: list[str], says: str
) -> None:
    found = judge(budget, facts(), measured(**results))
    assert [line.standing for line in found.lines] == standings
    assert says in "\n".join(line.text for line in found.lines)
    assert found.standing == ("missed" if "missed" in standings else "open" if "open" in standings else "met")


@pytest.mark.parametrize(
    ("results", "standings", "says"),
    [
        ({}, ["open", "open"], "open: needs post-synthesis"),
        (
            {"estimate": ESTIMATE},
            ["met", "met"],
            "95 ns (estimate, fpgaml, clock of 5 ns), met, 5 ns (5 %) to spare, by an estimate alone",
        ),
        (
            {"estimate": {**ESTIMATE, "lut": 1001}},
            ["met", "missed"],
            "1,001 LUT of six inputs (estimate, fpgaml), missed by 1 LUT6 (0.1 %), by an estimate",
        ),
        (
            {"estimate": ESTIMATE, "cosim": [cosim(21)]},
            ["missed", "met"],
            "105 ns (simulated, Verilator 5.048, clock of",
        ),
        ({"estimate": ESTIMATE, "synthesis": [synthesis(1001)]}, ["met", "missed"], "1,001 LUT6 (post-synthesis"),
    ],
)
def test_estimates_count_where_they_are_accepted_and_nothing_better_is_there(
    budget: Budget, results: dict[str, Any], standings: list[str], says: str
) -> None:
    found = judge(budget, facts(), measured(**results), accept_estimates=True)
    assert [line.standing for line in found.lines] == standings
    assert says in "\n".join(line.text for line in found.lines)


@pytest.mark.parametrize(
    "others",
    [
        synthesis(800, part="xcu250-figd2104-2L-e"),
        synthesis(800, part=""),
        synthesis(800, unit="ALM"),
    ],
)
def test_numbers_of_another_device_or_in_another_unit_do_not_count(budget: Budget, others: dict[str, Any]) -> None:
    found = judge(budget, facts(), measured(synthesis=[others]))
    assert [line.standing for line in found.lines] == ["open", "open"]


def test_cycles_of_another_clock_do_not_count(budget: Budget) -> None:
    found = judge(budget, facts(clock_ns=2.5), measured(cosim=[cosim(20)]))
    assert [line.standing for line in found.lines] == ["open", "open"]
    assert "it is for 400 MHz, the budget for 200 MHz" in found.lines[0].text


def test_cycles_of_another_device_do_not_count(budget: Budget) -> None:
    """The pipeline was cut for that one's delays."""
    found = judge(budget, facts(name="alveo-u250", part="xcu250-figd2104-2L-e"), measured(cosim=[cosim(20)]))
    assert [line.standing for line in found.lines] == ["open", "open"]
    assert f"it is for xcu250-figd2104-2L-e, the budget for {KCU116}" in found.lines[0].text


def write(folder: Path, **parts: Any) -> Path:
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(facts().to_json() | {"files": {}}))
    (folder / "results.json").write_text(json.dumps(measured(**parts).to_json()))
    (folder.parent / "budget.toml").write_text(BUDGET)
    return folder


@pytest.mark.parametrize(
    ("parts", "options", "code", "verdict"),
    [
        ({"estimate": ESTIMATE}, [], 1, "open"),
        ({"estimate": ESTIMATE}, ["--accept-estimates"], 0, "met"),
        ({"cosim": [cosim(20)], "synthesis": [synthesis(1000)]}, [], 0, "met"),
        ({"cosim": [cosim(21)], "synthesis": [synthesis(1000)]}, [], 1, "missed"),
    ],
)
def test_the_command_line_fails_unless_the_budget_is_met(
    tmp_path: Path, parts: dict[str, Any], options: list[str], code: int, verdict: str
) -> None:
    command = ["report", str(write(tmp_path / "p", **parts)), "--budget", str(tmp_path / "budget.toml"), *options]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == code
    assert f"\n  {verdict.upper()}: " in done.output
    content = json.loads(CliRunner().invoke(app, [*command, "--json"]).output)
    assert content["verdict"] == "proved"
    assert content["budget"]["verdict"] == verdict
    assert [line["limit"]["what"] for line in content["budget"]["lines"]] == ["latency", "lut"]


def test_accepting_estimates_without_a_budget_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(write(tmp_path / "p")), "--accept-estimates"])
    assert isinstance(done.exception, FpgamlError) and "--accept-estimates" in str(done.exception)


@pytest.mark.parametrize("name", task_names())
def test_every_limit_of_a_task_can_be_shown(name: str) -> None:
    """Each names kinds of numbers that something makes, and why it is there."""
    budget = read_budget(find_task(name).folder / "budget.toml")
    assert budget.limits
    for limit in budget.limits:
        assert limit.why and next_step(limit)
