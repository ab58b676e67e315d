"""Several model files as one network, beside each of them by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fpgaml
from fpgaml.errors import FpgamlError
from fpgaml.frontends.chain.files import Chain
from fpgaml.frontends.chain.relay import Link, Relay
from fpgaml.frontends.framework import framework_python
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.proof.oracle import ExactForm
from tests.paths import ROOT, needs_compiler
from tests.paths import fpgaml as run

FIXTURES = ROOT / "tests" / "fixtures"
ONNX = FIXTURES / "qonnx" / "brevitas_fixed_qonnx.onnx"
"""Images of 2 x 6 x 6, channels first, to 5 numbers."""
HGQ2 = FIXTURES / "keras3" / "unnamed_input.keras"
"""5 numbers to 2."""
TORCH = FIXTURES / "pytorch" / "smooth_activations.pt2"
"""3 numbers to 33."""


def answers(graph: Graph, reals: np.ndarray) -> dict[str, np.ndarray]:
    (node,) = graph.inputs
    outputs = interpret(graph, read_inputs(graph, {node.name: reals}))
    return {name: value.to_float() for name, value in outputs.items()}


def images(events: int = 40) -> np.ndarray:
    """In the Graph's order of axes, channels last."""
    return np.random.default_rng(3).uniform(-4, 4, (events, 6, 6, 2))


@pytest.mark.parametrize("keep", [False, True])
def test_a_chain_answers_what_its_networks_answer_in_turn(keep: bool) -> None:
    x = images()
    middle = answers(fpgaml.load(ONNX).graph, x)["n_27"]
    last = answers(fpgaml.load(HGQ2, input_type="ap_fixed<16,10>").graph, middle)["q_dense_1"]
    assert np.ptp(last, axis=0).min() > 0
    found = answers(fpgaml.load(ONNX, then=HGQ2, keep_outputs=keep).graph, x)
    assert list(found) == (["n_27", "q_dense_1"] if keep else ["q_dense_1"])
    assert np.array_equal(found["q_dense_1"], last)
    assert not keep or np.array_equal(found["n_27"], middle)


def test_three_networks_follow_each_other_and_layers_are_told_apart() -> None:
    first, second = FIXTURES / "float" / "keras3" / "mlp_tanh.keras", TORCH
    model = fpgaml.load(first, then=[second], input_type="ap_fixed<8,4>")
    assert model.files[1].framework.startswith("PyTorch") and model.graph.shapes[model.graph.outputs[0]] == (33,)
    assert {layer for layer in model.graph.layers if layer.startswith("smooth_activations/")}
    assert any(note.layer.startswith("smooth_activations/") for note in model.approximations)
    again = Chain((first, first, Path("other") / first.name))
    assert again.tags == ("", "mlp_tanh", "mlp_tanh_2")


def test_precision_reaches_a_later_network_by_its_name_in_the_chain(tmp_path: Path) -> None:
    made = fpgaml.convert(
        FIXTURES / "pytorch" / "normalisations.pt2",
        tmp_path / "p",
        then=FIXTURES / "pytorch" / "mlp.pt2",
        target="rtl",
        precision=["ap_fixed<12,4>", "mlp/0.weight=ap_fixed<7,3>"],
        framework="never",
        vectors=8,
    )
    choices = json.loads((tmp_path / "p" / "manifest.json").read_text())["precision"]["choices"]
    asked = {each["layer"] for each in choices if each["type"] == "ap_fixed<7,3>"}
    assert made.passed and asked == {"mlp/0"}


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        (HGQ2, HGQ2, r"unnamed_input.keras.*reads .* of \(5,\), and unnamed_input.keras gives q_dense_1 of \(2,\)"),
        (FIXTURES / "qonnx" / "qcdq_zero_points.onnx", HGQ2, r"gives \w+ of \(5,\), \w+ of \(5,\)"),
        (FIXTURES / "tflite" / "branches_int8.tflite", HGQ2, "integer codes"),
        (ONNX, FIXTURES / "nowhere.keras", "does not exist"),
    ],
)
def test_networks_that_do_not_fit_are_refused(first: Path, then: Path, said: str) -> None:
    with pytest.raises(FpgamlError, match=said):
        fpgaml.load(first, then=then, input_type="ap_fixed<8,4>" if first != ONNX else ())


def test_what_looks_into_one_file_is_refused_for_several(tmp_path: Path) -> None:
    x = tmp_path / "x.npy"
    np.save(x, np.zeros((4, 8)))
    first = FIXTURES / "float" / "keras3" / "mlp_tanh.keras"
    with pytest.raises(FpgamlError, match=r"--calibrate.*mlp_tanh.keras, then smooth_activations.pt2"):
        fpgaml.convert(first, tmp_path / "p", then=TORCH, data=x, calibrate=True, target="rtl")
    with pytest.raises(FpgamlError, match="--keep-outputs"):
        fpgaml.load(first, keep_outputs=True)


def test_each_is_asked_about_what_the_one_before_answered() -> None:
    first, second = fpgaml.load(ONNX).graph, fpgaml.load(HGQ2, input_type="ap_fixed<16,10>").graph
    (layer,) = second.input_layers
    links = (
        Link(ExactForm(first, "first"), "", first.outputs, (layer,), False),
        Link(ExactForm(second, "second"), "unnamed_input", second.outputs, (), True),
    )
    x = images(12)
    told = Relay(links).answers({"x": x}, 0)
    assert list(told) == ["q_dense_1"]
    assert np.array_equal(told["q_dense_1"], answers(second, answers(first, x)["n_27"])["q_dense_1"])


@needs_compiler
@pytest.mark.skipif(framework_python() is None, reason="no Python with the frameworks")
def test_a_project_of_two_is_proved_against_both_frameworks_and_checked_again(tmp_path: Path) -> None:
    """One core, two formats: ONNX Runtime answers, then Keras; every layer; the file fpgaml.yaml says the same."""
    (tmp_path / "fpgaml.yaml").write_text(
        f"model: {ONNX}\nthen: {HGQ2}\nkeep-outputs: true\ntarget: cpp\nlayers: true\noutput: p\nvectors: 64\n"
    )
    done = run("convert", "--config", tmp_path, "--strict")
    assert done.returncode == 0, done.stderr
    assert "then unnamed_input.keras, Keras" in done.stdout
    checks = json.loads((tmp_path / "p" / "results.json").read_text())["checks"]
    assert "unnamed_input/q_dense_1" in {each["name"].removeprefix("layer/") for each in checks[0]["layers"]}
    project = tmp_path / "p"
    source = json.loads((project / "manifest.json").read_text())["source"]
    assert source["keep_outputs"] and [each["file"] for each in source["then"]] == [HGQ2.name]
    with pytest.raises(FpgamlError, match=r"Give --model FILE --then unnamed_input.keras"):
        fpgaml.verify(project, ONNX)
    with pytest.raises(FpgamlError, match=r"is not the unnamed_input.keras"):
        fpgaml.verify(project, ONNX, then=ONNX)
    again = fpgaml.verify(project, ONNX, then=HGQ2, framework="never")
    assert again.passed and not again.proved
    x = images(5).astype(np.float32)
    found = fpgaml.predict(project, x.transpose(0, 3, 1, 2))
    assert list(found) == ["n_27", "q_dense_1"]
    rounded = fpgaml.load(ONNX, then=HGQ2, keep_outputs=True).graph
    assert np.array_equal(found["q_dense_1"], answers(rounded, x.astype(np.float64))["q_dense_1"])
