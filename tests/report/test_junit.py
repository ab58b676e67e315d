"""Checks and budget as JUnit XML: read by a library that others read it with, and by the rules of its schema."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from junitparser import Failure, JUnitXml, Skipped, TestSuite
from typer.testing import CliRunner

from fpgaml.cli.main import app
from fpgaml.project.hashes import folder_hashes
from tests.report import samples

HOSTILE = '<b a="1">\x1b[31m & ]]> \ufffe'

BUDGET = """
[[limit]]
what = "exactness"
limit = "passed"
[[limit]]
what = "roc_auc"
limit = 0.9
of = "tagger[0]"
why = "5 < 6 & 7 > 2"
[[limit]]
what = "roc_auc"
limit = 0.9
[[limit]]
what = "lut"
limit = 10
unit = "%"
"""


def project(folder: Path, **parts: Any) -> Path:
    (folder / "firmware").mkdir(parents=True)
    (folder / "firmware" / "network.cpp").write_text("void network() {}\n")
    (folder / "manifest.json").write_text(json.dumps(samples.manifest(files=folder_hashes(folder))))
    (folder / "results.json").write_text(json.dumps(samples.results(**parts)))
    (folder.parent / "budget.toml").write_text(BUDGET)
    return folder


def report(folder: Path, *options: str) -> tuple[int, Path]:
    path = folder.parent / "junit.xml"
    done = CliRunner().invoke(app, ["report", str(folder), "--junit", str(path), *options])
    assert done.exit_code in (0, 1), done.output
    return done.exit_code, path


def budget_option(folder: Path) -> tuple[str, str]:
    return "--budget", str(folder.parent / "budget.toml")


def follows_the_schema(path: Path) -> None:
    """What Jenkins' junit-10.xsd and GitLab ask for: names, and counts that are those of the cases."""
    root = ElementTree.parse(path).getroot()
    assert root.tag == "testsuites"
    suites = root.findall("testsuite")
    assert len(root) == len(suites) and {suite.tag for suite in root} == {"testsuite"}
    assert len({suite.get("name") for suite in suites}) == len(suites)
    for element in (root, *suites):
        cases = list(element.iter("testcase"))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert element.get(name) == str(sum(case.find(tag) is not None for case in cases))
        assert element.get("tests") == str(len(cases)) and element.get("time") == "0"
    for suite in suites:
        assert [child.tag for child in suite] == ["properties", *["testcase"] * int(suite.get("tests"))]
        names = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
        assert len(set(names)) == len(names) and all(all(pair) for pair in names)
        for case in suite.iter("testcase"):
            assert set(case.attrib) == {"name", "classname", "time"}
            assert [child.tag for child in case] in (["system-out"], ["failure"], ["skipped", "system-out"])
            assert all(child.get("message") for child in case if child.tag != "system-out")


def read(path: Path) -> dict[str, dict[str, Any]]:
    """By suite and case what junitparser finds: None of one that passed, else how it came out."""
    found: Iterable[TestSuite] = JUnitXml.fromfile(str(path))
    return {str(suite.name): {str(case.name): (case.result or [None])[0] for case in suite} for suite in found}


def test_every_check_and_every_limit_is_a_case(tmp_path: Path) -> None:
    folder = project(tmp_path / "jets")
    code, path = report(folder, *budget_option(folder))
    assert code == 1
    follows_the_schema(path)
    suites = read(path)
    assert list(suites) == ["jets.checks", "jets.budget"]
    assert suites["jets.checks"] == {"source model = Graph": None, "Graph = C-simulation": None}
    budget = suites["jets.budget"]
    assert budget["exactness: no check failed"] is None
    assert budget["ROC AUC of tagger[0] at least 0.9"] is None
    missed, unmet = budget["ROC AUC at least 0.9"], budget["LUT at most 10 %"]
    assert isinstance(missed, Failure) and missed.type == "missed"
    assert missed.message == "missed by 0.4 (44.4 %): 0.5 of tagger[1] (simulated, the integer interpreter)"
    assert isinstance(unmet, Failure) and unmet.type == "open"
    assert unmet.message.startswith("open; needs post-synthesis (`fpgaml synth PROJECT`")
    assert "asked for: 5 < 6 & 7 > 2" in "".join(ElementTree.parse(path).getroot().itertext())


