"""`fpgaml evaluate` of a user's own model: every column on the same events, in the report and in files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fpgaml
from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from fpgaml.record.files import read_results
from fpgaml.record.physics import ColumnRole, Physics
from fpgaml.rtl.target import RtlTarget
from tests.paths import LEGACY, ROOT

KERAS3 = ROOT / "tests" / "fixtures" / "keras3"
JETS = LEGACY / "jets_dense.h5"


@pytest.fixture(scope="module")
def stored() -> dict[str, np.ndarray]:
    with np.load(KERAS3 / "dense_default.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    folder = tmp_path_factory.mktemp("rtl") / "project"
    fpgaml.convert(KERAS3 / "dense_default.keras", folder, target="rtl", board="kcu116", vectors=16, framework="never")
    return folder


def test_a_project_gets_every_column_and_remembers(
    project: Path, stored: dict[str, np.ndarray], tmp_path: Path
) -> None:
    answers = stored["layer/third"]
    truth = answers.reshape(len(answers), -1)[:, 0] > np.median(answers.reshape(len(answers), -1)[:, 0])
    found = fpgaml.evaluate(project, stored["in/x"], truth, reference=answers, framework="never")
    assert found.passed
    assert [column.role for column in found.physics.columns] == [
        ColumnRole.FLOAT,
        ColumnRole.FIXED,
        ColumnRole.HARDWARE,
    ]
    assert [column.equal_to for column in found.physics.columns] == ["", "source", "source"]
    first = found.physics.rocs[0]
    assert (first.area, first.signal + first.background) == (1.0, len(answers))
    physics = read_results(project).physics
    assert isinstance(physics, Physics)
    assert physics == found.physics


def test_firmware_that_differs_fails(
    project: Path, stored: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fpgaml.graph.values import FixedArray
    from fpgaml.running import pieces
    from fpgaml.running.firmware import start

    def wrong(*arguments: Any, **options: Any) -> Any:
        running = start(*arguments, **options)

        def run(values: Any) -> Any:
            answers = running.run(values)
            return {
                n: FixedArray(v.integers + (np.arange(v.shape[0]) == 3)[:, None], v.fractional)
                for n, v in answers.items()
            }

        return type(running)(running.title, running.standing, run, running.codings)

    monkeypatch.setattr(pieces, "start", wrong)
    labels = np.arange(len(stored["in/x"])) % 2
    found = fpgaml.evaluate(project, stored["in/x"], labels, framework="never")
    assert (found.passed, found.different) == (False, 1)
    assert [column.equal_to for column in found.physics.columns] == ["", ""]


def test_a_model_of_five_classes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with np.load(LEGACY / "jets_dense.npz") as file:
        np.savez(tmp_path / "d.npz", x=file["x"], y=file["y"])
        classes = np.where(np.arange(len(file["x"])) % 4 == 0, 2, file["y"].argmax(axis=1))
        accuracy = float((file["y"].argmax(axis=1) == classes).mean())
    np.save(tmp_path / "l.npy", np.eye(5)[classes])
    output = tmp_path / "evaluated"
    arguments = ["evaluate", str(JETS), "--data", str(tmp_path / "d.npz"), "--labels", str(tmp_path / "l.npy")]
    app([*arguments, "--framework", "never", "-o", str(output)], standalone_mode=False)
    shown = capsys.readouterr().out
    assert "class 4" in shown
    assert "no firmware" in shown
    content = json.loads((output / "metrics.json").read_text())
    (matrix,) = [each for each in content["physics"]["confusions"] if each["column"] == "source"]
    assert matrix["accuracy"] == accuracy
    assert len(content["physics"]["rocs"]) >= 5
    assert "| accuracy, % |" in (output / "table.md").read_text()
    assert any(output.glob("figure*"))


CASES = {
    "labels without data": (["--labels", "three.npy"], "labels need events"),
    "three classes for other outputs": (["--data", "x.npy", "--labels", "nine.npy"], "labels of 9 classes"),
    "too few labels": (["--data", "x.npy", "--labels", "few.npy"], "2 labels for"),
    "no such labels": (["--data", "x.npy", "--labels", "none.npy"], "no such file"),
    "reference of another shape": (["--data", "x.npy", "--reference", "wide.npy"], "recorded outputs of shape"),
    "NaN in the data": (["--data", "nan.npy"], "NaN in event 5"),
    "data of another shape": (["--data", "wide.npy"], "events of shape"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("command", ["convert", "verify", "evaluate"])
def test_bad_input_is_refused_before_anything_is_started(
    case: str,
    command: str,
    project: Path,
    stored: dict[str, np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = stored["in/x"]
    nan = x.copy()
    nan[5, 2] = np.nan
    arrays = {"nan": nan} | {
        "x": x,
        "three": np.arange(len(x)) % 3,
        "nine": np.arange(len(x)) % 9,
        "few": [0, 1],
        "wide": np.zeros((len(x), 77)),
    }
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    options, reason = CASES[case]
    if command == "evaluate" and "--labels" not in options:
        options = [*options, "--labels", "two.npy"]
        np.save(tmp_path / "two.npy", np.arange(len(x)) % 2)
    if case == "labels without data" and command == "evaluate":
        reason = "is needed to judge by"
    given = [option if option.startswith("--") else str(tmp_path / option) for option in options]
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    subject = {"convert": str(KERAS3 / "dense_default.keras"), "verify": str(copy), "evaluate": str(copy)}[command]
    model = [] if command == "convert" else ["--model", str(KERAS3 / "dense_default.keras")]
    output = [] if command == "verify" else ["--output", str(tmp_path / "out")]

    def started(*_: object, **__: object) -> None:
        pytest.fail("a framework, a compiler or a simulator was started")

    monkeypatch.setattr(subprocess.Popen, "__init__", started)
    monkeypatch.setattr(RtlTarget, "reopen", started)
    with pytest.raises(FpgamlError, match=reason):
        app([command, subject, *given, *model, *output], standalone_mode=False)
    assert not (tmp_path / "out").exists()
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_options_of_another_subject_are_refused(project: Path) -> None:
    with pytest.raises(FpgamlError, match="for a task, not for a project"):
        app(["evaluate", str(project), "--scale", "0.1"], standalone_mode=False)
    with pytest.raises(FpgamlError, match="a task brings its events"):
        app(["evaluate", "lar_timing", "--labels", "x.npy"], standalone_mode=False)
