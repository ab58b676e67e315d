"""Labels: read early, and refused where metrics could not use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgaml.boards import find_board
from fpgaml.checking import Checking
from fpgaml.conversion import Request, convert
from fpgaml.data.labels import read_labels
from fpgaml.errors import FpgamlError
from tests.paths import LEGACY

MODEL, DATA = LEGACY / "calo_student_dense.h5", LEGACY / "calo_student_dense.npz"


def written(folder: Path, labels: Any) -> Path:
    path = folder / "labels.npy"
    np.save(path, np.asarray(labels))
    return path


def test_labels_of_the_first_events(tmp_path: Path) -> None:
    assert read_labels(written(tmp_path, [1.0, 0.0, 1.0, 0.0]), 3).tolist() == [1.0, 0.0, 1.0]
    assert read_labels(written(tmp_path, [[True], [False]]), 2).tolist() == [True, False]


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ([0, 1, 2, 1], "labels of 3 classes: 0, 1, 2"),
        (range(100), r"labels of 100 classes: 0, 1, 2, 3, 4 \.\.\."),
        ([0.0, 0.5, 1.0], "labels of 3 classes: 0.0, 0.5, 1.0"),
        ([1, 1, 1], "one class only: all 3 labels are 1"),
        ([[1, 0, 0], [0, 1, 0]], "3 labels an event"),
    ],
)
def test_other_labels_are_refused(labels: Any, reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, labels)
    with pytest.raises(FpgamlError, match=reason) as caught:
        read_labels(path, len(labels))
    assert caught.value.where == str(path)


class Untouched:
    """A target that must not be asked for anything."""

    def check(self, *_: object) -> None:
        pytest.fail("the target was asked before the labels were read")

    write = check


@pytest.mark.parametrize("case", ["three classes", "no data", "too few"])
def test_a_conversion_reads_them_first(case: str, tmp_path: Path) -> None:
    events = len(np.load(DATA)["x"])
    labels = written(tmp_path, np.arange(events if case != "too few" else 1) % 3)
    data = None if case == "no data" else DATA
    folder, types = tmp_path / "p", ("ap_uint<10>",)
    checking = Checking(data=data, labels=labels)
    request = Request(folder, Untouched(), find_board("kcu116"), types, checking=checking)  # type: ignore[arg-type]
    with pytest.raises(FpgamlError, match=r"classes|labels need events|1 labels for"):
        convert(MODEL, request)
    assert not folder.exists()