def test_without_a_budget_there_are_checks_alone_and_a_failed_one_fails(tmp_path: Path) -> None:
    checks = [samples.check(status="failed", outputs=[samples.differing()]), samples.csim_check()]
    code, path = report(project(tmp_path / "jets", checks=checks, passed=False))
    assert code == 1
    follows_the_schema(path)
    (failed, passed) = read(path)["jets.checks"].values()
    assert isinstance(failed, Failure) and failed.message == "source model = Graph: 3 of 1000 events differ"
    assert "first: event 17, tagger[2]: expected 0.53125" in failed.text and passed is None


def test_what_was_not_checked_or_was_edited_since_is_skipped(tmp_path: Path) -> None:
    folder = project(
        tmp_path / "jets", checks=[samples.check(status="not checked", note="nobody"), samples.csim_check()]
    )
    code, path = report(folder)
    assert code == 0
    first, second = read(path)["jets.checks"].values()
    assert isinstance(first, Skipped) and first.message == "not checked: nobody" and second is None
    (folder / "firmware" / "network.cpp").write_text("void network() { ; }\n")
    assert report(folder)[0] == 0
    follows_the_schema(path)
    second = read(path)["jets.checks"]["Graph = C-simulation"]
    assert isinstance(second, Skipped) and "firmware/network.cpp" in second.message


def test_what_makes_the_exit_code_1_is_a_failure_there_too(tmp_path: Path) -> None:
    """A vendor's simulation that failed, and with --strict what is not proved."""
    cosim = {
        **{"file": "cosim.rpt", "sha256": samples.SHA, "format": "cosim", "kind": "simulated", "tool": "Vitis HLS"},
        **{"version": "2023.2", "state": "", "part": "", "top": "t", "made": "", "passed": False},
    }
    failing = read_junit(report(project(tmp_path / "a" / "p", vendor=[cosim])))
    assert [name for name, result in failing.items() if result] == ["simulation: cosim.rpt"]
    open_one = project(tmp_path / "b" / "p", checks=[samples.check(), samples.csim_check(status="not checked")])
    assert report(open_one)[0] == 0
    failing = read_junit(report(open_one, "--strict"))
    assert isinstance(failing["proved"], Failure) and failing["proved"].message == "--strict: not fully proved"


def read_junit(run: tuple[int, Path]) -> dict[str, Any]:
    """The cases of a run that failed."""
    code, path = run
    assert code == 1
    follows_the_schema(path)
    return read(path)["p.checks"]


def test_limits_of_two_kinds_are_two_cases(tmp_path: Path) -> None:
    folder = project(tmp_path / "jets")
    rows = [f'[[limit]]\nwhat = "lut"\nlimit = 9\nmet_by = ["{kind}"]\n' for kind in ("hls-csynth", "post-route")]
    (tmp_path / "budget.toml").write_text("".join(rows))
    _, path = report(folder, *budget_option(folder))
    follows_the_schema(path)
    assert list(read(path)["jets.budget"]) == ["LUT at most 9 LUT (hls-csynth)", "LUT at most 9 LUT (post-route)"]


@pytest.mark.parametrize("options", [[], ["--accept-estimates"]])
def test_an_estimate_decides_only_where_it_is_accepted_and_says_so(tmp_path: Path, options: list[str]) -> None:
    estimate = {"kind": "estimate", "lut": 900, "ff": 1, "dsp": 0, "layers": {}, "available": {"LUT": 1_728_000}}
    timing = {"latency_cycles": 19, "latency_ns": 95.0, "interval_cycles": 1}
    folder = project(tmp_path / "jets", estimate={**estimate, **timing})
    _, path = report(folder, *budget_option(folder), *options)
    lut = read(path)["jets.budget"]["LUT at most 10 %"]
    assert isinstance(lut, Failure) != bool(options)
    said = "".join(ElementTree.parse(path).getroot().itertext())
    assert ("by an estimate alone (--accept-estimates)" in said) == bool(options)


def test_nothing_in_a_name_breaks_the_file(tmp_path: Path) -> None:
    checks = [samples.check(name=HOSTILE, status="not checked", note=HOSTILE)]
    folder = project(tmp_path / "jets", checks=checks)
    _, path = report(folder)
    follows_the_schema(path)
    ((name, skipped),) = read(path)["jets.checks"].items()
    assert name == '<b a="1">?[31m & ]]> ?' and skipped.message == f"not checked: {name}"
