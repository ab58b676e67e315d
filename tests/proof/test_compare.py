"""Comparisons: exact or not, where first, by how much."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.errors import CheckFailedError, FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.proof.compare import compare, compare_reals

VALUES = np.arange(24).reshape(4, 3, 2)


def test_equal_whatever_the_binary_point() -> None:
    result = compare(FixedArray(VALUES, 2), FixedArray(VALUES * 8, 5), "y")
    assert result.exact and result.first is None and result.fraction == 0
    assert str(result) == "y: all 24 values of 4 events are equal"


def test_first_difference_and_largest() -> None:
    got = VALUES * 2
    got[1, 2, 0] += 1
    got[3] -= 10
    result = compare(FixedArray(VALUES, 2), FixedArray(got, 3), "y", first_event=100)
    assert not result.exact
    assert (result.differing_values, result.differing_events) == (7, 2)
    assert result.largest_lsb == 5.0 and result.largest == 1.25
    first = result.first
    assert first is not None and (first.event, first.position) == (101, (2, 0))
    assert (first.expected, first.got, first.expected_raw, first.got_raw, first.fractional) == (2.5, 2.625, 20, 21, 3)
    assert "7 of 24 values differ" in str(result) and "\n" not in str(result)
    assert "event 101, position (2, 0): expected 2.5 (raw 20), got 2.625 (raw 21) in units of 2^-3" in str(result)


def test_chunks_add_up() -> None:
    got = VALUES.copy()
    got[2, 0, 1] += 3
    whole = compare(FixedArray(VALUES, 2), FixedArray(got, 2))
    parts = [compare(FixedArray(VALUES[i : i + 1], 2), FixedArray(got[i : i + 1], 2), first_event=i) for i in range(4)]
    assert parts[0] + parts[1] + parts[2] + parts[3] == whole


def test_lsb_per_element() -> None:
    result = compare(FixedArray(np.array([[0, 0]]), 4), FixedArray(np.array([[4, 4]]), 4), lsb=[4, 2])
    assert result.largest_lsb == 4.0
    assert compare(FixedArray(np.array([[0]]), 4), FixedArray(np.array([[4]]), 4), lsb=2).largest_lsb == 1.0


def test_one_bit_in_a_hundred() -> None:
    wide = np.array([[2**100]], dtype=object)
    result = compare(FixedArray(wide, 0), FixedArray(wide + 1, 0))
    assert result.differing_values == 1 and result.largest_lsb == 1.0
    assert result.first is not None and result.first.got_raw == 2**100 + 1


def test_shapes_must_agree_and_nothing_is_not_equal() -> None:
    with pytest.raises(CheckFailedError, match=r"shape \(2, 3\), where \(3, 2\)"):
        compare(FixedArray(np.zeros((3, 2), int), 0), FixedArray(np.zeros((2, 3), int), 0))
    nothing = compare(FixedArray(np.zeros((0, 2), int), 0), FixedArray(np.zeros((0, 2), int), 0))
    assert not nothing.exact and "nothing was compared" in str(nothing)


class TestReals:
    def test_exact_in_float32(self) -> None:
        result = compare_reals(FixedArray(VALUES, 2), (VALUES / 4).astype(np.float32))
        assert result.exact and result.equal_as_recorded and result.rounded_to == "float32"

    def test_equal_only_after_rounding(self) -> None:
        raw = np.array([[2**30 + 1], [4]])
        recorded = np.ldexp(raw.astype(np.float64), -10).astype(np.float32)
        result = compare_reals(FixedArray(raw, 10), recorded)
        assert not result.exact and result.equal_as_recorded
        assert (result.differing_values, result.differing_rounded) == (1, 0)
        assert result.largest_lsb == 1.0 and result.largest == 2.0**-10
        assert "0 after rounding to float32" in str(result)

    def test_errors_in_lsb_and_units(self) -> None:
        recorded = VALUES / 4
        recorded[2, 1, 1] += 0.375
        result = compare_reals(FixedArray(VALUES, 2), recorded, "probability", 50)
        assert (result.differing_values, result.largest_lsb, result.largest) == (1, 1.5, 0.375)
        assert result.rounded_to == "" and not result.equal_as_recorded
        assert result.first is not None and result.first.expected_raw is None
        assert (result.first.event, result.first.position, result.first.got_raw) == (52, (1, 1), 15)
        assert result.fraction == 1 / 24

    def test_wider_than_a_double(self) -> None:
        raw = np.array([[2**60 + 1], [2**60]])
        result = compare_reals(FixedArray(raw, 0), np.array([[2.0**60], [2.0**60]]))
        assert result.differing_values == 1

    def test_shapes(self) -> None:
        flat = (VALUES / 4).reshape(4, 6)
        assert compare_reals(FixedArray(VALUES, 2), flat).exact
        with pytest.raises(FpgamlError, match="axes are in another order"):
            compare_reals(FixedArray(VALUES, 2), VALUES.transpose(0, 2, 1) / 4)
        with pytest.raises(FpgamlError, match="3 recorded events for 4"):
            compare_reals(FixedArray(VALUES, 2), flat[:3])
        flat[1, 2] = np.nan
        with pytest.raises(FpgamlError, match="NaN in event 1, position 2"):
            compare_reals(FixedArray(VALUES, 2), flat)
