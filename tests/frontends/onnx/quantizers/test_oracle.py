"""qonnx as the source model, in a process of its own; skipped where no Python has it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.frontends.framework import framework_python
from fpgaml.frontends.framework.onnx import PACKAGE, qonnx_session
from fpgaml.frontends.framework.worker import FrameworkUnavailableError

DATA = Path(__file__).resolve().parents[3] / "fixtures" / "qonnx"


@pytest.mark.parametrize(("name", "float64"), [("conv_1d", False), ("trunc", True)])
def test_it_computes_many_events_of_a_file_for_one_as_recorded(name: str, float64: bool) -> None:
    if framework_python(PACKAGE) is None:
        pytest.skip("no Python with qonnx is known")
    with np.load(DATA / f"{name}.npz") as arrays:
        recorded = {key: arrays[key] for key in arrays}
    with qonnx_session(DATA / f"{name}.onnx", layers=True, float64=float64) as session:
        try:
            found = session.ask({"x": recorded["in/x"]})()
        except FrameworkUnavailableError as error:
            pytest.skip(str(error))
        assert session.precision() == ("float64" if float64 else "float32", "")
        assert "qonnx" in session.versions()
    for index, values in enumerate(found.outputs.values()):
        np.testing.assert_array_equal(values, recorded[f"out/{index}"])
    assert {"Quant_0"} <= set(found.layers)
