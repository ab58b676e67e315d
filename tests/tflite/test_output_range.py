"""Ranges of integer outputs."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.tflite.making.output_range import coarse_outputs, inside, parse_ranges, within


def test_ranges_are_read() -> None:
    assert parse_ranges(["-20,20", "logit=0,1.5"]) == {"": (-20.0, 20.0), "logit": (0.0, 1.5)}


@pytest.mark.parametrize("text", ["20", "a,b", "3,1", "1,2,3", "nan,1", "x=", "0,inf"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(FpgamlError, match="--output-range"):
        parse_ranges([text])


def test_events_beyond_a_range_are_not_chosen() -> None:
    outputs = {"one": np.array([[0.0, 1.0], [5.0, 1.0], [0.0, -3.0]]), "two": np.array([[9.0], [9.0], [-9.0]])}
    np.testing.assert_array_equal(inside(outputs, {"one": (-3.0, 4.0)}), [True, False, True])
    np.testing.assert_array_equal(inside(outputs, {"": (-4.0, 10.0)}), [True, True, False])
    np.testing.assert_array_equal(inside(outputs, {"": (-4.0, 4.0), "two": (-9.0, 9.0)}), [True, False, True])
    with pytest.raises(FpgamlError, match="no event"):
        inside(outputs, {"two": (0.0, 1.0)})
    with pytest.raises(FpgamlError, match="no output `three`"):
        inside(outputs, {"three": (0.0, 1.0)})


def test_distances_beyond_a_range_do_not_count() -> None:
    values = np.array([-9.0, 0.5, 9.0])
    np.testing.assert_array_equal(within("one", values, {"": (-1.0, 2.0)}), [-1.0, 0.5, 2.0])
    assert within("one", values, {"two": (-1.0, 2.0)}) is values


def test_extremes_that_leave_few_codes_are_told() -> None:
    values = np.concatenate([np.linspace(-1, 1, 100), [1000.0]])[:, None].astype(np.float32)
    (told,) = coarse_outputs({"logit": values})
    assert "logit" in told
    assert "--output-range" in told
    assert not coarse_outputs({"logit": values[:-1]})
