"""Whatever is wrong with the input: one line with a cause and a remedy, exit code 2, nothing left behind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.paths import LEGACY, fpgaml

MODEL = LEGACY / "calo_student_dense.h5"
DATA = LEGACY / "calo_student_dense.npz"


def refused(tmp_path: Path, *arguments: object, lines: int = 1) -> str:
    """Run convert; check exit code, length of the message, and that nothing is left. Returns the message."""
    before = sorted(p.name for p in tmp_path.iterdir())
    done = fpgaml("convert", *arguments, "--output", tmp_path / "out", "--framework", "never", "--quiet")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    message = done.stderr.strip()
    assert len(message.splitlines()) == lines, message
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    return message


def edited_model(tmp_path: Path, edit: Callable[[dict], None]) -> Path:  # type: ignore[type-arg]
    """A copy of the model with its description changed."""
    path = tmp_path / "edited.h5"
    shutil.copyfile(MODEL, path)
    with h5py.File(path, "r+") as file:
        description = json.loads(file.attrs["model_config"])
        edit(description["config"])
        file.attrs["model_config"] = json.dumps(description)
    return path


def test_a_model_that_does_not_exist_offers_the_nearest_names(tmp_path: Path) -> None:
    assert "calo_student_dense.h5" in refused(tmp_path, LEGACY / "calo_student_dens.h5")


@pytest.mark.parametrize("kept", [100, 2000, 20_000])
def test_truncated_files(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "cut.h5"
    path.write_bytes(MODEL.read_bytes()[:kept])
    assert "cut.h5" in refused(tmp_path, path, "--input-type", "ap_uint<10>")


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.h5"
    path.touch()
    assert "is empty" in refused(tmp_path, path)


def test_a_file_of_another_type(tmp_path: Path) -> None:
    path = tmp_path / "notes.h5"
    path.write_text("These are not weights.")
    assert "not a model file" in refused(tmp_path, path)


def test_a_zip_that_holds_no_model(tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "photos"), "zip", LEGACY, "jets_dense.npz")
    assert "photos.zip" in refused(tmp_path, tmp_path / "photos.zip")


def test_a_lambda_layer_is_not_run(tmp_path: Path) -> None:
    def edit(config: dict) -> None:  # type: ignore[type-arg]
        config["layers"][2]["class_name"] = "Lambda"

    message = refused(tmp_path, edited_model(tmp_path, edit), "--input-type", "ap_uint<10>", lines=2)
    assert "Lambda" in message
    assert "Python code" in message


def test_three_unsupported_layers_are_all_named(tmp_path: Path) -> None:
    names = []

    def edit(config: dict) -> None:  # type: ignore[type-arg]
        for layer in config["layers"][1:4]:
            layer["class_name"] = "ConvLSTM1D"
            names.append(layer["config"]["name"])

    message = refused(tmp_path, edited_model(tmp_path, edit), "--input-type", "ap_uint<10>", lines=4)
    assert len(names) == 3
    assert "3 layers are not supported" in message
    assert all(name in message for name in names)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite(tmp_path: Path, value: float) -> None:
    path = tmp_path / "nan.h5"
    shutil.copyfile(MODEL, path)
    with h5py.File(path, "r+") as file:
        file["model_weights/dense1/dense1/kernel:0"][3, 1] = value
    message = refused(tmp_path, path, "--input-type", "ap_uint<10>")
    assert "dense1" in message
    assert "kernel" in message


def test_an_input_without_a_type_says_what_to_give(tmp_path: Path) -> None:
    message = refused(tmp_path, MODEL)
    assert "--input-type" in message
    assert "--data" in message


def test_data_of_the_wrong_shape(tmp_path: Path) -> None:
    path = tmp_path / "data.npy"
    np.save(path, np.zeros((10, 251)))
    message = refused(tmp_path, MODEL, "--input-type", "ap_uint<10>", "--data", path)
    assert "251" in message
    assert "252" in message


def test_data_with_nan_says_where(tmp_path: Path) -> None:
    path = tmp_path / "data.npy"
    values = np.zeros((10, 252))
    values[7, 30] = np.nan
    np.save(path, values)
    message = refused(tmp_path, MODEL, "--input-type", "ap_uint<10>", "--data", path)
    assert "7" in message
    assert "30" in message


def test_an_unknown_board_offers_the_nearest_names(tmp_path: Path) -> None:
    assert "kcu116" in refused(tmp_path, MODEL, "--board", "kcu161", "--input-type", "ap_uint<10>")


def test_an_unknown_layer_lists_the_models_layers(tmp_path: Path) -> None:
    message = refused(tmp_path, MODEL, "--input-type", "ap_uint<10>", "--layer", "dence1=resource:8")
    assert "dense1" in message


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--backend", "spectre"),
        ("--strategy", "fast"),
        ("--io", "telepathy"),
        ("--clock", "soon"),
        ("--input-type", "float32"),
        ("--layer", "dense1"),
        ("--data-axes", "0,0"),
    ],
)
def test_unknown_settings(tmp_path: Path, option: str, value: str) -> None:
    message = refused(tmp_path, MODEL, "--input-type", "ap_uint<10>", option, value)
    assert value in message


def test_distributed_arithmetic_cannot_share_multipliers(tmp_path: Path) -> None:
    message = refused(tmp_path, MODEL, "--input-type", "ap_uint<10>", "--strategy", "da", "--reuse", "4")
    assert "share" in message


def test_an_output_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years of work")
    message = refused(tmp_path, MODEL, "--input-type", "ap_uint<10>")
    assert "did not write it" in message
    assert (tmp_path / "out" / "thesis.tex").read_text() == "years of work"


def test_reports_of_folders_that_are_no_projects(tmp_path: Path) -> None:
    for command in ("report", "verify"):
        done = fpgaml(command, tmp_path)
        assert done.returncode == 2
        assert "manifest.json" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_full_disk(small_disk: Path) -> None:
    assert "disk is full" in refused(small_disk, MODEL, "--input-type", "ap_uint<10>")
