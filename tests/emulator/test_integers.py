"""Which integers of generated C++ hold a range, at the ends of each."""

import pytest

from fpgaml.emulator.integers import literal, smallest


@pytest.mark.parametrize("bits", [8, 16, 32, 64, 128, 192])
def test_the_ends_of_a_type_are_in_it_and_what_lies_beyond_is_not(bits: int) -> None:
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    assert [smallest(*numbers).bits for numbers in ((low,), (high,), (low, high))] == [bits] * 3
    assert smallest(low - 1).bits == smallest(high + 1).bits > bits


def test_numbers_of_several_words_begin_with_the_lowest() -> None:
    assert literal(-(1 << 127)) == "fpgaml::wide(0x0u, 0x8000000000000000u)"
    assert literal(1 << 64) == "fpgaml::wide(0x0u, 0x1u)"
