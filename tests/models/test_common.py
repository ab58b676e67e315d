"""What tasks share: fractions, areas, thresholds and resampling by hand; test sets cut; numbers brought into rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.common import statistics
from fpgaml_models.common.rows import curve, row, value_of
from fpgaml_models.common.samples import pieces, require_both_classes, sizes, split
from fpgaml_models.common.statistics import Fraction

from fpgaml.errors import FpgamlError
from fpgaml.tasks import Sample, Value


def test_fractions_have_wilsons_interval() -> None:
    low, high = Fraction(0, 100).interval
    assert low == 0 and high == pytest.approx(1 / 101)
    low, high = Fraction(50, 100).interval
    assert (low, high) == (pytest.approx(0.5 - 0.5 / np.sqrt(101)), pytest.approx(0.5 + 0.5 / np.sqrt(101)))
    assert Fraction(300, 1000).measured.error == pytest.approx(np.sqrt(0.3 * 0.7 / 1000), rel=0.01)
    assert Fraction(100, 100).measured.error == pytest.approx(0.005, rel=0.02)
    assert Fraction.of(np.array([True, False, True])) == Fraction(2, 3)
    with pytest.raises(FpgamlError, match="0 of 0 events"):
        Fraction.of(np.zeros(0, bool))


def test_roc_area_by_hand() -> None:
    assert statistics.roc_area([1, 3], [0, 2, 3]).value == pytest.approx(3.5 / 6)
    found = statistics.roc_area([2.0, 3.0], [1.0, 2.0])  # 3.5 of 4 pairs
    # Placements: signal 0.75 and 1, background 1 and 0.75; variances 1/32 each, over 2 events.
    assert (found.value, found.error) == (0.875, pytest.approx(np.sqrt(1 / 32)))
    assert np.isnan(statistics.roc_area([1.0], [0.0, 2.0]).error)
    for bad in ([np.nan], []):
        with pytest.raises(FpgamlError, match="signal scores"):
            statistics.roc_area(bad, [1.0])


def test_area_error_is_the_spread_of_many_samples() -> None:
    rng = np.random.default_rng(3)
    found = [statistics.roc_area(rng.normal(1, 1, 200), rng.normal(0, 1, 300)) for _ in range(300)]
    assert np.std([one.value for one in found]) == pytest.approx(np.mean([one.error for one in found]), rel=0.15)


def test_thresholds_never_pass_more_than_asked() -> None:
    background = np.arange(10_000.0)
    assert statistics.threshold_at(background, 1e-3) == 9989.0  # ten are above
    assert statistics.threshold_at(background, 1e-4) is None  # one event says nothing
    ties = np.repeat([0.0, 1.0, 2.0], [9000, 500, 500])
    assert statistics.threshold_at(ties, 0.06) == 1.0  # above 1 are 500, above 0 would be 1000
    assert statistics.threshold_with(ties, 10_000) == -np.inf
    assert statistics.allowed_above(0.29, 100) == 29  # 0.29 * 100 is 28.999...
    assert statistics.threshold_keeping([1.0, 2.0, 3.0, 4.0], 0.75) == 2.0


def test_efficiencies_at_rates_by_hand() -> None:
    found = statistics.efficiencies([9_985.0, 9_989.0, 9_990.0, 20_000.0], np.arange(10_000.0), (1e-3, 1e-4))
    assert found[0] is not None and found[1] is None
    assert (found[0]["efficiency"]["passing"], found[0]["efficiency"]["total"]) == (2, 4)
    assert found[0]["false_positives"]["passing"] == 10


def test_resampled_errors_of_a_gaussian() -> None:
    sample = np.random.default_rng(1).normal(5, 2, 40_000)
    for statistic, value, error in (
        (statistics.mean, 5, 2 / np.sqrt(40_000)),
        (statistics.rms, 2, 2 / np.sqrt(80_000)),
        (statistics.core_width, 2, 2 * 1.26 / np.sqrt(80_000)),
    ):
        found = statistics.bootstrap(statistic, sample)
        assert found.value == pytest.approx(value, abs=5 * error)
        assert found.error == pytest.approx(error, rel=0.4)
    assert statistics.core_width(np.array([[0.0] * 90 + [1e6] * 10]))[0] == 0  # blind to a tail
    assert statistics.bootstrap(statistics.mean, [1.0]).as_json() == [None, None]


def test_a_ratio_knows_that_both_columns_saw_the_same_events() -> None:
    one = np.random.default_rng(2).normal(0, 1, 2_000)
    same = statistics.bootstrap_ratio(statistics.rms, 3 * one, one)
    assert (same.value, same.error) == (pytest.approx(3), pytest.approx(0, abs=1e-12))
    other = statistics.bootstrap_ratio(statistics.rms, np.random.default_rng(3).normal(0, 1, 2_000), one)
    assert other.error == pytest.approx(1 / np.sqrt(2_000), rel=0.4)
    with pytest.raises(FpgamlError, match="same events"):
        statistics.bootstrap_ratio(statistics.rms, one, one[1:])


def test_values_in_any_form() -> None:
    fraction = {"value": 0.5, "interval": [0.4, 0.7]}
    assert value_of(fraction) == Value(0.5, 0.4, 0.7)
    assert value_of([2.0, 0.5]) == value_of({"value": 2.0, "error": 0.5}) == Value(2.0, 1.5, 2.5)
    assert value_of(None).text == value_of([None, None]).text == "none"
    found = row("x", {"a": {"n": [1.0, 0.1]}, "b": {"n": None}, "c": {}}, lambda held: held["n"], missing="too few")
    assert list(found.values) == ["a", "b"] and found.values["b"].text == "too few"


def test_curves_leave_out_what_has_no_number() -> None:
    drawn = curve("graph", [1, 2, 3], [[1.0, 0.5], None, {"value": 1.0, "interval": [0.9, 1 - 1e-16]}], scale=2)
    assert (drawn.x, drawn.y) == ((1, 3), (2, 2))
    assert drawn.low == (1.0, 1.8) and drawn.high == (3.0, 2.0)


def test_sets_are_cut_and_sized() -> None:
    assert sizes(Sample(scale=0.001), {"signal": 20_000, "background": 100}) == {"signal": 20, "background": 1}
    assert [(one.start, one.stop) for one in pieces(5, 2)] == [(0, 2), (2, 4), (4, 5)]


def test_own_events_are_each_in_one_part() -> None:
    cut = split(1_000, seed=7)
    assert [len(part) for part in (cut.training, cut.validation, cut.test)] == [600, 100, 300]
    assert sorted(np.concatenate([cut.training, cut.validation, cut.test])) == list(range(1_000))
    assert np.array_equal(split(1_000, seed=7).test, cut.test) and not np.array_equal(split(1_000, 8).test, cut.test)
    require_both_classes(Path("own.npz"), np.array([0, 1]), "to judge with")
    with pytest.raises(FpgamlError, match=r"own\.npz: too few events of one class to judge with: 0 of 2"):
        require_both_classes(Path("own.npz"), np.array([0, 0]), "to judge with")
