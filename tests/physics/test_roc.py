"""The ROC curve: its area against the definition, errors, thinning and efficiencies by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaml.errors import FpgamlError
from fpgaml.physics.roc import Separation, roc_auc, too_rare


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


def separation(signal: list[float], background: list[float]) -> Separation:
    mask = np.array([True] * len(signal) + [False] * len(background))
    return Separation.of(mask, np.array([*signal, *background]))


def test_errors_of_an_area_and_of_a_loss_by_hand() -> None:
    # Signal 1, 3, 5 against background 0, 2, 4: placements of the signal 1/3, 2/3, 1, of the background 1, 2/3, 1/3.
    first = separation([1, 3, 5], [0, 2, 4])
    assert first.area == pytest.approx(2 / 3)
    assert first.error == pytest.approx(np.sqrt(2 * (1 / 9) / 3))
    # The second column swaps the lowest signal with the lowest background: placements 0, 2/3, 1 and 2/3, 2/3, 1/3.
    other = separation([0, 3, 5], [1, 2, 4])
    assert other.area == pytest.approx(5 / 9)
    # Differences of placements: 1/3, 0, 0 and 1/3, 0, 0, of variance 1/27 each.
    loss, error = other.loss(first)
    assert (loss, error) == (pytest.approx(1 / 9), pytest.approx(np.sqrt(2 / 27 / 3)))
    assert first.loss(first) == (0.0, 0.0)
    assert separation([1.0], [0.0, 2.0]).error is None


def test_efficiencies_at_rates_that_the_background_supports() -> None:
    # Background 0..999; at 1 % ten events may pass: those above 989. Signal 980..999.
    found = separation(list(np.arange(980.0, 1000.0)), list(np.arange(1000.0)))
    at_10, at_1 = found.efficiencies()
    assert (at_1.rate, at_1.threshold, at_1.false_positives, at_1.value) == (0.01, 989.0, 10, 0.5)
    assert (at_10.threshold, at_10.value) == (899.0, 1.0)
    # Wilson's interval of 10 of 20: (0.5 + 1/40 ± sqrt(1/80 + 1/1600)) / (1 + 1/20).
    assert (at_1.low, at_1.high) == (
        pytest.approx((0.525 - 0.1145644) / 1.05),
        pytest.approx((0.525 + 0.1145644) / 1.05),
    )
    assert too_rare(1000) == (1e-3, 1e-4)


def test_ties_at_the_threshold_do_not_pass() -> None:
    found = separation([2.0] * 5, [1.0] * 900 + [2.0] * 100)
    (at_10, at_1) = found.efficiencies()
    assert (at_10.false_positives, at_10.value) == (100, 1.0)
    assert (at_1.false_positives, at_1.value, at_1.threshold) == (0, 0.0, 2.0)


def test_a_thinned_curve_keeps_its_low_end_and_its_area() -> None:
    generator = np.random.default_rng(1)
    mask = np.arange(1_000_000) < 50_000
    scores = generator.normal(size=mask.size) + 2.0 * mask
    found = Separation.of(mask, scores)
    x, y = found.curve()
    assert len(x) <= 200
    assert (x[0], y[0], x[-1], y[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert all(a <= b for each in (x, y) for a, b in pairwise(each))
    for false_positives in (0, 1, 2, 3, 4, 5):
        assert pytest.approx(false_positives / 950_000, rel=1e-5) in x
    assert np.trapezoid(y, x) == pytest.approx(found.area, abs=2e-4)
    # Two normal distributions two standard deviations apart: AUC = Phi(2 / sqrt(2)).
    assert found.area == pytest.approx(0.921350, abs=4 * (found.error or 0))
    assert found.efficiencies()[-1].rate == 1e-4
