"""Projects beside each other: what differs, in numbers of one kind alone, and who beats whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fpgaml.cli.compare import short_names
from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.report.compare.as_json import comparison_json
from fpgaml.report.compare.facts import facts_of
from fpgaml.report.compare.numbers import Row, rows_of
from fpgaml.report.compare.pareto import fronts
from fpgaml.report.compare.sections import comparison
from fpgaml.report.section import Figure, Section, Subject
from tests.report import samples

PART = "xcku5p-ffvb676-2-e"
BOARD = {"name": "kcu116", "part": PART, "clock_ns": 5.0, "note": ""}


def estimate(lut: int, cycles: int) -> dict[str, Any]:
    timing = {"latency_cycles": cycles, "latency_ns": 5.0 * cycles, "interval_cycles": 1}
    return {"kind": "estimate", "lut": lut, "ff": 10, "dsp": 0, "layers": {}, "available": {"LUT": 1000}, **timing}


def synthesis(lut: int, unit: str = "LUT6", tool: str = "yosys", part: str = PART) -> dict[str, Any]:
    return {
        **{"kind": "post-synthesis", "tools": {tool: "1"}, "family": "x", "board": "kcu116", "part": part},
        **{"hierarchy": "flattened", "sources_sha256": samples.SHA, "edited": False},
        "resources": [{"name": "LUT", "used": lut, "unit": unit, "available": 1000}],
        **{"cells": {}, "modules": [], "timing": None, "notes": [], "seconds": 1.0},
    }


def subject(auc: float = 0.9, changes: dict[str, Any] | None = None, **parts: Any) -> Subject:
    facts = samples.manifest(board=BOARD) | (changes or {})
    parts = {"physics": {"kind": "simulated", "roc_auc": {"tagger": auc}}, **parts}
    found = parse(Results, "results.json", samples.results(**parts))
    return Subject(parse(Manifest, "manifest.json", facts), found)


def rows(subjects: dict[str, Subject], what: str) -> list[Row]:
    return [row for row in rows_of(subjects) if row.what == what]


def titled(sections: list[Section], title: str) -> Section:
    return next(section for section in sections if section.title == title)


def said(section: Section) -> str:
    return repr(section.parts)


def test_only_numbers_of_one_kind_are_set_against_each_other() -> None:
    old = subject(estimate=estimate(400, 20), synthesis=[synthesis(300)])
    new = subject(estimate=estimate(300, 20))
    by_estimate, by_synthesis = rows({"old": old, "new": new}, "lut")
    assert by_estimate.best == ("new",) and by_estimate.change("new", "old") == pytest.approx(-25)
    assert not by_synthesis.comparable and by_synthesis.best == () and by_synthesis.change("new", "old") is None
    latency = rows({"old": old, "new": new}, "latency")
    assert [(row.unit, row.differs, row.best) for row in latency] == [("cycles", False, ()), ("ns", False, ())]


def test_more_is_better_of_some_and_less_of_others() -> None:
    both = {"old": subject(0.9, estimate=estimate(400, 20)), "new": subject(0.8, estimate=estimate(300, 20))}
    (auc,), (lut,) = rows(both, "roc_auc"), rows(both, "lut")
    assert (auc.best, lut.best) == (("old",), ("new",))
    assert auc.change("new", "old") == pytest.approx(-100 / 9)


def test_counts_in_alms_and_in_luts_are_not_compared_and_other_doubts_are_said() -> None:
    (row,) = rows({"a": subject(synthesis=[synthesis(9)]), "b": subject(synthesis=[synthesis(8, "ALM")])}, "lut")
    assert not row.comparable and "counted in different units: LUT6, ALM" in row.remark
    (row,) = rows({"a": subject(synthesis=[synthesis(9)]), "b": subject(synthesis=[synthesis(8, tool="v")])}, "lut")
    assert row.comparable and row.remark == "by different tools"
    (row,) = rows({"a": subject(synthesis=[synthesis(9)]), "b": subject(synthesis=[synthesis(8, part="p")])}, "lut")
    assert row.remark == "on different devices"
    slow = subject(changes={"board": BOARD | {"clock_ns": 10.0}}, estimate=estimate(9, 20))
    row = rows({"a": subject(estimate=estimate(9, 19)), "b": slow}, "latency")[0]
    assert row.remark == "at different clocks: 200, 100 MHz"


def test_facts_of_which_only_one_has_any_are_told_from_those_that_differ() -> None:
    rtl = {"settings": {"target": "of another fpgaml", "shell": "axis"}}
    ports = {"outputs": [samples.port("tagger", [5], 16, 10)]}
    found = {fact.title: fact for fact in facts_of({"a": subject(), "b": subject(changes=rtl | ports)})}
    assert dict(found["setting: target"].values) == {"a": "hls", "b": "of another fpgaml"}
    assert found["setting: shell"].only_in == ("b",) and found["setting: io"].only_in == ("a",)
    assert found["output: tagger"].differs and not found["input: constituents"].differs
    text = said(titled(list(comparison({"a": subject(), "b": subject(changes=rtl | ports)})), "Facts that differ"))
    assert "setting of b alone: shell axis" in text and "ap_fixed<16,6>" in text and "model" not in text


def test_what_is_equal_is_one_line_and_two_equal_projects_say_so() -> None:
    sections = list(comparison({"a": subject(), "b": subject()}))
    assert "none: they were generated from the same" in said(titled(sections, "Facts that differ"))
    assert "no number that several of them have" in said(titled(sections, "Numbers that differ"))
    assert "ROC AUC of tagger 0.9 (simulated)" in said(titled(sections, "Equal in all"))
    assert [section.title for section in sections][:3] == ["Compared", "Numbers that differ", "Facts that differ"]


def test_the_front_holds_those_that_no_other_beats() -> None:
    designs = {"a": (100, 50), "b": (200, 30), "c": (200, 40), "d": (400, 10), "e": (500, 10), "f": (100, 50)}
    subjects = {name: subject(estimate=estimate(*pair)) for name, pair in designs.items()}
    (front,) = fronts(rows_of(subjects))
    assert (front.x.title, front.y.title, front.y.unit) == ("LUT", "latency", "ns")
    # c has as many LUTs as b and is slower, e is as fast as d and larger; a and f are equal, and beat each other not
    assert [(place.name, place.on_front) for place in front.places] == [
        *[("a", True), ("f", True), ("b", True), ("c", False), ("d", True), ("e", False)],
    ]
    section = titled(list(comparison(subjects)), "Against each other")
    (figure,) = (part for part in section.parts if isinstance(part, Figure))
    assert figure.drawing.front == ["a", "f", "b", "d"]  # type: ignore[union-attr]
    assert not list(fronts(rows_of(dict(list(subjects.items())[:2])))), "two are told apart by a table"


def test_physics_against_resources_prefers_more() -> None:
    designs = {"a": (100, 0.8), "b": (200, 0.9), "c": (300, 0.85)}
    subjects = {name: subject(auc, estimate=estimate(lut, 9)) for name, (lut, auc) in designs.items()}
    found = {front.y.title: front for front in fronts(rows_of(subjects))}
    assert [(p.name, p.on_front) for p in found["ROC AUC of tagger"].places] == [("a", True), ("b", True), ("c", False)]
    content = json.loads(json.dumps(comparison_json(subjects)))
    assert content["fronts"][-1]["points"][2] == {"name": "c", "x": 300, "y": 0.85, "on_front": False}


def write(folder: Path, **parts: Any) -> Path:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(samples.manifest(board=BOARD, files={})))
    (folder / "results.json").write_text(json.dumps(samples.results(**parts)))
    return folder


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["report", *map(str, arguments)], env={"COLUMNS": "160"})


def test_the_command_line_compares_and_fails_if_any_fails(tmp_path: Path) -> None:
    old = write(tmp_path / "old" / "p", estimate=estimate(400, 20))
    new = write(tmp_path / "new" / "p", estimate=estimate(300, 20))
    done = run(old, new)
    assert done.exit_code == 0 and "300 = 30 %* (-25 %)" in done.output
    done = run(old, new, "--html", tmp_path / "c.html", "--markdown", "-", "--junit", tmp_path / "j.xml")
    assert done.exit_code == 0 and done.stdout.startswith("## old/p and new/p\n") and "| LUT" in done.stdout
    page = (tmp_path / "c.html").read_text()
    assert "<h1>old/p and new/p</h1>" in page and "Numbers that differ" in page
    assert '<testsuite name="new/p.checks"' in (tmp_path / "j.xml").read_text()
    bad = write(tmp_path / "bad", checks=[samples.check(status="failed", outputs=[])], passed=False)
    assert run(old, bad, new).exit_code == 1


def test_with_a_budget_each_project_is_judged(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('[[limit]]\nwhat = "lut"\nlimit = 35\nunit = "%"\n')
    good = write(tmp_path / "good", synthesis=[synthesis(300)])
    large = write(tmp_path / "large", synthesis=[synthesis(400)])
    done = run(good, large, "--budget", tmp_path / "b.toml", "--json")
    assert done.exit_code == 1
    standings = {name: each["budget"]["verdict"] for name, each in json.loads(done.output)["projects"].items()}
    assert standings == {"good": "met", "large": "missed"}
    assert "missed by 5 % points (14.3 %)" in run(good, large, "--budget", tmp_path / "b.toml").output


def test_a_project_is_called_by_what_tells_it_apart(tmp_path: Path) -> None:
    assert short_names([Path("/x/a/p"), Path("/x/b/p")]) == ["a/p", "b/p"]
    assert short_names([Path("/x/a/p"), Path("/x/b/q")]) == ["p", "q"]
    with pytest.raises(FpgamlError, match="given twice"):
        short_names([tmp_path, tmp_path / "." / ""])
