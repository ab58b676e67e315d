"""What `--precision` says."""

from __future__ import annotations

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.precision.asked import read_precision


def test_a_type_for_all_and_types_for_parts() -> None:
    asked = read_precision(["ap_fixed<16,6>", "dense.weight=fixed<8,2,RND_CONV,SAT>", "last=ufixed<9,1>"])
    assert asked is not None
    wide = FixedType(1, 5, 10)
    found = asked.find("dense", "result")
    assert found is not None
    assert found.at_run_time == Quantizer(wide, Rounding.TRN, Overflow.WRAP)
    assert found.beforehand == Quantizer(wide, Rounding.RND, Overflow.SAT)
    own = asked.find("dense", "weight")
    assert own is not None and own.beforehand == Quantizer(FixedType(1, 1, 6), Rounding.RND_CONV, Overflow.SAT)
    whole = asked.find("last", "bias")
    assert whole is not None and whole.type == FixedType(0, 1, 8)
    assert asked.find("dense", "table") is None


def test_an_accumulator_is_exact_and_that_is_said() -> None:
    asked = read_precision(["dense.accum=ap_fixed<24,8>"])
    assert asked is not None and not asked.parts
    assert "accumulators are exact here" in asked.messages[0]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["ap_fixed<16>"], "wrong number of widths"),
        (["ap_fixed<16,6,RND,SATURATE>"], "unknown mode"),
        (["ap_fixed<16,6,RND,WRAP,2>"], "saturation bits"),
        (["=ap_fixed<16,6>"], "names no part"),
        (["ap_fixed<16,6>", "ap_fixed<18,8>"], "two types for the whole model"),
        (["a.bias=ap_fixed<16,6>", "a.bias=ap_fixed<18,8>"], "two types for a.bias"),
        (["16,6"], "is not a fixed-point type"),
    ],
)
def test_what_means_nothing_is_refused(texts: list[str], said: str) -> None:
    with pytest.raises(FpgamlError, match=said):
        read_precision(texts)
