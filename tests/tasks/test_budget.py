"""Budgets: which number counts, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.tasks import find_task, task_names
from fpgaml.tasks.budget import NEXT_STEP, Verdict, judge, read_budget

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
MANIFEST = {"board": {"clock_ns": 5.0}}
ESTIMATE = {"kind": "estimate", "lut": 900, "ff": 10, "dsp": 0, "latency_ns": 95.0, "interval_cycles": 1}


def cosim(latency: int) -> dict[str, Any]:
    return {"tool": "Verilator 5.048", "measured": {"latency": latency, "interval": 1}}


def synthesis(lut: int, kind: str = "post-synthesis") -> dict[str, Any]:
    return {"kind": kind, "tools": {"yosys": "0.70"}, "resources": [{"name": "LUT", "used": lut}]}


@pytest.mark.parametrize(
    ("results", "verdicts", "says"),
    [
        ({}, [Verdict.OPEN, Verdict.OPEN], "open, no number yet"),
        ({"estimate": ESTIMATE}, [Verdict.LIKELY, Verdict.LIKELY], "95 (estimate, delay model)"),
        ({"estimate": ESTIMATE, "cosim": [cosim(20)]}, [Verdict.MET, Verdict.LIKELY], "100 (simulated, Verilator"),
        ({"estimate": ESTIMATE, "cosim": [cosim(21)]}, [Verdict.MISSED, Verdict.LIKELY], "105 (simulated"),
        ({"synthesis": [synthesis(1001)]}, [Verdict.OPEN, Verdict.MISSED], "1001 (post-synthesis, yosys 0.70)"),
        (
            {"synthesis": [synthesis(800, "post-route"), synthesis(1001)]},
            [Verdict.OPEN, Verdict.MET],
            "800 (post-route",
        ),
        ({"estimate": {**ESTIMATE, "lut": 1001}}, [Verdict.LIKELY, Verdict.MISSED], "1001 (estimate, fpgaml), missed"),
    ],
)
def test_the_strongest_number_decides(
    tmp_path: Path, results: dict[str, Any], verdicts: list[Verdict], says: str
) -> None:
    path = tmp_path / "budget.toml"
    path.write_text(BUDGET)
    findings = judge(read_budget(path), MANIFEST, results)
    assert [finding.verdict for finding in findings] == verdicts
    assert says in "\n".join(finding.text for finding in findings)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("board = ", "cannot be read"),
        ("clock_mhz = 200", "KeyError: 'board'"),
        ('board = "x"\nclock_mhz = 1\n[[limit]]\nwhat = "lut"', "KeyError: 'limit'"),
    ],
)
def test_files_that_are_no_budgets(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "budget.toml"
    path.write_text(text)
    with pytest.raises(FpgamlError, match=says):
        read_budget(path)
    with pytest.raises(FpgamlError, match="cannot be read"):
        read_budget(tmp_path / "none.toml")


@pytest.mark.parametrize("name", task_names())
def test_every_limit_of_a_task_can_be_shown(name: str) -> None:
    """Each names kinds of numbers that something makes, and why it is there."""
    budget = read_budget(find_task(name).folder / "budget.toml")
    assert budget.limits
    for limit in budget.limits:
        assert limit.why and limit.met_by and set(limit.met_by) <= NEXT_STEP.keys()
        assert limit.what in {"latency", "initiation_interval", "lut", "ff", "dsp", "bram"}
