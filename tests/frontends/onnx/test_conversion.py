"""Whole conversions of ONNX files: data and answers in the file's own axes, channels-first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fpgaml
from fpgaml.errors import FpgamlError
from fpgaml.frontends.framework import FrameworkUnavailableError
from fpgaml.frontends.framework.onnx import onnx_session
from fpgaml.precision.asked import read_precision
from fpgaml.precision.planned import Planned
from fpgaml.record.files import read_manifest
from fpgaml.record.verdict import Status
from tests.frontends.onnx.recorded import FOLDER, NAMES, distances, of
from tests.paths import fpgaml as command

NAME = "conv_auto_pad"


def recorded(folder: Path) -> tuple[Path, Path]:
    """Files with the model's inputs and with onnxruntime's answers, outputs and layers."""
    np.save(folder / "x.npy", of(NAME, "x")["x"])
    answers = of(NAME, "y") | {f"layer/{label}": array for label, array in of(NAME, "layer").items()}
    np.savez(folder / "answers.npz", **answers)
    return folder / "x.npy", folder / "answers.npz"


def test_data_and_recorded_answers_are_in_the_files_axes(tmp_path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    data, answers = recorded(tmp_path)
    checks = {"data": data, "reference": answers, "framework": "never", "layers": True}
    made = fpgaml.convert(FOLDER / f"{NAME}.onnx", tmp_path / "p", target="rtl", board="kcu116", vectors=8, **checks)
    hop = made.results.checks[0]
    assert hop.status == Status.EXACT
    assert {"layer/conv_0", "layer/conv_1", "layer/conv_2"} <= {each.name for each in hop.layers}
    manifest = read_manifest(tmp_path / "p")
    assert manifest.axes["x"] == manifest.axes["y0"] == (1, 2, 0)
    assert [port.shape for port in manifest.inputs] == [(7, 6, 2)]
    again = fpgaml.verify(tmp_path / "p", **checks)
    assert again.results.checks[0].status == Status.EXACT
    shown = command("report", tmp_path / "p").stdout.replace("\n  ", " ")
    assert "x: 7 x 6 x 2 here is 2 x 7 x 6 in the model file, whose axes 1, 2, 0 these are" in shown


def test_data_in_the_graphs_axes_is_not_taken_for_the_files(tmp_path: Path) -> None:
    data, _ = recorded(tmp_path)
    np.save(data, np.load(data).transpose(0, 2, 3, 1))
    with pytest.raises(FpgamlError, match="--data-axes 0,3,1,2"):
        fpgaml.load(FOLDER / f"{NAME}.onnx", data=data)
    assert fpgaml.load(FOLDER / f"{NAME}.onnx", data=data, data_axes=(0, 3, 1, 2)).graph.inputs


def test_onnxruntime_answers_batch_by_batch() -> None:
    try:
        for name in ("fixed_batch", "unbatched", "two_inputs"):
            with onnx_session(FOLDER / f"{name}.onnx", layers=True) as session:
                found = session.ask({port: x[:6] for port, x in of(name, "x").items()})()
            for output, wanted in of(name, "y").items():
                assert np.array_equal(found.outputs[output], wanted[:6].reshape(found.outputs[output].shape))
            assert found.layers
    except FrameworkUnavailableError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("positive_functions", "division")])
def test_every_operator_asks_a_precision(name: str) -> None:
    precision = Planned(read_precision(["ap_fixed<32,14,RND,SAT>"]))
    beyond = {key: distance for key, distance in distances(name, precision).items() if distance > 2**-7}
    assert beyond == {}
