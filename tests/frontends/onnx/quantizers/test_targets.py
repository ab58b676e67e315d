"""What QONNX and QCDQ models become in hardware: netlists of all, C-simulation and a simulator on some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml import convert
from fpgaml.graph.graph import Graph
from fpgaml.record.verdict import Status
from fpgaml.rtl.target import RtlTarget
from fpgaml.source import load_model
from tests.cosim.running import failures
from tests.cosim.together import run_together
from tests.frontends.onnx.quantizers.test_models import DATA, MODELS
from tests.hls.harness import check as check_hls
from tests.hls.harness import events_for, needs_compiler, settings
from tests.rtl.test_lowering import check

KIND = "ap_fixed<12,5>"
"""Of inputs that the model does not quantise itself; it has ties for every rounding."""
LARGE = ("jets_dense",)
"""Whose operations all occur in others."""
SIMULATED = ("rounding_up", "zero_points", "ranges", "bipolar", "trunc", "multi_threshold", "qcdq", "float_scale")


def graph_of(name: str) -> Graph:
    """A model as targets get it."""
    return load_model(DATA / f"{name}.onnx", [KIND]).graph


@pytest.mark.parametrize("path", [p for p in MODELS if p.stem not in LARGE], ids=lambda path: path.stem)
def test_netlists_are_equal(path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    graph = graph_of(path.stem)
    check(graph, events_for(graph, 24))


@pytest.mark.parametrize("name", ["brevitas_fixed_qonnx", "brevitas_fixed_qcdq"])
def test_both_exports_of_brevitas_are_proved_in_the_axes_of_the_file(name: str, tmp_path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    with np.load(DATA / f"{name}.npz") as arrays:
        np.save(tmp_path / "x.npy", arrays["in/x"])
        np.save(tmp_path / "y.npy", arrays["out/0"])
    conversion = convert(
        DATA / f"{name}.onnx",
        tmp_path / "project",
        board="kcu116",
        target=RtlTarget(rate=1e5),
        data=tmp_path / "x.npy",
        reference=tmp_path / "y.npy",
        framework="never",
        vectors=16,
    )
    assert [check.status for check in conversion.results.checks[:2]] == [Status.EXACT, Status.EXACT]
    assert conversion.model.approximations == ()


@needs_compiler
def test_c_simulation_is_equal(tmp_path: Path) -> None:
    check_hls({name: graph_of(name) for name in SIMULATED}, settings(), tmp_path)


@pytest.mark.parametrize("simulator", ["icarus"])
def test_simulated_hdl_is_equal(simulator: str, tmp_path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    outcome = run_together({name: graph_of(name) for name in SIMULATED}, simulator, tmp_path / "p")
    assert failures(outcome) == {}
