"""Histograms of differences: bins by hand, and the same whatever the batches."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fpgaml.graph.values import FixedArray
from fpgaml.proof.compare import compare, compare_reals
from fpgaml.proof.spread import HIGHEST, LOWEST, spread, upper


def test_bins_by_hand() -> None:
    """Eight bins an octave: from 1 in steps of 1/8, from 16 in steps of 2; the end of a bin is in it."""
    found = spread(np.array([1.0, 1.01, -1.125, 3.0, -3.0, 3.0, 16.0, 17.0, 18.0, 0.0]), 0.25)
    assert list(found.bins()) == [
        (0.9375, 1.0, 0, 1),
        (1.0, 1.125, 1, 1),
        (2.75, 3.0, 1, 2),
        (15.0, 16.0, 0, 1),
        (16.0, 18.0, 0, 2),
    ]
    assert found.lsb == 0.25


def test_ends() -> None:
    found = list(spread(np.array([1e-300, 2.0**-10, -(2.0**31), 1e300]), None).bins())
    assert found == [(0.0, 2.0**-10, 0, 2), (upper(HIGHEST - 1), None, 1, 1)]
    assert (upper(LOWEST), upper(HIGHEST)) == (2.0**-10, 2.0**30)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(0, 30))
def test_batches_add_up_and_every_difference_is_in_its_bin(differences: list[float], cut: int) -> None:
    each = np.array(differences)
    whole = spread(each, 1.0)
    assert spread(each[:cut], 1.0) + spread(each[cut:], 1.0) == whole
    for over, up_to, below, above in whole.bins():
        assert up_to is not None
        assert below == sum(over < -x <= up_to for x in differences)
        assert above == sum(over < x <= up_to for x in differences)
    assert sum(below + above for _, _, below, above in whole.bins()) == np.count_nonzero(each)


def test_a_comparison_has_them_in_its_own_lsb_and_none_where_all_is_equal() -> None:
    expected = FixedArray(np.array([[0, 8], [4, 4]]), 3)
    got = FixedArray(np.array([[3, 8], [4, 0]]), 3)
    found = compare(expected, got).spread
    assert found is not None and list(found.bins()) == [(2.75, 3.0, 0, 1), (3.75, 4.0, 1, 0)] and found.lsb == 0.125
    assert compare(expected, expected).spread is None
    reals = compare_reals(got, np.array([[0.375, 1.0], [0.625, 0.0]])).spread
    assert reals is not None and list(reals.bins()) == [(0.9375, 1.0, 1, 0)]  # 4/8 for 5/8
