"""Canonical signed digits: right, sparse, and counted."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from fpgaml.graph.digits import digit_count, signed_digits


@given(st.integers(-(2**40), 2**40))
def test_digits_give_the_number_and_no_two_are_neighbours(number: int) -> None:
    digits = signed_digits(number)
    assert sum(digit << position for position, digit in digits) == number
    positions = sorted(position for position, _ in digits)
    assert all(later - earlier > 1 for earlier, later in itertools.pairwise(positions))
    assert digit_count([number]) == len(digits)


def test_counts_add_up() -> None:
    # 0, 1, 5 = 4 + 1, 7 = 8 - 1, -11 = -8 - 4 + 1
    assert digit_count([0, 1, 5, 7, -11]) == 0 + 1 + 2 + 2 + 3
