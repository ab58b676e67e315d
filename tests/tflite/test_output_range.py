"""Ranges of integer outputs."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.tflite.network import FloatNetwork, Step
from fpgaml.tflite.output_range import coarse_outputs, limited, parse_ranges, within


def test_ranges_are_read() -> None:
    assert parse_ranges(["-20,20", "logit=0,1.5"]) == {"": (-20.0, 20.0), "logit": (0.0, 1.5)}


@pytest.mark.parametrize("text", ["20", "a,b", "3,1", "1,2,3", "nan,1", "x=", "0,inf"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(FpgamlError, match="--output-range"):
        parse_ranges([text])


def test_an_output_is_kept_within_its_range() -> None:
    network = FloatNetwork({"x": (2,)}, (Step("a", "relu", ("x",), (2,)),), ("a", "x"))
    found = limited(network, ("one", "two"), {"two": (-1.0, 2.0)})
    assert found.outputs[0] == "a"
    step = found.steps[-1]
    assert (step.name, step.kind, step.inputs) == (found.outputs[1], "clip", ("x",))
    assert {key: float(value.item()) for key, value in step.arrays.items()} == {"low": -1.0, "high": 2.0}
    with pytest.raises(FpgamlError, match="no output `three`"):
        limited(network, ("one", "two"), {"three": (0.0, 1.0)})


def test_exact_values_are_kept_to_their_own_step() -> None:
    values = FixedArray(np.array([-9, -3, 0, 5, 9]), 1)  # -4.5, -1.5, 0, 2.5, 4.5
    np.testing.assert_array_equal(within(values, (-1.2, 2.7)).to_float(), [-1.0, -1.0, 0.0, 2.5, 2.5])
    assert within(values, None) is values


def test_extremes_that_leave_few_codes_are_told() -> None:
    values = np.concatenate([np.linspace(-1, 1, 100), [1000.0]])[:, None].astype(np.float32)
    (told,) = coarse_outputs({"logit": values})
    assert "logit" in told
    assert "--output-range" in told
    assert not coarse_outputs({"logit": values[:-1]})
