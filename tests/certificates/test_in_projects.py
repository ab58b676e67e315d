"""--monotone in a conversion: a broken claim fails it, with the input that shows it, in every form of the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fpgaml_models.heavy_flavour.task import TASK
from junitparser import Failure, JUnitXml
from typer.testing import CliRunner

from fpgaml.api import convert, verify
from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from fpgaml.record.files import read_results
from fpgaml.record.verdict import Verdict

FREE = TASK.weights / "free" / "quantised.keras"


def run(*arguments: Any, code: int = 0) -> str:
    """What a command prints, its lines joined."""
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that falls with its first element, converted and claimed not to."""
    folder = tmp_path_factory.mktemp("claims") / "free"
    shown = run(
        *("convert", FREE, "--target", "rtl", "--shell", "native", "--framework", "never", "--vectors", 32),
        *("-o", folder, "--monotone", "+0", "--monotone-by", "intervals"),
        code=1,
    )
    assert "answer never falls with features[0] BROKEN" in shown
    assert "answer[0] goes from" in shown and "as features[0] takes one step up, at features[0] =" in shown
    assert "FAILED" in shown and "answer never falls with features[0]: broken" in shown
    return folder


def test_the_record_holds_the_claim_and_the_input_that_breaks_it(refused: Path) -> None:
    results = read_results(refused)
    [claim] = results.monotonicity
    assert (results.verdict, results.passed, claim.space_bits) == (Verdict.FAILED, False, 28.0)
    assert claim.breach is not None and claim.breach.after < claim.breach.before
    [raw] = json.loads((refused / "results.json").read_text())["monotonicity"]
    assert (raw["standing"], raw["direction"], raw["index"]) == ("broken", "non-decreasing", [0])


def test_a_project_is_proved_again_by_what_it_claims_and_by_another_claim(refused: Path) -> None:
    assert not verify(refused, framework="never").passed
    found = verify(refused, framework="never", monotone="-2", monotone_by="intervals")
    assert [claim.name for claim in found.results.monotonicity] == ["answer non-increasing in features[2]"]


def test_a_ci_system_and_a_budget_see_it(refused: Path, tmp_path: Path) -> None:
    limit = 'what = "exactness"\nlimit = "proved"\n'
    budget = tmp_path / "budget.toml"
    budget.write_text(f'[[limit]]\n{limit}of = "answer non-decreasing in features[0]"\n')
    report = tmp_path / "junit.xml"
    shown = run("report", refused, "--budget", budget, "--junit", report, code=1)
    assert "MISSED exactness of answer non-decreasing failed: answer non-decreasing" in shown
    cases = {case.name: case.result for suite in JUnitXml.fromfile(str(report)) for case in suite}
    [failure] = cases["answer non-decreasing in features[0]"]
    assert isinstance(failure, Failure) and failure.type == "broken"


def test_a_claim_that_means_nothing_stops_before_anything_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    with pytest.raises(FpgamlError, match=r"--monotone: there is no element 4\. They are numbered from 0 to 3"):
        convert(FREE, folder, target="rtl", framework="never", monotone="+4")
    assert not folder.exists()
