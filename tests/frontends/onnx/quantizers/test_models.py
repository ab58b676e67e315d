"""QONNX and QCDQ models against what qonnx and onnxruntime computed; neither is needed here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.frontends.model import Built
from fpgaml.frontends.onnx.parsed import parse
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.types import FixedType, Quantizer

DATA = Path(__file__).resolve().parents[3] / "fixtures" / "qonnx"
MODELS = sorted(DATA.glob("*.onnx"))
WIDE = Quantizer(FixedType(1, 5, 10))
"""Holds every recorded input exactly."""
STEPS = {
    "float_scale": 0.2077,
    "float_scale_of_channels": 0.171,
    "qcdq_float_scales": 0.0613,
    "residual_float_scale": 0.33,
}
"""Models whose outputs have a scale that is no power of two: its steps."""
CLOSE = {
    "bias": 2**-18,
    "brevitas_float_qcdq": 2**-17,
    "brevitas_float_qonnx": 2**-17,
    "jets_dense": 2**-8,
    "onnxruntime_qdq": 2**-18,
    "onnxruntime_qoperator": 2**-18,
}
"""Models with a factor, a bias or a softmax in float32 behind the last quantizer: how far that may be."""
INEXACT = {*STEPS, *CLOSE}


def answered(path: Path) -> tuple[Built, list[tuple[np.ndarray, np.ndarray]]]:
    """The Graph of a recorded model; for each output what it gives, and what is recorded."""
    model = parse(path)
    built = model.build(dict.fromkeys(model.input_shapes, WIDE))
    with np.load(path.with_suffix(".npz")) as arrays:
        inputs = {name[3:]: arrays[name] for name in arrays if name.startswith("in/")}
        wanted = [arrays[name] for name in sorted(arrays) if name.startswith("out/")]
    laid = {name: _as_the_node(array, model.axes.get(name)) for name, array in inputs.items()}
    found = interpret(built.graph, read_inputs(built.graph, laid))
    pairs = []
    for (name, values), recorded in zip(found.items(), wanted, strict=True):
        pairs.append((values.to_float(), _as_the_node(recorded, built.axes.get(name))))
    return built, pairs


def _as_the_node(array: np.ndarray, axes: tuple[int, ...] | None) -> np.ndarray:
    return array if axes is None else array.transpose((0, *(axis + 1 for axis in axes)))


@pytest.mark.parametrize("path", [p for p in MODELS if p.stem not in INEXACT], ids=lambda path: path.stem)
def test_fixed_point_is_equal(path: Path) -> None:
    _, pairs = answered(path)
    for found, wanted in pairs:
        np.testing.assert_array_equal(found.reshape(wanted.shape), wanted)


@pytest.mark.parametrize("name", sorted(STEPS))
def test_float_scales_give_the_same_codes_and_say_that_they_round(name: str) -> None:
    built, pairs = answered(DATA / f"{name}.onnx")
    for found, wanted in pairs:
        np.testing.assert_array_equal(np.rint(found.reshape(wanted.shape) / STEPS[name]), np.rint(wanted / STEPS[name]))
    assert any("factor" in note.what for note in built.approximations)


@pytest.mark.parametrize("name", sorted(CLOSE))
def test_what_stays_in_float32_is_close(name: str) -> None:
    built, pairs = answered(DATA / f"{name}.onnx")
    for found, wanted in pairs:
        np.testing.assert_allclose(found.reshape(wanted.shape), wanted, rtol=0, atol=CLOSE[name])
    assert built.approximations


def test_powers_of_two_round_nothing() -> None:
    approximated = {path.stem for path in MODELS if answered(path)[0].approximations}
    assert approximated == {*INEXACT, "float_scale_to_power_of_two", "bipolar_float_scale", "batch_normalization"}
