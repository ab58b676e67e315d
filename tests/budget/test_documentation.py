"""The example of docs/budget.md is a budget, with a line of each sort, and its table says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fpgaml.budget.judge import judge
from fpgaml.budget.measures import MEASURES
from fpgaml.budget.read import read_budget
from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from tests.budget.test_measures import COSIM, PHYSICS, SYNTHESIS
from tests.report import samples

PAGE = (Path(__file__).parents[2] / "docs" / "budget.md").read_text("utf-8")
PART = "xc7vx690tffg1927-2"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    path = tmp_path / "budget.toml"
    path.write_text(block)
    return path


def test_the_example_is_judged_line_by_line(example: Path) -> None:
    board = {"name": "ctp7", "part": PART, "clock_ns": 6.25, "note": ""}
    facts = parse(Manifest, "manifest.json", samples.manifest(board=board))
    rocs = [roc | {"output": "score_oq"} for roc in PHYSICS["rocs"][:1]]
    parts = {"cosim": [COSIM], "synthesis": [SYNTHESIS | {"part": PART}], "physics": PHYSICS | {"rocs": rocs}}
    found = judge(read_budget(example), facts, parse(Results, "results.json", samples.results(**parts)))
    standings = [(line.limit.what, line.limit.unit, str(line.standing)) for line in found.lines]
    assert standings == [
        *[("exactness", "", "met"), ("exactness", "LSB", "met"), ("latency", "ns", "met")],
        # 8 cycles of 6.25 ns are 20 MHz
        *[("initiation_interval", "cycles", "missed"), ("rate", "MHz", "missed")],
        # 21,696 of 216,960 are 10 %
        *[("lut", "LUT6", "missed"), ("lut", "%", "missed")],
        *[("fmax", "MHz", "open"), ("slack", "ns", "open"), ("power", "W", "open")],
        *[("roc_auc", "", "met"), ("auc_loss", "", "met"), ("efficiency", "%", "met")],
        *[("port_bits", "bit", "missed"), ("overflow", "%", "met")],
    ]


def test_the_table_names_every_measure_with_its_side_units_and_kinds() -> None:
    rows: dict[str, tuple[str, str, str]] = {}
    for row in re.findall(r"^\| `(.*) \|$", PAGE, re.M):
        names, side, units, kinds, _ = (cell.strip() for cell in f"`{row}".split("|"))
        rows |= dict.fromkeys(re.findall(r"`(\w+)`", names), (side, units, kinds))
    del rows["what"]
    assert rows.keys() == MEASURES.keys()
    for name, (side, units, kinds) in rows.items():
        measure = MEASURES[name]
        assert side.startswith("at least" if measure.at_least else "at most")
        assert kinds.split(":")[0] == ", ".join(measure.met_by)
        if measure.what.is_resource:
            assert units.endswith("%, share") and {"%", "share"} < set(measure.units)
        else:
            assert set(units.split(", ")) | {""} == set(measure.units) | {""}
