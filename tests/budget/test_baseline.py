"""Limits that are another project's numbers: a gate against what got worse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fpgaml.budget.finding import Finding
from fpgaml.budget.read import read_budget
from fpgaml.errors import FpgamlError
from tests.budget.test_measures import BOARD, COSIM, PHYSICS, RESOURCES, SYNTHESIS, judged, resource
from tests.report import samples


def baseline(folder: Path, board: dict[str, Any] = BOARD, **parts: Any) -> None:
    """A project of which only the record was kept."""
    (folder / "old").mkdir()
    (folder / "old" / "manifest.json").write_text(json.dumps(samples.manifest(board=board)))
    whole = {"physics": PHYSICS, "cosim": [COSIM], "synthesis": [SYNTHESIS], **parts}
    (folder / "old" / "results.json").write_text(json.dumps(samples.results(**whole)))


def only(folder: Path, line: str, **parts: Any) -> Finding:
    (found,) = judged(folder, f'limit = [{{no_worse_than = "old", {line}}}]', **parts)
    return found


def luts(count: int) -> dict[str, Any]:
    return SYNTHESIS | {"resources": [resource("LUT", count, "LUT6", 216_960), *RESOURCES[1:]]}


@pytest.mark.parametrize(
    ("line", "parts", "standing", "says"),
    [
        ('what = "lut"', {}, "met", "LUT at most 21,696 LUT: 21,696 LUT6 (post-synthesis, yosys 0.70), met, with"),
        ('what = "lut"', {"synthesis": [luts(21_697)]}, "missed", "missed by 1 LUT (0.00461 %), no worse than old"),
        ('what = "lut", percent = 1', {"synthesis": [luts(21_912)]}, "met", "by more than 1 %, which has 21,696 LUT"),
        ('what = "lut", percent = 1', {"synthesis": [luts(21_913)]}, "missed", "LUT at most 21,912 LUT: 21,913 LUT6"),
        ('what = "roc_auc", of = "a"', {}, "met", "ROC AUC of a at least 0.95"),
        ('what = "roc_auc"', {"physics": {"kind": "simulated", "roc_auc": {"a": 0.89}}}, "missed", "missed by 0.01"),
    ],
)  # fmt: skip
def test_the_other_projects_number_is_the_limit(
    tmp_path: Path, line: str, parts: dict[str, Any], standing: str, says: str
) -> None:
    baseline(tmp_path)
    found = only(tmp_path, line, **parts)
    assert found.standing == standing and says in found.text


def test_only_a_number_of_the_same_kind_device_and_clock_is_one_to_compare_with(tmp_path: Path) -> None:
    slow = SYNTHESIS | {"kind": "post-route"}
    baseline(tmp_path, board=BOARD | {"clock_ns": 10.0}, synthesis=[slow])
    assert only(tmp_path, 'what = "latency"').standing == "open"
    found = only(tmp_path, 'what = "lut"')
    assert found.standing == "open" and "old has no such number of the kind post-synthesis" in found.text
    # What nothing decides is open for its own reason.
    assert "no output is called x" in only(tmp_path, 'what = "roc_auc", of = "x"').text


def test_what_is_no_project_is_refused_when_the_budget_is_read(tmp_path: Path) -> None:
    def refused(line: str) -> str:
        (tmp_path / "budget.toml").write_text(f"limit = [{{{line}}}]")
        with pytest.raises(FpgamlError) as caught:
            read_budget(tmp_path / "budget.toml")
        return caught.value.reason

    assert "no_worse_than: " in refused('what = "lut", no_worse_than = "none"')
    baseline(tmp_path)
    assert "one or the other" in refused('what = "lut", no_worse_than = "old", limit = 3')
    assert "zero or more" in refused('what = "lut", no_worse_than = "old", percent = -1')
    assert "goes with `no_worse_than`" in refused('what = "lut", limit = 3, percent = 1')
    (found,) = read_budget(_written(tmp_path, 'what = "lut", no_worse_than = "old", percent = 2')).limits
    assert found.text == "LUT no worse than old by more than 2 %" and found.to_json()["percent"] == 2.0


def _written(folder: Path, line: str) -> Path:
    path = folder / "budget.toml"
    path.write_text(f"limit = [{{{line}}}]")
    return path
