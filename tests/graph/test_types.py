"""Fixed-point types: their text, their bounds, the single type that holds a tensor's types."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from fpgaml.errors import FpgamlError
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from tests.strategies import fixed_types


@pytest.mark.parametrize(
    ("text", "expected", "shown"),
    [
        ("ap_fixed<14,4>", FixedType(1, 3, 10), "ap_fixed<14,4>"),
        ("ap_ufixed<8,0>", FixedType(0, 0, 8), "ap_ufixed<8,0>"),
        (" fixed< 8 , -2 > ", FixedType(1, -3, 10), "ap_fixed<8,-2>"),
        ("ufixed<6,9>", FixedType(0, 9, -3), "ap_ufixed<6,9>"),
        ("ap_int<5>", FixedType(1, 4, 0), "ap_fixed<5,5>"),
        ("ap_uint<5>", FixedType(0, 5, 0), "ap_ufixed<5,5>"),
        ("AC_FIXED<4,1>", FixedType(1, 0, 3), "ap_fixed<4,1>"),
    ],
)
def test_parse(text: str, expected: FixedType, shown: str) -> None:
    assert FixedType.parse(text) == expected
    assert str(expected) == shown


@pytest.mark.parametrize(
    "text",
    ["", "float", "ap_fixed", "ap_fixed<>", "ap_fixed<8>", "ap_int<8,4>", "ap_fixed<8,4,2>", "ap_fixed<0,0>",
     "ap_fixed<8,4,AP_RND>", "ap_fixed<8.5,4>", "ap_fixed<8,4> x", "ap_fixed<1_0,4>", "ap_ufixed<-3,1>"],
)  # fmt: skip
def test_bad_text_is_an_error_that_names_the_place(text: str) -> None:
    with pytest.raises(FpgamlError) as caught:
        FixedType.parse(text, "option --input-type")
    assert caught.value.where == "option --input-type"
    assert f"`{text}`" in caught.value.reason
    assert "ap_fixed<14,4>" in caught.value.advice


@given(fixed_types(min_bits=1))
def test_text_of_a_uniform_type_reads_back(kind: FixedType) -> None:
    assert FixedType.parse(str(kind)) == kind
    assert hash(FixedType.parse(str(kind))) == hash(kind)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        (FixedType(1, 3, 4), -128, 127),
        (FixedType(0, 4, 4), 0, 255),
        (FixedType(1, 0, 0), -1, 0),
        (FixedType(0, 0, 0), 0, 0),
        (FixedType(1, -3, 2), 0, 0),
        (FixedType(1, -5, 1), 0, 0),
        (FixedType(0, 2, -5), 0, 0),
        (FixedType(1, 80, 0), -(2**80), 2**80 - 1),
        (FixedType(0, 40, 60), 0, 2**100 - 1),
    ],
)
def test_bounds(kind: FixedType, low: int, high: int) -> None:
    assert [int(bound) for bound in kind.bounds()] == [low, high]


def test_bounds_per_element() -> None:
    kind = FixedType([1, 0, 1], [2, 70, -1], [[1], [0]])
    low, high = kind.bounds()
    assert low.tolist() == [[-8, 0, -1], [-4, 0, 0]]
    assert high.tolist() == [[7, 2**71 - 1, 0], [3, 2**70 - 1, 0]]


def test_equal_elements_are_one_uniform_type() -> None:
    kind = FixedType(np.ones((2, 3)), [4, 4, 4], 2)
    assert kind.is_uniform
    assert kind == FixedType(1, 4, 2)
    assert kind != FixedType(1, 4, 3)
    assert not FixedType(1, [4, 5], 2).is_uniform


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FixedType([0, 1], [5, 1], [0, 3]), FixedType(1, 5, 3)),
        (FixedType(0, [5, 1], [0, 3]), FixedType(0, 5, 3)),
        # An element that holds nothing but zero asks for no bits.
        (FixedType([1, 0], [-9, 1], [8, 2]), FixedType(0, 1, 2)),
        (FixedType(0, [-9, 1], [9, -1]), FixedType(0, 0, 0)),
        (FixedType(1, 3, 3), FixedType(1, 3, 3)),
    ],
)
def test_uniform_is_the_smallest_that_holds_all(kind: FixedType, expected: FixedType) -> None:
    assert kind.uniform() == expected


def test_text_of_a_type_per_element() -> None:
    assert str(FixedType([0, 1], [5, -9], [0, 3])) == "per element, 0 to 5 bits within ap_ufixed<5,5>"
    assert str(Quantizer(FixedType(1, 3, 4), Rounding.RND, Overflow.SAT)) == "ap_fixed<8,4> RND SAT"


def test_bad_sign() -> None:
    with pytest.raises(ValueError, match="sign"):
        FixedType(2, 3, 4)


def test_types_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        FixedType(1, [2, 3], 4).integer[0] = 9
