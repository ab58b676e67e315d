"""ONNX files of every operator and of the exporters that people use, against what onnxruntime computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.frontends.onnx.parsed import parse
from fpgaml.graph.ops import Lookup
from tests.frontends.onnx.make_models import Net
from tests.frontends.onnx.recorded import FOLDER, INPUT, NAMES, built, distances

# The largest |difference| of models that keep something in floating point; all others are equal, layer by layer.
BOUNDED = {
    **dict.fromkeys(("activations_tables", "activations_old", "positive_functions", "exponential"), 2**-16),
    "activations_products": 2**-17,
    "average_pools": 2**-16,
    "average_pools_up": 2**-16,
    "batch_normalization": 2**-14,
    "division": 2**-14,
    "float_mlp": 2**-11,
    **dict.fromkeys(("softmax", "softmax_old", "softmax_old_flattened"), 2**-8),
    "normalizations": 2**-9,
    "squeeze_excite": 2**-15,
    "keras_export": 2**-11,
    "tf2onnx_cnn": 2**-11,
    "tf2onnx_sequence": 2**-8,
    "torch_cnn_dynamo": 2**-8,
    "torch_cnn_script": 2**-8,
    "torch_mobile_dynamo": 2**-9,
    "torch_mobile_script": 2**-9,
    "torch_sequence_dynamo": 2**-9,
    "torch_sequence_script": 2**-9,
    "torch_unet_dynamo": 2**-13,
}


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_reproduced(name: str) -> None:
    found = distances(name)
    assert found
    beyond = {key: distance for key, distance in found.items() if distance > BOUNDED.get(name, 0.0)}
    assert beyond == {}
    assert bool(built(name).approximations) == (name in BOUNDED)


def operations(name: str) -> list[str]:
    """The kinds of a Graph's nodes, in order."""
    return [type(node.op).__name__ for node in built(name).graph.nodes]


def test_a_channels_first_network_has_the_graph_of_a_channels_last_one() -> None:
    conv = ["Input", "Conv2D", "Relu", "MaxPool", "Reshape", "Dense", "Relu", "Dense"]
    assert operations("cnn") == conv
    graph = built("cnn").graph
    assert graph.shapes[graph.inputs[0].name] == (8, 8, 1)
    assert dict(parse(FOLDER / "cnn.onnx").input_shapes) == {"x": (1, 8, 8)}  # data comes as the file has it


def test_what_exporters_write_apart_is_one_layer() -> None:
    keras = ["Input", "Conv2D", "Relu", "Scale", "MaxPool", "Conv2D", "Reshape", "Dense", "Lookup", "Dense", "Lookup"]
    assert [kind for kind in operations("tf2onnx_cnn") if kind != "Quantize"] == keras  # tables' arguments are narrowed
    keras.insert(6, "Scale")  # this bias has its shape from the image's, by arithmetic
    assert [kind for kind in operations("keras_export") if kind != "Quantize"] == keras
    assert operations("channels_last_file") == ["Input", "Conv2D", "Relu", "Reshape", "Dense"]
    assert operations("sequence") == ["Input", "Conv1D", "Dense"]


def test_transposes_stay_only_where_elements_move() -> None:
    moving = {name for name in NAMES if "Transpose" in operations(name)}
    assert moving == {
        "blocks",
        "channel_shuffle",  # channels change places
        "flat_then_features",  # a flattened image leaves in the file's order
        "matmul",  # a matrix from the left: over the other axis
        "reshapes",
        "softmax",  # along the first axis
    }


def test_both_ports_of_an_image_network_say_how_the_axes_lie() -> None:
    model, graph = parse(FOLDER / "torch_unet_dynamo.onnx"), built("torch_unet_dynamo")
    (name,) = model.axes
    assert model.axes[name] == graph.axes[graph.graph.outputs[0]] == (1, 2, 0)
    assert parse(FOLDER / "channels_last_file.onnx").axes == {}
    assert parse(FOLDER / "conv1d.onnx").axes == {"x": (1, 0)}


def test_names_and_writers() -> None:
    model = parse(FOLDER / "torch_cnn_script.onnx")
    assert model.name == "torch_cnn_script"
    assert model.framework.startswith("ONNX operator set 20, by pytorch 2.")
    graph = built("torch_cnn_script").graph
    assert {"/first/Conv", "/pool/MaxPool", "/head/Gemm"} <= set(graph.layers)
    assert graph["first_Conv"].source == "/first/Conv"
    many = built("max_pools").graph
    assert many.outputs == tuple(f"y{index}" for index in range(7))


def test_a_function_between_quantizers_is_one_table(tmp_path: Path) -> None:
    net = Net(20, x=(4,))
    eight, zero, domain = np.float32(8), np.float32(0), "qonnx.custom_op.general"
    settings = {"domain": domain, "signed": 1, "narrow": 0, "rounding_mode": "ROUND"}
    codes = net("Quant", "x", np.float32(2**-4), zero, eight, **settings)
    made = net.out(net("Quant", net("Sigmoid", codes), np.float32(2**-7), zero, eight, **settings))
    path = tmp_path / "sigmoid.onnx"
    path.write_bytes(made.SerializeToString())
    graph = parse(path).build({"x": INPUT}).graph
    (table,) = [node.op for node in graph.nodes if isinstance(node.op, Lookup)]
    assert [type(node.op).__name__ for node in graph.nodes][-1] in ("Lookup", "Quantize")
    x = (np.arange(256) - 128) / 16
    wanted = np.clip(np.rint(1 / (1 + np.exp(-x)) * 2**7), -128, 127)
    assert np.array_equal(table.table.to_float() * 2**7, wanted)
