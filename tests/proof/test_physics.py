"""The area under the ROC curve against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaml.errors import FpgamlError
from fpgaml.proof.physics import roc_auc


def brute_force(labels: list[int], scores: list[int]) -> float:
    signal = [s for label, s in zip(labels, scores, strict=True) if label]
    background = [s for label, s in zip(labels, scores, strict=True) if not label]
    wins = sum((s > b) + 0.5 * (s == b) for s in signal for b in background)
    return wins / (len(signal) * len(background))


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-4, 4)), min_size=2, max_size=40))
def test_equals_the_definition(events: list[tuple[int, int]]) -> None:
    labels, scores = map(list, zip(*events, strict=True))
    if len(set(labels)) == 2:
        assert roc_auc(labels, scores) == pytest.approx(brute_force(labels, scores), abs=1e-15)


def test_ends_and_ties() -> None:
    assert roc_auc([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]) == 1.0
    assert roc_auc([1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4]) == 0.0
    assert roc_auc([0, 1, 0, 1], [3, 3, 3, 3]) == 0.5
    assert roc_auc(np.array([[True], [False]]), np.array([[2.0], [1.0]])) == 1.0


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0, 1], [1.0], "2 labels for 1 scores"),
        ([0, 2], [1.0, 2.0], "other than 0 and 1"),
        ([1, 1], [1.0, 2.0], "one class only"),
        ([0, 1], [1.0, np.nan], "NaN"),
    ],
)
def test_errors(labels: list[int], scores: list[float], message: str) -> None:
    with pytest.raises(FpgamlError, match=message):
        roc_auc(labels, scores)
