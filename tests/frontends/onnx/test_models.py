"""ONNX files of every operator and of the exporters that people use, against what onnxruntime computed."""

from __future__ import annotations

import pytest

from fpgaml.frontends.onnx.parsed import parse
from tests.frontends.onnx.recorded import FOLDER, NAMES, built, distances

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
