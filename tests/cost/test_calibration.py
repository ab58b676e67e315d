"""Fits of estimates to synthesis: factors and errors worked out by hand, and the pairs that lie in the package."""

from math import exp, isclose, log

import pytest

from fpgaml.boards import find_board
from fpgaml.cost.calibration.fit import FEWEST_DESIGNS, Fit, fit_of, fitted
from fpgaml.cost.calibration.pairs import RESOURCES, Estimator, Pair, pairs
from fpgaml.cost.calibration.words import counted_note, expected_note
from fpgaml.cost.resources import Cost, Estimate


def _pairs(ratios: dict[str, list[float]], resource: str = "lut") -> list[Pair]:
    """Designs of 100 estimated each, by network their synthesis over it."""
    return [
        Pair(
            name,
            "xcup",
            True,
            {Estimator.COUNTED: dict.fromkeys(RESOURCES, 0.0) | {resource: 100.0}},
            dict.fromkeys(RESOURCES, 0.0) | {resource: 100.0 * ratio},
            "yosys 0.70",
        )
        for name, each in ratios.items()
        for ratio in each
    ]


def test_each_network_counts_once_and_is_judged_by_the_others() -> None:
    """Medians 2, 1 and 0.5: the factor is 1. Left out, a is judged by the middle of b and c (0.7071), and so on."""
    known = _pairs({"a": [2.0] * 6, "b": [1.0], "c": [0.5]})
    found = fitted(known, "xcup", "lut", Estimator.COUNTED)
    assert found is not None
    assert isclose(found.factor, 1.0) and found.expected(50) == pytest.approx(50)
    # by the others: a is off by 2 / 0.7071 = 2.828 (six times), b by 1 / 1 = 1, c by 1.4142 / 0.5 = 2.828
    assert found.typical == pytest.approx(8**0.5)
    assert found.most == pytest.approx(8**0.5)
    assert (found.designs, found.networks) == (8, 3)


def test_words() -> None:
    assert str(Fit(0.9, 1.1, 1.31, 84, 9, "yosys 0.70")) == "within 1.3 times for 90% of 84 designs by yosys 0.70"


@pytest.mark.parametrize(
    "ratios",
    [{"a": [1.0] * FEWEST_DESIGNS, "b": [1.0]}, {"a": [1.0], "b": [1.0], "c": [1.0]}],
    ids=["two networks", "three designs"],
)
def test_too_few_are_no_fit(ratios: dict[str, list[float]]) -> None:
    assert fitted(_pairs(ratios), "xcup", "lut", Estimator.COUNTED) is None


def test_other_families_and_resources_that_nobody_uses_are_not_counted() -> None:
    known = _pairs({name: [1.0] * 4 for name in "abc"})
    assert fitted(known, "ecp5", "lut", Estimator.COUNTED) is None
    assert fitted(known, "xcup", "dsp", Estimator.COUNTED) is None
    assert fitted(known, "xcup", "lut", Estimator.SKETCHED) is None


def test_the_packages_pairs_say_something_of_every_family_that_yosys_maps_to() -> None:
    for family in ("xcup", "xc7", "ecp5", "intel"):
        counted, sketched = (fit_of(family, "lut", each) for each in (Estimator.COUNTED, Estimator.SKETCHED))
        assert counted is not None and sketched is not None
        assert counted.most < 2 and sketched.most < 2
    assert fit_of("xcu", "lut", Estimator.COUNTED) is None
    assert all(pair.tool.startswith("yosys ") and pair.yosys["lut"] > 0 for pair in pairs())


def test_a_network_alone_is_not_its_own_judge() -> None:
    """One network of four is off by four: it is judged by 1, and it alone is worse than 1."""
    known = _pairs({"a": [1.0] * 3, "b": [1.0] * 3, "c": [1.0] * 3, "d": [4.0]})
    found = fitted(known, "xcup", "lut", Estimator.COUNTED)
    assert found is not None
    assert log(found.factor) == pytest.approx(0.0)
    assert found.typical == pytest.approx(1.0) and found.most < exp(log(4.0))


def test_words_beside_a_count_and_beside_an_expectation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as counted, six designs of one network off by as much as the others say; nothing is known of DSPs."""
    known = tuple(_pairs({"a": [2.0] * 4, "b": [2.0] * 4, "c": [2.0]}))
    monkeypatch.setattr("fpgaml.cost.calibration.fit.pairs", lambda: known)
    fit_of.cache_clear()
    try:
        note = counted_note(Estimate({"layer": Cost(1_234, 50, 3, 0)}), find_board("alveo"))
        assert note == (
            "yosys 0.70 for AMD UltraScale+: LUT 2.00 times as counted, within 1 times for 90% of 9 designs: about "
            "2,470; FF, DSP: too few designs were synthesised to say (docs/estimates.md)"
        )
        said = "yosys for Intel with ALMs: LUT, FF, DSP, BRAM: too few designs were synthesised to say"
        assert expected_note(find_board("agilex7-f-dk")) == f"{said} (docs/estimates.md)"
    finally:
        fit_of.cache_clear()
    assert expected_note(find_board("polarfire-eval")) == "never checked: yosys does not map to Microchip PolarFire"
