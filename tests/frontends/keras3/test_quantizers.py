"""HGQ2's quantizers: the float32 form for weights against the Graph's form for data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaml.errors import FpgamlError, Problem
from fpgaml.frontends.keras3.functions import round_to_odd
from fpgaml.frontends.keras3.quantizers import FixedQuantizer, QuantizerSettings, load, settings_of
from fpgaml.frontends.keras3.weights import Variables
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import quantize_reals

MODES = st.tuples(st.sampled_from(list(Rounding)), st.sampled_from(["WRAP", "SAT", "SAT_SYM"]))


def config(**values: object) -> dict[str, object]:
    """A serialised QuantizerConfig."""
    base = {"q_type": "kif", "round_mode": "RND", "overflow_mode": "WRAP", "trainable": True, "is_weight": False}
    return {"class_name": "QuantizerConfig", "config": base | values, "registered_name": "hgq>QuantizerConfig"}


@given(
    modes=MODES,
    widths=st.lists(st.tuples(st.integers(0, 1), st.integers(-4, 4), st.integers(-4, 6)), min_size=1, max_size=6),
    numbers=st.lists(st.integers(-(2**12), 2**12), min_size=1, max_size=8),
)
def test_weights_and_data_are_quantised_alike(
    modes: tuple[Rounding, str], widths: list[tuple[int, int, int]], numbers: list[int]
) -> None:
    k, i, f = (np.array(column, dtype=np.float32)[None] for column in zip(*widths, strict=True))
    quantizer = FixedQuantizer(QuantizerSettings("kif", modes[0], Overflow(modes[1])), k, i, f)
    values = np.repeat(np.array(numbers, dtype=np.float32)[:, None] / 64, len(widths), axis=1)
    exact = quantize_reals(values, quantizer.for_data()).to_float()
    np.testing.assert_array_equal(quantizer.apply(values), exact)


@given(
    value=st.floats(-100, 100, width=32),
    fractional=st.integers(-3, 8),
    rounding=st.sampled_from(list(Rounding)),
)
def test_rounding_to_odd_first_changes_no_rounding(value: float, fractional: int, rounding: Rounding) -> None:
    quantizer = Quantizer(FixedType(1, 8, fractional), rounding, Overflow.SAT)
    kept = round_to_odd(np.array([value]), fractional + 2)
    assert quantize_reals(kept, quantizer) == quantize_reals([value], quantizer)


def test_weights_in_wrap_mode_have_no_range() -> None:
    settings = settings_of(config(is_weight=True))
    assert isinstance(settings, QuantizerSettings)
    assert settings.unbounded
    one = np.ones((1,), dtype=np.float32)
    assert FixedQuantizer(settings, one, one, one).apply(np.array([100.3], dtype=np.float32)) == 100.5
    for other in (config(is_weight=True, trainable=False), config(is_weight=True, q_type="kbi", round_mode="TRN")):
        settings = settings_of(other)
        assert isinstance(settings, QuantizerSettings)
        assert not settings.unbounded


@pytest.mark.parametrize(
    ("given_config", "words"),
    [
        (config(q_type="float"), "float"),
        (config(bw_mapper={"class_name": "Mine"}), "mapper"),
        (config(overflow_mode="WRAP_SM"), "WRAP_SM"),
        ({"class_name": "MyConfig", "config": {}}, "MyConfig"),
        (None, "without configuration"),
    ],
)
def test_quantizers_that_are_refused(given_config: object, words: str) -> None:
    found = settings_of(given_config)
    assert isinstance(found, Problem)
    assert words in found.reason
    assert found.advice


def test_widths_that_make_no_sense() -> None:
    wild = [np.array([300.0], dtype=np.float32), np.array([1], dtype=np.uint8), np.array([2.0], dtype=np.float32)]
    variables = Variables("layer", {"quantizer": [*wild, np.array(0.01)]})
    with pytest.raises(FpgamlError, match="bit widths"):
        load(config(), variables)
