"""Metrics of several columns on the same labelled events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.data.labels import Labels
from fpgaml.physics.columns import fixed_column, shared, source_column
from fpgaml.physics.intervals import half_width
from fpgaml.physics.measure import area_under_roc, measure
from fpgaml.record.physics import Physics

THREE = {"softmax": (3,)}


def of_three(source: list[list[float]], fixed: list[list[float]], labels: list[int]) -> Physics:
    columns = shared([source_column({"softmax": np.array(source)}, "f"), fixed_column({"softmax": np.array(fixed)})])
    return measure(Labels("labels.npy", np.array(labels)[:, None]), THREE, columns)


def test_three_classes_by_hand() -> None:
    source = [[3.0, 1, 0], [0, 2, 1], [1, 0, 2], [0, 3, 1]]
    fixed = [[3.0, 1, 0], [0, 1, 2], [1, 0, 2], [0, 3, 1]]
    found = of_three(source, fixed, [0, 1, 2, 1])
    assert found.labels == {"0": 1, "1": 2, "2": 1}
    matrix = next(each for each in found.confusions if each.column == "fixed")
    assert matrix.counts == ((1, 0, 0), (0, 1, 1), (0, 0, 1))
    assert matrix.accuracy == 0.75
    # Class 1 against the others in fixed point: signal 1, 3, background 1, 0: 3.5 of 4 pairs.
    roc = found.roc("softmax", "fixed", "1")
    assert roc is not None
    assert (roc.area, roc.signal, roc.background, roc.loss) == (3.5 / 4, 2, 2, 0.5 / 4)
    # Class 2: signal 2, background 0, 2, 1: 2.5 of 3.
    assert found.roc_auc == {"softmax[0]": 1.0, "softmax[1]": 3.5 / 4, "softmax[2]": 2.5 / 3}


def test_columns_that_answer_alike_share_their_entries() -> None:
    same = [[3.0, 1, 0], [0, 1, 2]]
    found = of_three(same, same, [0, 2])
    assert [column.equal_to for column in found.columns] == ["", "source"]
    assert {roc.column for roc in found.rocs} == {"source"}
    assert found.roc("softmax", "fixed", "0") == found.roc("softmax", "source", "0")
    assert found.roc_auc == {"softmax[0]": 1.0, "softmax[2]": 1.0}
    assert any("no events of class 1" in note for note in found.notes)


def test_real_truth_gives_bias_spread_and_core() -> None:
    truth = np.linspace(-50, 50, 10_001)
    residual = 0.5 + np.linspace(
        -1, 1, 10_001
    )  # uniform: RMS about the mean 1/sqrt(3), core 0.682689 of the half range
    found = measure(
        Labels("e.npy", truth[:, None]), {"energy": (1,)}, [fixed_column({"energy": (truth + residual)[:, None]})]
    )
    (entry,) = found.resolutions
    assert entry.bias == pytest.approx(0.5)
    assert entry.rms == pytest.approx(np.sqrt(0.25 + 1 / 3), rel=1e-3)
    assert entry.half_width == pytest.approx(0.6826895, rel=1e-3)
    (histogram,) = found.distributions
    assert sum(histogram.counts) + histogram.below + histogram.above == 10_001
    assert (found.rocs, found.roc_auc) == ((), {})


def test_the_error_of_a_core_is_its_scatter() -> None:
    generator = np.random.default_rng(3)
    found = np.array([half_width(generator.normal(size=2000)) for _ in range(400)])
    assert found[:, 0].mean() == pytest.approx(1.0, abs=0.01)
    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.12)


def test_a_source_that_answered_fewer_events_is_compared_on_these() -> None:
    labels = Labels("l.npy", np.array([1, 0, 1, 0])[:, None])
    source = source_column({"s": np.array([[2.0], [1.0]])}, "recorded")
    fixed = fixed_column({"s": np.array([[1.0], [1.0], [0.0], [5.0]])})
    found = measure(labels, {"s": (1,)}, shared([source, fixed]))
    roc = found.roc("s", "fixed")
    assert roc is not None
    assert (roc.area, roc.loss) == (0.5 / 4, 0.5)


def test_areas_of_a_file_of_labels(tmp_path: Path) -> None:
    np.save(tmp_path / "l.npy", [0, 1, 2])
    assert area_under_roc(tmp_path / "l.npy", {"s": np.eye(3)}) == {"s[0]": 1.0, "s[1]": 1.0, "s[2]": 1.0}
