"""PyTorch's own functions on an exported program, in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fpgaml.frontends.framework import FrameworkUnavailableError, framework_python
from fpgaml.frontends.framework.pytorch import PACKAGE, pytorch_session
from tests.paths import ROOT, fpgaml

DATA = ROOT / "tests" / "fixtures" / "pytorch"
needs_pytorch = pytest.mark.skipif(framework_python(PACKAGE) is None, reason="PyTorch is not installed")


def recorded(path: Path) -> dict[str, np.ndarray]:
    """A model's recorded inputs, outputs and layers."""
    with np.load(path.with_suffix(".npz")) as arrays:
        return dict(arrays)


@needs_pytorch
def test_calls_answer_as_the_modules_did_that_were_exported() -> None:
    path = DATA / "fixed_batch_of_four.pt2"
    arrays = recorded(path)
    events = arrays["in/x"][:7]  # not a multiple of the program's own batch
    try:
        with pytorch_session(path, layers=True, float64=True) as session:
            first, second = session.ask({"x": events}), session.ask({"x": events[:1]})
            answer, one = first(), second()
            assert session.precision() == ("float64", "")
            assert "torch" in session.versions()
    except FrameworkUnavailableError as error:
        pytest.skip(error.reason)
    np.testing.assert_allclose(answer.outputs["linear"], arrays["out/linear"][:7], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(one.outputs["linear"], answer.outputs["linear"][:1])
    assert {"conv", "head"} <= set(answer.layers)
    for name in ("conv", "head"):
        np.testing.assert_allclose(answer.layers[name], arrays[f"layer/{name}"][:7], rtol=1e-5, atol=1e-6)


@needs_pytorch
def test_a_conversion_asks_pytorch_module_by_module(tmp_path: Path) -> None:
    path, project = DATA / "two_inputs.pt2", tmp_path / "project"
    options = ("--target", "rtl", "--input-type", "ap_fixed<8,3>", "--layers", "--framework", "required")
    run = fpgaml("convert", path, "--output", project, *options)
    if "is not installed" in run.stderr:
        pytest.skip("PyTorch is not installed in the Python that is named")
    assert run.returncode == 0, run.stderr
    results = json.loads((project / "results.json").read_text())
    (check,) = (each for each in results["checks"] if each["name"].startswith("source model"))
    assert check["oracle"].startswith("two_inputs.pt2 run by torch ")
    # Weights keep 16 bits: far below this, and an axis out of place is far above.
    assert all(0 < output["largest"] < 1e-3 for output in check["outputs"])
    compared = {line.split()[0] for line in run.stdout.partition("Layers:")[2].splitlines() if "DIFFERS" in line}
    assert {"conv", "dense", "energy", "classes", "cat", "relu"} <= compared
