"""TensorFlow's converter: the float network equals the Graph where nothing rounds, and codes are what scales say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import (
    Add,
    AveragePool,
    Concatenate,
    Conv1D,
    Conv2D,
    Dense,
    EinsumDense,
    GroupSort,
    Input,
    LeakyRelu,
    Maximum,
    MaxPool,
    Minimum,
    Multiply,
    Pad,
    Reduce,
    Reduction,
    Relu,
    Reshape,
    Scale,
    Slice,
    Subtract,
    Transpose,
    UpSample,
)
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.litert import describe
from fpgaml.tflite.making.converter import make
from fpgaml.tflite.making.lower import lower
from tests.tflite.needs import needs_tensorflow

HALVES = FixedType(1, 3, 1)


def _constant(rng: np.random.Generator, *shape: int) -> FixedArray:
    return FixedArray(rng.integers(-4, 5, shape), 2)


def _everything() -> Graph:
    """Every operation that loses nothing, with small numbers that float32 holds exactly."""
    rng = np.random.default_rng(3)
    builder = GraphBuilder("all")
    add = builder.add
    x = add(Input((6, 4), Quantizer(HALVES)), name="x")
    z = add(Input((6, 4), Quantizer(HALVES)), name="z")
    image = add(Input((5, 6, 2), Quantizer(HALVES)), name="image")
    half = FixedArray(np.ones((1, 1), np.int64), 1)
    quarter = FixedArray(np.ones((1, 1, 1), np.int64), 2)
    one, two = (1,), (1, 1)
    made = [
        add(Dense(_constant(rng, 4, 3), _constant(rng, 3)), x, name="dense"),
        add(EinsumDense(_constant(rng, 6, 5), _constant(rng, 5, 1), "tc,td->dc"), x, name="einsum"),
        add(Conv1D(_constant(rng, 3, 4, 5), _constant(rng, 5), (2,), one, ((0, 0),)), x, name="valid"),
        add(Conv1D(_constant(rng, 3, 4, 5), None, one, one, ((2, 0),)), x, name="causal"),
        add(Conv1D(_constant(rng, 2, 2, 6), None, one, (2,), ((1, 1),), 2), x, name="groups"),
        add(Conv1D(_constant(rng, 3, 1, 8), _constant(rng, 8), (2,), one, ((0, 1),), 4), x, name="depthwise"),
        add(Conv2D(_constant(rng, 3, 2, 2, 4), _constant(rng, 4), (2, 1), two, ((1, 1), (0, 1))), image, name="same"),
        add(Conv2D(_constant(rng, 2, 2, 1, 2), None, two, two, ((0, 0), (0, 0)), 2), image, name="depthwise2"),
        add(Scale(_constant(rng, 1, 4), _constant(rng, 1, 4)), x, name="scale"),
        add(Add(), x, z, name="sum"),
        add(Subtract(), x, z, name="difference"),
        add(Multiply(), x, z, name="product"),
        add(Maximum(), x, z, name="larger"),
        add(Minimum(), x, z, name="smaller"),
        add(Relu(), x, name="relu"),
        add(LeakyRelu(2), x, name="leaky"),
        add(Concatenate(-1), x, z, name="joined"),
        add(MaxPool((2,), (2,), ((0, 0),)), x, name="max"),
        add(AveragePool((2,), (2,), ((0, 0),), half), x, name="mean"),
        add(AveragePool((2, 2), (2, 2), ((0, 0), (0, 0)), quarter), image, name="mean2"),
        add(AveragePool((2,), (2,), ((0, 0),), quarter.__class__(half.integers, 3)), x, name="quarter_mean"),
        *(add(Reduce(kind, (-1,)), x, name=f"reduce_{kind}") for kind in Reduction),
        add(Reshape((8, 3)), x, name="reshaped"),
        add(Transpose((1, 0)), x, name="turned"),
        add(Pad(((1, 2), (0, 1))), x, name="padded"),
        add(Slice((1, 0), (6, 4), (2, 1)), x, name="cut"),
        add(UpSample((3,)), x, name="up"),
        add(UpSample((2, 1)), image, name="up2"),
        add(GroupSort(2), x, name="pairs"),
    ]
    return builder.build(made)


@needs_tensorflow
def test_every_operation_equals_the_interpreter_where_nothing_rounds() -> None:
    graph = _everything()
    rng = np.random.default_rng(5)
    values = {node.name: FixedArray(rng.integers(-16, 16, (40, *graph.shapes[node.name])), 1) for node in graph.inputs}
    expected = interpret(graph, values)
    made = make(lower(graph, {}), {name: value.to_float() for name, value in values.items()})
    for name, got in zip(graph.outputs, made.outputs, strict=True):
        np.testing.assert_array_equal(got.reshape(expected[name].shape), expected[name].to_float(), err_msg=name)
    assert len(made.tensors.outputs) == len(graph.outputs)


def _dense() -> tuple[Graph, np.ndarray, np.ndarray]:
    kernel = np.array([[0.5, -0.75], [1.25, 0.25], [-2.0, 1.0]])
    bias = np.array([0.5, -1.0])
    builder = GraphBuilder("d")
    x = builder.add(Input((3,), Quantizer(FixedType(1, 3, 4))), name="x")
    op = Dense(FixedArray.from_float(kernel), FixedArray.from_float(bias))
    return builder.build([builder.add(op, x, name="y")]), kernel, bias


@needs_tensorflow
def test_scales_and_codes_follow_from_the_extremes(tmp_path: Path) -> None:
    graph, kernel, bias = _dense()
    data = np.array([[-2.0, 0.0, 1.0], [3.0, 0.5, -1.0], [0.0, 1.0, 1.5]])
    made = make(lower(graph, {}), {"x": data})
    outputs = data @ kernel + bias
    np.testing.assert_allclose(made.outputs[0], outputs, rtol=1e-6)
    path = tmp_path / "d.tflite"
    path.write_bytes(made.integer)
    ports = describe(path)
    for port, values in ((ports.inputs[0], data), (ports.outputs[0], outputs)):
        low, high = min(values.min(), 0.0), max(values.max(), 0.0)
        np.testing.assert_allclose(port.scales[0], (high - low) / 255, rtol=1e-6)
        assert port.zero_points[0] == round(-128 - low / port.scales[0])
    weights = _constant_of_shape(path, (2, 3))
    scales = np.abs(kernel).max(axis=0) / 127 if len(weights["scales"]) == 2 else [np.abs(kernel).max() / 127]
    np.testing.assert_allclose(weights["scales"], scales, rtol=1e-6)
    np.testing.assert_array_equal(weights["codes"], np.round(kernel.T / np.reshape(scales, (-1, 1))))


def _constant_of_shape(path: Path, shape: tuple[int, ...]) -> dict[str, Any]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    for detail in interpreter.get_tensor_details():
        if tuple(detail["shape"]) == shape and detail["dtype"] == np.int8:
            codes = interpreter.get_tensor(detail["index"])
            return {"codes": codes, "scales": detail["quantization_parameters"]["scales"]}
    raise AssertionError(f"no int8 tensor of shape {shape}")


@needs_tensorflow
def test_16_bit_activations_have_no_zero_point_and_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    graph, _, _ = _dense()
    data = {"x": np.array([[-2.0, 0.0, 1.0], [3.0, 0.5, -1.0]])}
    network = lower(graph, {})
    first, second = (make(network, data, int16x8=True) for _ in range(2))
    assert first.integer == second.integer
    assert first.plain == second.plain
    path = tmp_path / "wide.tflite"
    path.write_bytes(first.integer)
    port = describe(path).inputs[0]
    assert port.dtype == np.int16
    assert port.zero_points == (0,)
    np.testing.assert_allclose(port.scales[0], 3.0 / 32767, rtol=1e-6)
