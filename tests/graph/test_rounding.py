"""Every rounding and overflow: against a definition with Fractions, and against the real `ap_fixed` headers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize, quantize_reals, round_shift
from tests.graph.apfixed import ApFixed
from tests.graph.naive import element_type, quantize_all, quantize_number, reals, round_to_integer
from tests.strategies import fixed_types, quantizers

MODES = [(rounding, overflow) for rounding in Rounding for overflow in Overflow]
NUMBERS = st.integers(-(2**8), 2**8) | st.integers(-(2**66), 2**66) | st.integers(-(2**200), 2**200)
FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**9), 2**9).map(lambda n: n / 8)


@pytest.mark.parametrize("rounding", Rounding)
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=6), data=st.data())
def test_round_shift(rounding: Rounding, numbers: list[int], data: st.DataObject) -> None:
    shift = st.integers(-70, 5) | st.integers(0, 210)
    bits = data.draw(st.lists(shift, min_size=len(numbers), max_size=len(numbers)) | shift)
    rounded = round_shift(np.array(numbers, dtype=object), bits, rounding)
    each = bits if isinstance(bits, list) else [bits] * len(numbers)
    expected = [round_to_integer(n / Fraction(2) ** b, rounding) for n, b in zip(numbers, each, strict=True)]
    assert rounded.tolist() == expected


@pytest.mark.parametrize(("rounding", "overflow"), MODES)
@settings(max_examples=30)
@given(
    numbers=st.lists(NUMBERS, min_size=6, max_size=6),
    fractional=st.integers(-20, 80),
    kind=fixed_types() | fixed_types(max_bits=150, point=70) | fixed_types(shape=(2, 3)),
)
def test_quantize(rounding: Rounding, overflow: Overflow, numbers: list[int], fractional: int, kind: FixedType) -> None:
    values = FixedArray(np.array(numbers, dtype=object).reshape(1, 2, 3), fractional)
    quantizer = Quantizer(kind, rounding, overflow)
    assert (reals(quantize(values, quantizer))[0] == quantize_all(reals(values)[0], quantizer)).all()


@settings(max_examples=300)
@given(numbers=st.lists(FLOATS, min_size=4, max_size=4), quantizer=quantizers(fixed_types(point=30)))
@example([-0.49999999999999994, 0.49999999999999994, -0.5, 0.5], Quantizer(FixedType(1, 3, 0), Rounding.RND_INF))
@example([-0.49999999999999994, 0.49999999999999994, -0.5, 0.5], Quantizer(FixedType(1, 3, 0), Rounding.RND_MIN_INF))
@example([-5e-324, 5e-324, -1e300, 1e300], Quantizer(FixedType(1, 20, -10), Rounding.TRN, Overflow.SAT))
def test_quantize_reals(numbers: list[float], quantizer: Quantizer) -> None:
    kind = element_type(quantizer.type, (), ())
    modes = (str(quantizer.rounding), str(quantizer.overflow))
    together = reals(quantize_reals(numbers, quantizer)).tolist()
    alone = [reals(quantize_reals([number], quantizer))[0] for number in numbers]
    assert together == alone == [quantize_number(Fraction(number), *kind, *modes) for number in numbers]


@given(numbers=st.lists(FLOATS, min_size=6, max_size=6), kind=fixed_types(shape=(2, 3)))
def test_quantize_reals_per_element(numbers: list[float], kind: FixedType) -> None:
    quantizer = Quantizer(kind, Rounding.RND_CONV, Overflow.SAT)
    values = np.array(numbers).reshape(1, 2, 3)
    exact = np.array([Fraction(number) for number in numbers], dtype=object).reshape(2, 3)
    assert (reals(quantize_reals(values, quantizer))[0] == quantize_all(exact, quantizer)).all()


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_nan_and_infinity_have_no_value(bad: float) -> None:
    with pytest.raises(ValueError, match="no fixed-point value"):
        quantize_reals([0.5, bad], Quantizer(FixedType(1, 3, 4)))


@given(st.lists(FLOATS, min_size=1, max_size=5))
def test_from_float_is_exact(numbers: list[float]) -> None:
    assert reals(FixedArray.from_float(numbers)).tolist() == [Fraction(number) for number in numbers]


@pytest.fixture(scope="session")
def ap_fixed(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> ApFixed:
    cache = getattr(pytestconfig, "cache", None)
    return ApFixed(Path(cache.mkdir("ap_fixed")) if cache is not None else tmp_path_factory.mktemp("ap_fixed"))


def corner_reals() -> list[float]:
    """Ties and their neighbours at every position, ends of ranges, tiny and large numbers, and random ones."""
    ties = [n / 64 for n in range(-80, 81)]
    near = [float(np.nextafter(t, t + side)) for t in (0.5, 1.5, 2.5, 7.75, 8.0, 15.5) for side in (-1, 1)]
    scales = [2.0**e for e in (-60, -31, -5, 2, 3, 4, 5, 12, 19, 20, 30)] + [1e-30, 123456.789, 1e6]
    drawn = np.random.default_rng(20).normal(0, 6, 150).tolist()
    positive = near + scales
    return [*ties, *positive, *(-x for x in positive), *drawn]


def test_equal_to_ap_fixed(ap_fixed: ApFixed) -> None:
    numbers = corner_reals()
    results = ap_fixed.run(numbers)
    assert len(results) == len(ap_fixed.conversions) > 300
    for conversion, raw in zip(ap_fixed.conversions, results, strict=True):
        if conversion.source is None:
            inputs: list[float] = numbers
            ours = quantize_reals(numbers, conversion.quantizer)
        else:
            codes = all_codes(conversion.source)
            inputs = codes.to_float().tolist()
            ours = quantize(codes, conversion.quantizer)
        mask = (1 << int(conversion.quantizer.type.width)) - 1
        bits = [int(n) & mask for n in ours.integers]
        wrong = [(x, a, b) for x, a, b in zip(inputs, bits, raw, strict=True) if a != b]
        assert not wrong, f"{conversion}: (input, ours, ap_fixed) {wrong[:5]}"


def all_codes(kind: FixedType) -> FixedArray:
    """Every value of a type, in the order of its bit patterns."""
    width = int(kind.width)
    codes = np.arange(1 << width)
    if kind.signed:
        codes = np.where(codes >> (width - 1) == 1, codes - (1 << width), codes)
    return FixedArray(codes, int(kind.fractional))
