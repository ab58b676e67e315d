"""Labels: what they say of outputs, and refused early where metrics could not use them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgaml.boards import find_board
from fpgaml.checking import Checking
from fpgaml.conversion import Request, convert
from fpgaml.data.labels import Classes, Reals, TwoClasses, read_labels
from fpgaml.errors import FpgamlError
from tests.paths import LEGACY

MODEL, DATA = LEGACY / "calo_student_dense.h5", LEGACY / "calo_student_dense.npz"


def written(folder: Path, labels: Any) -> Path:
    path = folder / "labels.npy"
    np.save(path, np.asarray(labels))
    return path


@pytest.mark.parametrize("labels", [[1.0, 0.0, 1.0, 0.0], [[True], [False], [True], [False]]])
def test_zeros_and_ones_belong_to_every_output(labels: Any, tmp_path: Path) -> None:
    found = read_labels(written(tmp_path, labels), 3).matched({"a": (1,), "b": (5,)})
    assert list(found) == ["a", "b"]
    for truth in found.values():
        assert isinstance(truth, TwoClasses)
        assert truth.signal.tolist() == [True, False, True]


@pytest.mark.parametrize("labels", [[2, 0, 1], [2.0, 0.0, 1.0], np.eye(3)[[2, 0, 1]]])
def test_classes_belong_to_an_output_with_an_element_for_each(labels: Any, tmp_path: Path) -> None:
    found = read_labels(written(tmp_path, labels), 3).matched({"score": (1,), "softmax": (3,)})
    (truth,) = found.values()
    assert isinstance(truth, Classes)
    assert (list(found), truth.index.tolist(), truth.count) == (["softmax"], [2, 0, 1], 3)


@pytest.mark.parametrize("labels", [[0.5, 7.0], range(0, 404, 4)])
def test_real_numbers_and_many_whole_ones_are_quantities(labels: Any, tmp_path: Path) -> None:
    found = read_labels(written(tmp_path, labels), len(labels)).matched({"energy": (1,), "softmax": (4,)})
    (truth,) = found.values()
    assert isinstance(truth, Reals)
    assert (list(found), truth.values[:, 0].tolist()) == (["energy"], list(labels))


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ([0, 1, 2, 1], "labels of 3 classes: 0, 1, 2, where the output score has 1 element$"),
        ([-1, 1, 1], "labels of 2 classes: -1, 1, where"),
        (range(100), r"labels of 100 classes: 0, 1, 2, 3, 4 \.\.\."),
        ([1, 1, 1], "one class only: all 3 labels are 1"),
        ([[1, 0, 0], [0, 1, 0]], "one-hot labels of 3 classes, where the output score has 1 element$"),
        ([[1, 1, 0], [0, 1, 0]], "zeros and ones, which are not one-hot"),
        ([[1.5, 2.0], [0.5, 1.0]], "2 real numbers an event, where the output score has 1 element$"),
        ([0.5, np.nan], "NaN in event 1"),
        ([0.5 + 1j, 1.0], "not real numbers"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels: Any, reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, labels)
    with pytest.raises(FpgamlError) as caught:
        read_labels(path, len(labels)).matched({"score": (1,)})
    assert str(caught.value.where).startswith(str(path))
    assert re.search(reason, caught.value.reason), caught.value.reason


def test_real_numbers_that_fit_two_outputs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="fit several outputs: energy, time"):
        read_labels(written(tmp_path, [0.5, 1.5]), 2).matched({"energy": (1,), "time": (1,)})


class Untouched:
    """A target that must not be asked for anything."""

    def check(self, *_: object) -> None:
        pytest.fail("the target was asked before the labels were read")

    write = check


@pytest.mark.parametrize("case", ["three classes", "no data", "too few", "no file"])
def test_a_conversion_reads_them_first(case: str, tmp_path: Path) -> None:
    events = len(np.load(DATA)["x"])
    labels = written(tmp_path, np.arange(events if case != "too few" else 1) % 3)
    if case == "no file":
        labels = tmp_path / "labels.npz"
    data = None if case == "no data" else DATA
    folder, types = tmp_path / "p", ("ap_uint<10>",)
    checking = Checking(data=data, labels=labels)
    request = Request(folder, Untouched(), find_board("kcu116"), types, checking=checking)  # type: ignore[arg-type]
    with pytest.raises(FpgamlError, match=r"classes|labels need events|1 labels for|no such file"):
        convert(MODEL, request)
    assert not folder.exists()


@pytest.mark.parametrize("case", ["shape", "no outputs"])
def test_a_conversion_looks_at_recorded_answers_first(case: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.npz"
    np.savez(path, **({"y": np.zeros((9, 7))} if case == "shape" else {"x": np.zeros((9, 1))}))
    checking = Checking(data=DATA, reference=path)
    request = Request(
        tmp_path / "p",
        Untouched(),  # type: ignore[arg-type]
        find_board("kcu116"),
        ("ap_uint<10>",),
        checking=checking,
    )
    with pytest.raises(FpgamlError, match=r"recorded outputs of shape \(7,\), where|holds no recorded outputs"):
        convert(MODEL, request)


def test_an_array_that_the_user_calls_labels_is_not_taken_for_answers(tmp_path: Path) -> None:
    path = tmp_path / "events.npz"
    np.savez(path, x=np.zeros((4, 2)), y=[0, 1, 0, 1])
    assert Checking(data=path).data_with_answers == path
    assert Checking(data=path, labels=path).data_with_answers is None
    assert Checking(data=Path(f"{path}:x"), labels=Path(f"{path}:y")).data_with_answers is None
    other = written(tmp_path, [0, 1, 0, 1])
    assert Checking(data=path, labels=other).data_with_answers == path
