"""Bits that a quantizer could do without: against counts by hand, and against quantizing once more."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize
from fpgaml.proof.fewer_bits import CodeCounts, FewerBits


def counted(quantizer: Quantizer, *batches: FixedArray) -> tuple[FewerBits, ...]:
    counts = CodeCounts(quantizer)
    for batch in batches:
        counts.add(batch)
    return counts.fewer()


def test_by_hand() -> None:
    """Codes of ap_fixed<5,3>, truncated: -16 to 15, of which one top bit less leaves -8 to 7, two -4 to 3."""
    given = FixedArray(np.array([[-16], [-9], [-8], [-4], [0], [3], [7], [15]]), 2)
    one, two, three = counted(Quantizer(FixedType(1, 2, 2), Rounding.TRN, Overflow.SAT), given)
    # -9, 3, 7 and 15 are odd, and lose 1 each.
    assert one == FewerBits(1, clipped=3, rounded=4, largest_lsb=1.0, rms_lsb=sqrt(4 / 8))
    # -9 to -12, 3 to 0, 7 to 4, 15 to 12: by 3 each.
    assert two == FewerBits(2, clipped=5, rounded=4, largest_lsb=3.0, rms_lsb=sqrt(4 * 9 / 8))
    # All but 0 are outside of -2 to 1; -9 to -16, -4 to -8, 3 to 0, 7 to 0, 15 to 8.
    assert three == FewerBits(3, clipped=7, rounded=5, largest_lsb=7.0, rms_lsb=sqrt((49 + 16 + 9 + 49 + 49) / 8))


@pytest.mark.parametrize(
    ("overflow", "largest"), [(Overflow.SAT, 1.0), (Overflow.WRAP, 31.0), (Overflow.SAT_ZERO, 15.0)]
)
def test_rounding_up_at_the_upper_end_overflows(overflow: Overflow, largest: float) -> None:
    """15 becomes 16 in steps of 2, which is beyond 14: 14 itself, -16, or 0."""
    found = counted(Quantizer(FixedType(1, 4, 0), Rounding.RND, overflow), FixedArray(np.array([[15], [14]]), 0))
    assert (found[0].rounded, found[0].largest_lsb) == (1, largest)


def test_elements_have_units_and_ends_of_their_own() -> None:
    """In steps of 1/4 and of 1: 7/4 and 7 are the largest; one element has no bits, and gives zero alone."""
    kind = FixedType([0, 0, 0], [1, 3, 0], [2, 0, 0])
    found = counted(Quantizer(kind), FixedArray(np.array([[7, 4 * 7, 0], [3, 4 * 4, 0]]), 2))
    assert [each.bits for each in found] == [1, 2]  # of three at the most, the last is no bit to lose
    assert found[0] == FewerBits(1, clipped=3, rounded=3, largest_lsb=1.0, rms_lsb=sqrt(3 / 6))


def once_more(result: FixedArray, quantizer: Quantizer, bits: int) -> tuple[int, int, int, int]:
    """Clipped, rounded, the largest change and the sum of squares, one value after another."""
    kind = quantizer.type
    low, high = FixedType(kind.signed, kind.integer - bits, kind.fractional).bounds()
    low = -high if quantizer.overflow == Overflow.SAT_SYM else low
    codes = result.integers.astype(object)
    coarser = Quantizer(
        FixedType(kind.signed, kind.integer, kind.fractional - bits), quantizer.rounding, quantizer.overflow
    )
    again = quantize(result, coarser).at(result.fractional).astype(object)
    change = [abs(int(a) - int(b)) for a, b in zip(again.flat, codes.flat, strict=True)]
    clipped = sum(not int(low) <= int(code) <= int(high) for code in codes.flat)
    return clipped, sum(map(bool, change)), max(change), sum(each * each for each in change)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_the_type_and_the_batches(data: st.DataObject) -> None:
    """Types of up to 75 bits, with values at and next to every power of two, in two batches of any size."""
    signed, integer = data.draw(st.integers(0, 1)), data.draw(st.integers(-2, 70))
    kind = FixedType(signed, integer, data.draw(st.integers(max(2 - integer, 0), 2 + max(2 - integer, 0))))
    quantizer = Quantizer(kind, data.draw(st.sampled_from(Rounding)), data.draw(st.sampled_from(Overflow)))
    magnitude = int(kind.integer + kind.fractional)
    near = st.builds(
        lambda sign, power, off: sign * (1 << power) + off,
        st.sampled_from([-1, 1]),
        st.integers(0, magnitude),
        st.integers(-9, 9),
    )
    codes = data.draw(st.lists(near, min_size=2, max_size=20))
    values = FixedArray(np.array(codes, dtype=object).reshape(-1, 1), int(kind.fractional))
    given = quantize(values, quantizer)
    cut = data.draw(st.integers(1, len(codes) - 1))
    parts = (FixedArray(part, given.fractional) for part in (given.integers[:cut], given.integers[cut:]))
    found = counted(quantizer, *parts)
    assert found == counted(quantizer, given)
    for each in found:
        clipped, rounded, largest, squares = once_more(given, quantizer, each.bits)
        assert (each.clipped, each.rounded, each.largest_lsb) == (clipped, rounded, float(largest))
        assert each.rms_lsb == sqrt(squares / len(codes))
