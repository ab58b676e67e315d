"""What `fpgaml init` finds beside a model: taken where only one thing can be meant, offered where several can."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fpgaml.projectfile.find_data import find_data
from fpgaml.projectfile.find_model import models_in
from fpgaml.projectfile.finding import Finding
from tests.paths import ROOT

FIXTURES = ROOT / "tests" / "fixtures"
SHAPES = {"wave": (6, 4)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m.keras").write_bytes(b"PK")
    return tmp_path


def found(folder: Path, shapes: dict[str, tuple[int, ...]] | None = None) -> dict[str, Finding]:
    return {each.key: each for each in find_data(folder, folder / "m.keras", shapes or SHAPES)}


def taken(folder: Path) -> dict[str, str]:
    return {key: each.value for key, each in found(folder).items() if each.value}


def save(folder: Path, name: str, array: object) -> None:
    np.save(folder / name, np.asarray(array))


def test_the_only_events_and_labels_that_fit_are_taken_with_the_reasons(folder: Path) -> None:
    save(folder, "x.npy", np.zeros((10, 6, 4)))
    save(folder, "other.npy", np.zeros((10, 7)))
    save(folder, "y.npy", [0, 1] * 5)
    save(folder, "short.npy", [0, 1] * 4)
    assert taken(folder) == {"data": "x.npy", "labels": "y.npy"}
    assert "10 events of shape 6 x 4; `wave` takes 6 x 4, and nothing else" in found(folder)["data"].why
    assert "10 zeros and ones" in found(folder)["labels"].why


def test_several_that_fit_are_offered_and_none_is_taken(folder: Path) -> None:
    save(folder, "train.npy", np.zeros((30, 6, 4)))
    save(folder, "test.npy", np.zeros((10, 24)))
    save(folder, "y.npy", [0, 1] * 5)
    assert taken(folder) == {}
    assert found(folder)["data"].offered == ("test.npy", "train.npy")


def test_axes_in_another_order_are_offered(folder: Path) -> None:
    save(folder, "x.npy", np.zeros((10, 4, 6, 1)))
    save(folder, "y.npy", [0, 1] * 5)
    everything = found(folder)
    assert taken(folder) == {}
    assert everything["data"].offered == ("x.npy",)
    assert everything["data-axes"].offered == ("0,2,1",)
    assert "events of shape 4 x 6 x 1, axes 0,2,1" in everything["data"].why
    assert everything["labels"].offered == ("y.npy",)


def test_answers_and_classes_are_offered_only(folder: Path) -> None:
    x, scores, kind = np.zeros((10, 6, 4)), np.linspace(0, 1, 10), np.arange(10) % 3
    np.savez(folder / "events.npz", x=x, scores=scores, kind=kind)
    assert taken(folder) == {"data": "events.npz"}
    assert found(folder)["reference"].offered == ("events.npz:scores",)
    assert found(folder)["labels"].offered == ("events.npz:kind",)


def test_inputs_of_their_names_are_found_in_one_file(folder: Path) -> None:
    np.savez(folder / "two.npz", a=np.zeros((10, 3)), b=np.zeros((10, 3)))
    assert found(folder, {"a": (3,), "b": (3,)})["data"].value == "two.npz"
    assert found(folder, {"a": (3,), "c": (4,)})["data"].value == ""


def test_damaged_files_are_passed_over(folder: Path) -> None:
    (folder / "cut.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr'")
    (folder / "no.npz").write_bytes(b"PK\x03\x04nothing")
    (folder / "no.h5").write_bytes(b"\x89HDF\r\n\x1a\nnothing")
    (folder / "words.csv").write_text("a,b\nc,d\n")
    assert found(folder)["data"].why == "`wave` takes 6 x 4; nothing here fits."


def test_models_are_told_from_what_lies_beside_them(tmp_path: Path) -> None:
    copied = ["keras3/dense_default.keras", "keras3/dense_default.npz", "keras3/saved_as_h5.h5", "keras2/pair.json"]
    copied += ["keras2/pair_weights.h5", "onnx/gemm.onnx", "tflite/waveform_int8.tflite", "pytorch/mlp.pt2"]
    for name in copied:
        shutil.copy(FIXTURES / name, tmp_path)
    (tmp_path / "metrics.json").write_text("{}")
    (tmp_path / "empty.onnx").touch()
    (tmp_path / ".hidden.onnx").write_bytes((FIXTURES / "onnx" / "gemm.onnx").read_bytes())
    with zipfile.ZipFile(tmp_path / "papers.zip", "w") as archive:
        archive.writestr("a.txt", "words")
    names = {path.name for path in models_in(tmp_path)}
    expected = {"dense_default.keras", "saved_as_h5.h5", "pair.json", "gemm.onnx", "waveform_int8.tflite", "mlp.pt2"}
    assert names == expected
