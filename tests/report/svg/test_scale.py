"""Ticks against values worked out by hand."""

from __future__ import annotations

from math import nan

import pytest

from fpgaml.report.drawing import Axis
from fpgaml.report.svg.scale import Scale, brief, scale_of, step_of, tick_texts, ticks_of, titled


@pytest.mark.parametrize(
    ("span", "ticks", "step"),
    # 10/5 = 2; 7/5 = 1.4, so 2; 0.3/4 = 0.075, so 0.1; 60/5 = 12, so 20; 1/10 = 0.1.
    [(10, 5, 2), (7, 5, 2), (0.3, 4, 0.1), (60, 5, 20), (1, 10, 0.1), (2.2e9, 5, 5e8)],
)
def test_steps_are_1_2_or_5(span: float, ticks: int, step: float) -> None:
    assert step_of(span, ticks) == pytest.approx(step, rel=1e-12)


def test_a_linear_axis_ends_at_ticks() -> None:
    scale = scale_of(Axis("x"), [0.7, 9.2], 0, 100, 5)
    assert (scale.low, scale.high) == (0, 10)
    assert ticks_of(scale, 5) == [0, 2, 4, 6, 8, 10]
    assert scale(2.5) == 25


def test_a_tight_axis_ends_with_its_values_and_a_given_end_is_kept() -> None:
    assert scale_of(Axis("x"), [-20.5, 20.5], 0, 1, 5, tight=True).low == -20.5
    scale = scale_of(Axis("x", low=0, high=1), [0.2, 0.4], 0, 100, 5)
    assert (scale.low, scale.high) == (0, 1)


def test_a_log_axis_has_decades() -> None:
    scale = scale_of(Axis("rate", log=True), [3e-4, 0.8, 0.0], 0, 400, 6)
    assert (scale.low, scale.high) == (2e-4, 1)
    assert ticks_of(scale, 6) == [1e-3, 1e-2, 1e-1, 1]
    # log10(0.01 / 2e-4) / log10(1 / 2e-4) = 1.69897 / 3.69897.
    assert scale(0.01) == pytest.approx(400 * 1.69897 / 3.69897, abs=1e-3)
    assert scale(0) == 0


def test_many_decades_are_thinned_and_few_are_filled() -> None:
    assert ticks_of(Scale(1e-12, 1, 0, 1, log=True), 4) == [1e-12, 1e-9, 1e-6, 1e-3, 1]
    assert ticks_of(Scale(10, 60, 0, 1, log=True), 4) == [10, 20, 50]


@pytest.mark.parametrize(
    ("values", "log", "texts"),
    [
        ([0, 0.5, 1], False, ["0.0", "0.5", "1.0"]),
        ([-2, 0, 2], False, ["\u22122", "0", "2"]),
        ([0, 20000, 40000], False, ["0", "20k", "40k"]),
        ([0, 2000, 4000], False, ["0", "2,000", "4,000"]),
        ([0, 5e6, 1e7, 1.5e7], False, ["0", "5M", "10M", "15M"]),
        ([0, 2e-5, 4e-5], False, ["0", "2\u00d710\u207b\u2075", "4\u00d710\u207b\u2075"]),
        ([0.01, 0.1, 1], True, ["0.01", "0.1", "1"]),
        ([1e-4, 1e-2], True, ["10\u207b\u2074", "10\u207b\u00b2"]),
    ],
)
def test_ticks_are_all_of_one_form(values: list[float], log: bool, texts: list[str]) -> None:
    assert tick_texts(values, log) == texts


@pytest.mark.parametrize("axis", [Axis("x"), Axis("x", log=True), Axis("x", low=3), Axis("x", high=-1)])
@pytest.mark.parametrize("values", [[], [0.0], [5.0, 5.0], [-3.0], [nan], [1e300, -1e300]])
def test_any_values_have_an_axis(axis: Axis, values: list[float]) -> None:
    scale = scale_of(axis, values, 0, 100, 5)
    assert scale.low < scale.high
    assert 1 <= len(ticks_of(scale, 5)) <= 12
    assert all(-100 <= scale(value) <= 200 for value in values)


def test_short_numbers_are_never_zero_that_are_not() -> None:
    assert [brief(value) for value in (0, 12, 1234567, 0.5, 3.14159, 1e-9)] == [
        *("0", "12", "1,234,567", "0.5", "3.14", "10\u207b\u2079")
    ]


def test_units_stand_in_titles() -> None:
    assert titled(Axis("energy", "GeV")) == "energy (GeV)"
