"""`fpgaml init`, from an empty folder with a model in it to firmware."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fpgaml.cli import init as command
from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.manifest import ChosenBy
from tests.paths import ROOT

KERAS3 = ROOT / "tests" / "fixtures" / "keras3"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model, its events, and labels; commands run in it, and ask no framework."""
    shutil.copyfile(KERAS3 / "dense_default.keras", tmp_path / "model.keras")
    with np.load(KERAS3 / "dense_default.npz") as stored:
        np.save(tmp_path / "events.npy", stored["in/x"])
    np.save(tmp_path / "truth.npy", np.arange(24) % 2)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FPGAML_FRAMEWORK_PYTHON", raising=False)
    return tmp_path


def run(*words: str, ask: str | None = None) -> str:
    done = CliRunner().invoke(app, words, input=ask)
    if isinstance(done.exception, FpgamlError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_init_and_convert_without_arguments(here: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    said = run("init", "--target", "rtl")
    assert "events.npy: 24 events of shape 6; `x` takes 6, and nothing else here fits." in said
    assert "No board is chosen" in said
    run("convert")
    manifest = read_manifest(here / "model_alveo-u250")
    assert manifest.board.chosen_by == ChosenBy.DEFAULT
    assert manifest.config is not None and manifest.config.content == (here / "fpgaml.yaml").read_text()
    assert manifest.vectors.events["data"] == 24
    assert read_results(here / "model_alveo-u250").passed


def test_what_is_chosen_stands_in_the_file(here: Path) -> None:
    found = json.loads(run("init", "model.keras", "-t", "rtl", "-b", "kcu116", "--clock", "4ns", "--json"))
    expected = {"model": "model.keras", "target": "rtl", "board": "kcu116", "clock": "4ns"}
    assert found["values"] == expected | {"data": "events.npy", "labels": "truth.npy"}
    lines = (here / "fpgaml.yaml").read_text().splitlines()
    assert {f"{key}: {value}" for key, value in expected.items()} <= set(lines)
    assert "#output: model_kcu116" in lines


def test_what_lies_beside_a_model_elsewhere_is_found_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "work").mkdir()
    monkeypatch.chdir(here / "work")
    found = json.loads(run("init", "../model.keras", "--json"))["values"]
    assert (found["model"], found["data"], found["labels"]) == ("../model.keras", "../events.npy", "../truth.npy")


def test_a_file_is_not_written_over(here: Path) -> None:
    (here / "fpgaml.yaml").write_text("mine\n")
    with pytest.raises(FpgamlError, match="is there already"):
        run("init")
    assert (here / "fpgaml.yaml").read_text() == "mine\n"
    run("init", "--force", "-q")
    assert "\nmodel: model.keras\n" in (here / "fpgaml.yaml").read_text()


def test_of_several_models_one_is_asked_for(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copyfile(here / "model.keras", here / "better.keras")
    with pytest.raises(FpgamlError, match=r"holds 2 model files: better.keras, model.keras. Give one of them"):
        run("init")
    assert not (here / "fpgaml.yaml").exists()
    monkeypatch.setattr(command, "on_terminal", lambda: True)
    assert "give a number from 1 to 2" in run("init", ask="3\n2\n")
    assert "\nmodel: model.keras\n" in (here / "fpgaml.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gone.keras",), r"gone\.keras: does not exist"),
        (("--board", "zcu9"), "no board of this name"),
        (("--clock", "200"), "has no unit"),
        (("--target", "tflite", "--board", "kcu116"), "--board: not used by --target tflite"),
        (("--target", "asic"), "`asic` is not known"),
    ],
)
def test_what_convert_would_refuse_is_refused_at_once(words: tuple[str, ...], said: str, here: Path) -> None:
    with pytest.raises(FpgamlError, match=said):
        run("init", *words)
    assert not (here / "fpgaml.yaml").exists()


def test_an_empty_folder_is_told_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FpgamlError, match=r"this folder: holds no model file. fpgaml reads .*\.tflite"):
        run("init")
    assert list(tmp_path.iterdir()) == []


def test_a_task_needs_no_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("init", "lar_timing", "-q")
    text = (tmp_path / "fpgaml.yaml").read_text()
    assert "\nmodel: lar_timing\n" in text
    assert "#output: lar_timing_agilex7-f-dk\n" in text


def test_the_schema_is_printed_and_nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    schema = json.loads(run("init", "--schema"))
    assert schema["properties"]["samples-per-cycle"]["description"].startswith("Positions")
    assert list(tmp_path.iterdir()) == []
