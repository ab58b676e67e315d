"""The choice of an input's type, by examples worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.data.dataset import DataSet, open_data
from fpgaml.data.input_type import choose_input_type, given_input_type, given_input_types
from fpgaml.errors import FpgamlError
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding


@pytest.fixture
def data(tmp_path: Path):  # type: ignore[no-untyped-def]
    def make(values: object) -> DataSet:
        array = np.asarray(values, dtype=np.float64).reshape(-1, 1)
        np.save(tmp_path / "x.npy", array)
        return open_data(tmp_path / "x.npy", {"x": (1,)})

    return make


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 1, 4095], FixedType(0, 12, 0)),  # a 12-bit ADC
        ([-2048, 2047], FixedType(1, 11, 0)),  # the lowest code needs no more bits than the highest
        ([-2048, 2048], FixedType(1, 12, 0)),
        ([-4, 1.5], FixedType(1, 2, 1)),
        ([0.0, 1.0], FixedType(0, 1, 0)),
        ([0.25, 0.125], FixedType(0, -1, 3)),
        ([4, 12, -8], FixedType(1, 4, 0)),  # whole numbers keep their last bit
        ([2.0**30, 3 * 2.0**30], FixedType(0, 32, -14)),  # unless they are too wide
        ([-1.0, 0.0], FixedType(1, 0, 0)),
        ([-0.5], FixedType(1, -1, 1)),
        ([2.0**-40, 3 * 2.0**-40], FixedType(0, -38, 40)),
        ([0, 2.0**17 + 1], FixedType(0, 18, 0)),
        ([0.0], FixedType(0, 1, 0)),
    ],
)
def test_exact_types(data, values: list[float], kind: FixedType) -> None:  # type: ignore[no-untyped-def]
    chosen = choose_input_type(data(values), "x")
    assert chosen.quantizer == Quantizer(kind, Rounding.RND, Overflow.SAT)
    assert chosen.exact and chosen.largest_rounding == 0.0
    assert "exact" in chosen.reason or "zero" in chosen.reason


def test_rounded_types(data) -> None:  # type: ignore[no-untyped-def]
    chosen = choose_input_type(data([-3.0, 0.1, 2.0**-20, 1.0]), "x")
    assert chosen.quantizer.type == FixedType(1, 2, 15)
    assert chosen.changed_fraction == 0.5 and not chosen.exact
    assert chosen.largest_rounding == pytest.approx(abs(round(0.1 * 2**15) / 2**15 - 0.1))
    assert "ap_fixed<18,3> RND SAT" in chosen.reason and "50.0% of the values change" in chosen.reason
    assert "from -3 to 1" in chosen.reason


def test_rounding_up_over_the_end_saturates(data) -> None:  # type: ignore[no-untyped-def]
    chosen = choose_input_type(data([1 - 2.0**-30, 2.0**-30]), "x")
    assert chosen.quantizer.type == FixedType(0, 0, 18)
    assert chosen.largest_rounding == 2.0**-18 - 2.0**-30


def test_narrower_limit_and_later_chunks(data) -> None:  # type: ignore[no-untyped-def]
    values = np.zeros(600_000)
    values[0], values[300_000], values[-1] = 0.5, -7.75, 0.0625
    chosen = choose_input_type(data(values), "x")
    assert chosen.quantizer.type == FixedType(1, 3, 4) and chosen.exact
    assert choose_input_type(data(values), "x", max_bits=6).quantizer.type == FixedType(1, 3, 2)


class TestGiven:
    @pytest.mark.parametrize(
        ("text", "name", "quantizer"),
        [
            ("ap_fixed<14,4>", None, Quantizer(FixedType(1, 3, 10), Rounding.RND, Overflow.SAT)),
            ("ap_fixed<14,4,TRN,WRAP>", None, Quantizer(FixedType(1, 3, 10), Rounding.TRN, Overflow.WRAP)),
            (
                "wave = ap_ufixed< 8, -2, AP_RND_CONV, AP_SAT_SYM >",
                "wave",
                Quantizer(FixedType(0, -2, 10), Rounding.RND_CONV, Overflow.SAT_SYM),
            ),
            ("x=ap_uint<12>", "x", Quantizer(FixedType(0, 12, 0), Rounding.RND, Overflow.SAT)),
            ("ap_int<12,TRN>", None, Quantizer(FixedType(1, 11, 0), Rounding.TRN, Overflow.SAT)),
        ],
    )
    def test_forms(self, text: str, name: str | None, quantizer: Quantizer) -> None:
        given = given_input_type(text)
        assert (given.name, given.quantizer) == (name, quantizer)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("float", "not a fixed-point type"),
            ("ap_fixed<14>", "wrong number of widths"),
            ("ap_fixed<14,4,UP>", "no rounding mode UP"),
            ("ap_fixed<14,4,RND,CLIP>", "no overflow mode CLIP"),
            ("ap_fixed<14,4,RND,SAT,1>", "not a whole number"),
            ("=ap_fixed<14,4>", "no name before"),
        ],
    )
    def test_errors(self, text: str, message: str) -> None:
        with pytest.raises(FpgamlError, match=message):
            given_input_type(text)

    def test_for_all_inputs(self) -> None:
        types = given_input_types(["ap_fixed<8,4>", "b=ap_uint<3>"], ["a", "b"])
        assert types["a"].type == FixedType(1, 3, 4) and types["b"].type == FixedType(0, 3, 0)
        assert given_input_types(["b=ap_uint<3>"], ["a", "b"]).keys() == {"b"}
        with pytest.raises(FpgamlError, match="no input `c`"):
            given_input_types(["c=ap_uint<3>"], ["a", "b"])
        with pytest.raises(FpgamlError, match="two types for the input `a`"):
            given_input_types(["ap_uint<3>", "ap_uint<4>"], ["a"])
