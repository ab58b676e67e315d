"""Keras 3 and HGQ2 models against what the framework computed, layer by layer; no Keras is needed here."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from fpgaml.frontends.keras3.parsed import parse
from fpgaml.frontends.model import Built
from fpgaml.frontends.registry import find_frontend
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Lookup
from fpgaml.graph.types import FixedType, Quantizer
from tests.graph.build import layer_outputs

DATA = Path(__file__).resolve().parents[2] / "fixtures" / "keras3"
ARIANNA = Path(__file__).resolve().parents[4] / "shared" / "data" / "arianna"
MODELS = sorted(path for path in DATA.iterdir() if path.suffix in (".keras", ".h5")) if DATA.is_dir() else []
FLOAT = {"plain_float", "plain_float_h5"}
ROUNDED = {
    "normalizations": 2e-3,  # below 2**-9.9 of the normalised values, and the factors' rounding
    "prepared_data": 2e-6,
    "embeddings": 1e-5,
    "activations_with_settings": 1e-3,  # a softmax: below 2**-8
    "convolutions_more": 3e-5,
    "time_distributed": 1e-5,
    "attention_float": 1e-3,
    "operations_rounded": 1e-3,
    "qkeras3_normalization": 3e-6,
    "qkeras3_saved_as_h5": 3e-6,
}
"""Models with layers that keep something in floating point: the largest distance, as a share of a layer's values."""
WIDE = Quantizer(FixedType(1, 8, 18))
"""Holds every recorded input exactly."""


def built_with_data(path: Path) -> tuple[Built, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The Graph of a recorded model, its inputs, and the framework's outputs by layer."""
    model = parse(path)
    with np.load(path.with_suffix(".npz")) as arrays:
        inputs = {name[3:]: arrays[name] for name in arrays if name.startswith("in/")}
        layers = {name[6:]: arrays[name] for name in arrays if name.startswith("layer/")}
    if len(inputs) == 1:
        inputs = dict(zip(model.input_shapes, inputs.values(), strict=True))
    return model.build(dict.fromkeys(model.input_shapes, WIDE)), inputs, layers


def test_there_are_models() -> None:
    assert len(MODELS) >= 25


@pytest.mark.parametrize(
    "path", [p for p in MODELS if p.stem not in FLOAT | ROUNDED.keys()], ids=lambda path: path.stem
)
def test_every_layer_is_equal(path: Path) -> None:
    built, inputs, layers = built_with_data(path)
    found = layer_outputs(built.graph, read_inputs(built.graph, inputs))
    assert built.approximations == ()
    assert set(layers) <= set(found)
    for name, wanted in layers.items():
        values = found[name].to_float()
        assert values.shape[0] == wanted.shape[0]
        np.testing.assert_array_equal(values.reshape(wanted.shape), wanted, err_msg=name)


@pytest.mark.parametrize("name", sorted(FLOAT))
def test_float_layers_are_close_and_say_so(name: str) -> None:
    path = next(p for p in MODELS if p.stem == name)
    built, inputs, layers = built_with_data(path)
    found = layer_outputs(built.graph, read_inputs(built.graph, inputs))
    for layer, wanted in layers.items():
        size = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(found[layer].to_float().reshape(wanted.shape), wanted, atol=2e-3 * size, rtol=0)
    noted = {note.layer for note in built.approximations}
    assert {"conv", "norm", "depthwise", "dense"} <= noted


@pytest.mark.parametrize("name", sorted(ROUNDED))
def test_rounded_layers_are_near_and_say_so(name: str) -> None:
    built, inputs, layers = built_with_data(next(path for path in MODELS if path.stem == name))
    found = layer_outputs(built.graph, read_inputs(built.graph, inputs))
    noted = {note.layer for note in built.approximations}
    assert set(layers) <= set(found)
    for layer, wanted in layers.items():
        values, size = found[layer].to_float().reshape(wanted.shape), float(np.abs(wanted).max())
        np.testing.assert_allclose(values, wanted, atol=ROUNDED[name] * size, rtol=0, err_msg=layer)
        flat = layer in ("flat", "pool")  # of what was rounded before
        assert layer in noted or flat or (values == wanted).all(), layer


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_shapes_and_sources(path: Path) -> None:
    built, _, layers = built_with_data(path)
    graph = built.graph
    for node in graph.nodes:
        assert node.source
        assert graph.types[node.name].uniform().width >= 0
    for name, wanted in layers.items():
        assert np.prod(graph.shapes[graph.layers[name]]) == np.prod(wanted.shape[1:])


def test_nested_and_shared_layers_have_their_names() -> None:
    built, _, _ = built_with_data(DATA / "shared_and_nested.keras")
    assert {"shared", "shared:1", "shared:2", "nested/inside", "nested:1/inside", "nested", "nested:1"} <= set(
        built.graph.layers
    )
    assert {"stack/inside", "stack/last", "stack"} <= set(built.graph.layers)
    assert [node.name for node in built.graph.inputs] == ["x", "y"]
    assert len(built.graph.outputs) == 3


def test_a_quantizer_of_one_type_is_folded_into_its_table() -> None:
    built, _, _ = built_with_data(DATA / "tables.keras")
    one, mixed = built.graph[built.graph.layers["one"]], built.graph[built.graph.layers["mixed"]]
    assert isinstance(one.op, Lookup)
    assert not isinstance(mixed.op, Lookup)


def test_framework_and_recognition() -> None:
    assert parse(DATA / "merges.keras").framework == "Keras 3.15.1, HGQ2"
    assert parse(DATA / "qkeras3_dense.keras").framework == "Keras 3.15.1, QKeras"
    assert parse(DATA / "plain_float_h5.h5").framework == "Keras 3.15.1"
    assert {find_frontend(path).name for path in MODELS} == {"keras3"}


def test_reading_needs_no_keras() -> None:
    code = (
        "import sys; from pathlib import Path; from fpgaml.frontends.registry import parse_model as parse\n"
        f"parse(Path({str(DATA / 'dense_default.keras')!r}))\n"
        "print([m for m in ('keras', 'hgq', 'tensorflow', 'jax', 'hls4ml') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.skipif(not ARIANNA.is_dir(), reason="the trained ARIANNA model is not in this checkout")
def test_trained_waveform_model_on_real_data() -> None:
    model = parse(ARIANNA / "model.keras")
    built = model.build({"input_layer": Quantizer(FixedType.parse("ap_fixed<48,16>"))})
    data = np.load(ARIANNA / "X_test.npy").transpose(0, 2, 1, 3).reshape(-1, 256, 4)
    start = time.perf_counter()
    outputs = interpret(built.graph, read_inputs(built.graph, {"input_layer": data}))
    assert time.perf_counter() - start < 10
    (values,) = outputs.values()
    wanted = np.load(ARIANNA / "y_keras.npy").reshape(-1)
    assert len(wanted) == 1000
    np.testing.assert_array_equal(values.to_float().reshape(-1), wanted)
    assert built.approximations == ()
