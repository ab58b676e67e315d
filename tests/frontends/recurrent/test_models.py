"""Recurrent models of the frameworks against what they computed: every layer, every step, every last state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaml.frontends.model import Built
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from tests.paths import ROOT

DATA = ROOT / "tests" / "fixtures" / "recurrent"
MODELS = sorted(path for path in DATA.iterdir() if path.suffix in (".keras", ".h5", ".onnx"))
FLOAT = {p.stem for p in MODELS if p.stem.startswith(("keras2", "keras3", "onnx"))} | {"qkeras_lstm_real"}
CLOSE = 1e-3
WIDER = {"keras3_gru_before": 6e-3, "onnx_gru_both_ways": 2e-3, "qkeras_lstm_real": 0.02}
"""Softsign is flat nowhere: 14 bits for all that its argument can be are coarse. QKeras rounds what its tables give to
six bits, and one of these may fall to the other side."""
TYPE = Quantizer(FixedType(1, 3, 6), Rounding.RND, Overflow.SAT)
"""Holds every recorded input exactly."""


def recorded(path: Path) -> tuple[Built, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The Graph of a model, its inputs, and the framework's answers by `out/` and `layer/`."""
    parsed = parse_model(path)
    with np.load(path.with_suffix(".npz")) as arrays:
        inputs = {name[3:]: arrays[name] for name in arrays if name.startswith("in/")}
        answers = {name: arrays[name] for name in arrays if not name.startswith("in/")}
    return parsed.build(dict.fromkeys(parsed.input_shapes, TYPE)), inputs, answers


def computed(built: Built, inputs: dict[str, np.ndarray], answers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the Graph gives for each of the answers."""
    graph = built.graph
    nodes = {
        name: graph.outputs[int(name[4:])] if name.startswith("out/") else graph.layers[name[6:]] for name in answers
    }
    wanted = replace(graph, outputs=tuple(dict.fromkeys(nodes.values())))
    values = interpret(wanted, read_inputs(wanted, inputs))
    return {name: values[node].to_float().reshape(answers[name].shape) for name, node in nodes.items()}


@pytest.mark.parametrize("path", [p for p in MODELS if p.stem not in FLOAT], ids=lambda path: path.stem)
def test_quantized_models_are_equal(path: Path) -> None:
    built, inputs, answers = recorded(path)
    assert built.approximations == ()
    for name, found in computed(built, inputs, answers).items():
        np.testing.assert_array_equal(found, answers[name], err_msg=name)


@pytest.mark.parametrize("path", [p for p in MODELS if p.stem in FLOAT], ids=lambda path: path.stem)
def test_float_models_are_close_and_say_so(path: Path) -> None:
    built, inputs, answers = recorded(path)
    assert built.approximations
    for name, found in computed(built, inputs, answers).items():
        np.testing.assert_allclose(found, answers[name], atol=WIDER.get(path.stem, CLOSE), rtol=0, err_msg=name)
