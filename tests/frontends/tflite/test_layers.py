"""Every layer of an integer `.tflite` against what LiteRT's reference kernels leave in its tensor."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fpgaml.frontends.tflite.oracle import ReferenceKernels
from fpgaml.frontends.tflite.parsed import parse
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from tests.frontends.tflite.test_models import FOLDER, graph_of, needs_litert, recorded
from tests.paths import fpgaml

EVENTS = 8


@needs_litert
@pytest.mark.parametrize("name", ["waveform_int8", "branches_int8", "residual_int16", "keywords_int8"])
def test_every_layer_has_the_codes_of_its_tensor(name: str) -> None:
    graph, (inputs, _) = graph_of(name), recorded(name)
    some = {key: FixedArray(value.integers[:EVENTS], value.fractional) for key, value in inputs.items()}
    found: dict[str, FixedArray] = {}
    interpret(graph, some, lambda node, _, result: found.update({node.name: result}))
    with ReferenceKernels(FOLDER / f"{name}.tflite", graph.outputs, layers=True, limit=EVENTS) as kernels:
        answers = kernels.answers({key: value.to_float() for key, value in some.items()}, 0)
    assert set(answers) == {*graph.outputs, *(f"layer/{layer}" for layer in graph.layers)}
    for layer, node in graph.layers.items():
        assert np.array_equal(found[node].to_float(), answers[f"layer/{layer}"]), layer


def test_nodes_hold_codes_or_what_they_are_above_the_zero_point() -> None:
    layers = parse(FOLDER / "branches_int8.tflite").layers()
    assert {bool(held.subtracted) for held in layers.values()} == {True, False}


@needs_litert
def test_a_model_that_is_asked_for_outputs_alone_tells_of_no_layers() -> None:
    graph, (inputs, _) = graph_of("waveform_int8"), recorded("waveform_int8")
    with ReferenceKernels(FOLDER / "waveform_int8.tflite", graph.outputs, layers=False, limit=2) as kernels:
        assert list(kernels.answers({key: value.to_float() for key, value in inputs.items()}, 0)) == list(graph.outputs)


@needs_litert
def test_the_report_holds_every_layer(tmp_path: Path) -> None:
    model, data = FOLDER / "dense_per_tensor.tflite", tmp_path / "events.npz"
    ((_, codes),) = recorded("dense_per_tensor")[0].items()
    np.savez(data, measured=codes.at(0).astype(np.int8)[:EVENTS], run=np.arange(EVENTS))
    done = fpgaml("convert", model, "-o", tmp_path / "project", "-t", "rtl", "--data", data, "--layers")
    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "its events are `measured` of events.npz, the one array that fits it by shape" in said
    results = json.loads((tmp_path / "project" / "results.json").read_text())
    (check,) = [each for each in results["checks"] if each["name"] == "source model = Graph"]
    assert {each["name"] for each in check["layers"]} == {f"layer/{name}" for name in graph_of(model.stem).layers}
    assert all(each["exact"] for each in check["layers"])
