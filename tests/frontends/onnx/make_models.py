"""Writes the small ONNX models, with onnxruntime's answers, that test_models.py compares with.

Run where onnx and onnxruntime are installed, for the models of exporters also torch and Keras 3; fpgaml is not needed:

    python tests/frontends/onnx/make_models.py tests/fixtures/onnx [NAME ...]

`answers.npz` holds for each model NAME.onnx `NAME/x/<input>` (multiples of 1/16 in [-8, 8), so that ap_fixed<8,4> holds
them), `NAME/y/<output>` and `NAME/layer/<node>`, what onnxruntime computed in float32. Everything is seeded.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

EVENTS = 8
BUILDERS = {}


class Random:
    """Random numbers, begun again for each model."""

    numbers = np.random.default_rng(0)


def model(function):
    """Register a function that returns a model."""
    BUILDERS[function.__name__] = function
    return function


def eighths(*shape, low=-8, high=9):
    """Random multiples of 1/8."""
    return (Random.numbers.integers(low, high, shape) / 8).astype(np.float32)


def floats(*shape):
    """Random numbers as training leaves them."""
    return Random.numbers.normal(0, 0.5, shape).astype(np.float32)


class Net:
    """A network that grows node by node.

    Args:
        inputs: for each input's name its shape; the first axis is the batch.
    """

    def __init__(self, opset=17, batch="N", **inputs):
        self.opset, self.nodes, self.constants, self.results = opset, [], [], []
        shapes = {name: [batch, *shape] for name, shape in inputs.items()}
        self.inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in shapes.items()]

    def const(self, values):
        """A constant; returns its name."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def __call__(self, kind, *inputs, outputs=1, name="", domain="", **attributes):
        """A node; arrays among the inputs become constants. Returns the names of its outputs."""
        names = [each if isinstance(each, str) else self.const(each) for each in inputs]
        label = name or f"{kind.lower()}_{len(self.nodes)}"
        gives = [f"{label}:{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, names, gives, name=label, domain=domain, **attributes))
        return gives[0] if outputs == 1 else gives

    def out(self, *tensors):
        """Give tensors as outputs `y`, or `y0`, `y1`, ..."""
        for index, tensor in enumerate(tensors):
            name = "y" if len(tensors) == 1 else f"y{index}"
            self.nodes.append(helper.make_node("Identity", [tensor], [name], name=f"give_{name}"))
            self.results.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
        graph = helper.make_graph(self.nodes, "net", self.inputs, self.results, self.constants)
        opsets = [helper.make_opsetid("", self.opset)]
        domains = {node.domain for node in self.nodes if node.domain}
        opsets += [helper.make_opsetid(domain, 1) for domain in sorted(domains)]
        made = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        made = onnx.shape_inference.infer_shapes(made)
        for value in made.graph.output:
            if not value.type.tensor_type.HasField("shape"):  # what shape arithmetic hides from the inference
                value.type.tensor_type.shape.dim.add().dim_param = "N"
                value.type.tensor_type.shape.dim.add().dim_param = "M"
        return made


def chain(kind, shape=(6,), opset=17, inputs=(), **attributes):
    """One operator on one input."""
    net = Net(opset, x=shape)
    return net.out(net(kind, "x", *inputs, **attributes))


def side_by_side(shape, opset, *branches):
    """Several operators on one input, each an output; a branch is (kind, inputs, attributes)."""
    net = Net(opset, x=shape)
    return net.out(*[net(kind, "x", *inputs, **attributes) for kind, inputs, attributes in branches])


# --- linear -----------------------------------------------------------------------------------------------------------


@model
def gemm():
    net = Net(x=(6,))
    a = net("Gemm", "x", eighths(6, 5), eighths(5))
    b = net("Gemm", a, eighths(4, 5), eighths(1), transB=1, alpha=0.5, beta=2.0)
    return net.out(net("Gemm", b, eighths(4, 3)))


@model
def matmul():
    net = Net(x=(5, 6))
    a = net("MatMul", "x", eighths(6, 4))
    b = net("Add", a, eighths(4))
    c = net("MatMul", eighths(3, 5), b)  # a constant on the left: over the other axis
    return net.out(c, net("MatMul", b, eighths(4)))


@model
def products():
    """Products of two tensors, and by constants of more than two axes."""
    net = Net(x=(3, 4), z=(4, 3), heads=(2, 3, 4), image=(2, 3, 2))
    conv = net("Conv", "image", eighths(4, 2, 1, 1))
    return net.out(
        net("MatMul", "x", "z"),
        net("MatMul", "heads", net("Unsqueeze", "z", np.array([1]))),
        net("MatMul", "heads", eighths(2, 4, 2)),
        net("MatMul", eighths(2, 2, 3), "heads"),
        net("Einsum", "x", "heads", equation="bij,bhij->bhi"),
        net("MatMul", net("Reshape", conv, np.array([-1, 4, 6])), net("Reshape", "heads", np.array([-1, 6, 4]))),
        net("MatMul", "x", net("Transpose", "x", perm=[0, 2, 1])),
    )


@model
def float_mlp():
    net = Net(x=(8,))
    h = net("Relu", net("Gemm", "x", floats(8, 6), floats(6)))
    return net.out(net("Gemm", h, floats(6, 4), floats(4)))


@model
def conv2d():
    net = Net(x=(3, 7, 6))
    a = net("Conv", "x", eighths(4, 3, 3, 2), eighths(4), strides=[2, 1], pads=[1, 0, 1, 1])
    b = net("Conv", a, eighths(4, 2, 2, 2), group=2, dilations=[2, 1], pads=[1, 1, 1, 0])
    return net.out(net("Conv", b, eighths(8, 1, 1, 1), eighths(8), group=4))


@model
def conv1d():
    net = Net(x=(3, 9))
    a = net("Conv", "x", eighths(4, 3, 3), eighths(4), dilations=[2], pads=[4, 0])
    return net.out(net("Conv", a, eighths(6, 2, 3), eighths(6), group=2, strides=[2]))


@model
def conv_auto_pad():
    net = Net(x=(2, 7, 6))
    kernel = eighths(2, 2, 3, 2)
    return net.out(
        net("Conv", "x", kernel, auto_pad="SAME_UPPER", strides=[2, 2]),
        net("Conv", "x", kernel, auto_pad="SAME_LOWER", strides=[2, 2]),
        net("Conv", "x", kernel, auto_pad="VALID"),
    )


@model
def cnn():
    """As torch exports it: batch size by shape arithmetic, Flatten of channels-first images."""
    net = Net(x=(1, 8, 8))
    a = net(
        "MaxPool", net("Relu", net("Conv", "x", eighths(3, 1, 3, 3), eighths(3))), kernel_shape=[2, 2], strides=[2, 2]
    )
    batch = net("Unsqueeze", net("Gather", net("Shape", a), np.array(0)), np.array([0]))
    flat = net("Reshape", a, net("Concat", batch, np.array([-1]), axis=0))
    h = net("Relu", net("Gemm", flat, eighths(5, 27), eighths(5), transB=1))
    return net.out(net("Gemm", h, eighths(3, 5), eighths(3), transB=1))


@model
def flat_then_features():
    """What comes between Flatten and Dense keeps the file's order of features."""
    net = Net(x=(2, 3, 4))
    conv = net("Conv", "x", eighths(3, 2, 1, 1))
    flat = net("Flatten", conv)
    shifted = net("Mul", net("Add", flat, eighths(36)), eighths(36))
    return net.out(net("Gemm", net("Relu", shifted), eighths(36, 4)), shifted)


# --- normalization, activations ---------------------------------------------------------------------------------------


@model
def batch_normalization():
    net = Net(x=(3, 4, 4))
    a = net("Conv", "x", eighths(4, 3, 2, 2))
    statistics = [eighths(4, low=4), eighths(4), eighths(4), eighths(4, low=1) + 1]
    b = net("BatchNormalization", a, *[np.asarray(s, np.float32) for s in statistics], epsilon=1e-3)
    flat = net("Flatten", net("Relu", b))
    more = [eighths(36, low=4), eighths(36), eighths(36), eighths(36, low=1) + 1]
    return net.out(net("Gemm", net("BatchNormalization", flat, *more), eighths(36, 3)))


@model
def normalizations():
    """By statistics of the event itself."""
    net = Net(23, x=(3, 4))
    a = net("LayerNormalization", "x", eighths(4, low=4), eighths(4))
    b = net("LayerNormalization", "x", eighths(3, 4, low=4), axis=1, epsilon=1e-2)
    c = net("InstanceNormalization", "x", eighths(3, low=4), eighths(3))
    return net.out(a, b, c, net("RMSNormalization", "x", eighths(4, low=4)))


@model
def activations_exact():
    return side_by_side(
        (6,), 17,
        ("Relu", (), {}),
        ("LeakyRelu", (), {"alpha": 0.125}),
        ("PRelu", (np.array([0.25, 0.5, 0.0, 1.0, -0.5, 0.125], np.float32),), {}),
        ("PRelu", (np.array([0.25, 2.0, 0.0, 1.0, -0.5, 0.125], np.float32),), {}),
        ("Clip", (np.float32(-1.5), np.float32(2.25)), {}),
        ("Clip", (np.float32(0), np.float32(6)), {}),
        ("Clip", ("", np.float32(1.5)), {}),
        ("HardSigmoid", (), {"alpha": 0.25, "beta": 0.5}),
        ("ThresholdedRelu", (), {"alpha": 1.03125}),
        ("ThresholdedRelu", (), {"alpha": -0.5}),
        ("Abs", (), {}),
        ("Neg", (), {}),
    )  # fmt: skip


@model
def activations_products():
    return side_by_side(
        (6,), 17,
        ("LeakyRelu", (), {"alpha": 0.01}),
        ("PRelu", (floats(6),), {}),
        ("HardSigmoid", (), {}),
        ("HardSwish", (), {}),
    )  # fmt: skip


@model
def activations_tables():
    return side_by_side(
        (6,), 22,
        ("Sigmoid", (), {}),
        ("Tanh", (), {}),
        ("Elu", (), {"alpha": 0.5}),
        ("Selu", (), {}),
        ("Selu", (), {"alpha": 1.5, "gamma": 0.75}),
        ("Celu", (), {"alpha": 2.0}),
        ("Softplus", (), {}),
        ("Softsign", (), {}),
        ("Erf", (), {}),
        ("Gelu", (), {}),
        ("Gelu", (), {"approximate": "tanh"}),
        ("Mish", (), {}),
        ("Sin", (), {}),
        ("Cos", (), {}),
    )  # fmt: skip


@model
def activations_old():
    """Operator set 6: bounds and axes are attributes."""
    return side_by_side((6,), 6, ("Clip", (), {"min": -0.5, "max": 1.5}), ("Elu", (), {}), ("HardSigmoid", (), {}))


@model
def positive_functions():
    net = Net(x=(6,))
    above = net("Clip", "x", np.float32(0.5), np.float32(4))
    return net.out(*[net(kind, above) for kind in ("Sqrt", "Log", "Reciprocal")], net("Pow", above, np.float32(1.5)))


@model
def exponential():
    net = Net(x=(6,))
    return net.out(net("Exp", net("Clip", "x", np.float32(-4), np.float32(2))))


@model
def softmax():
    net = Net(x=(4, 5))
    return net.out(net("Softmax", "x", axis=-1), net("Softmax", "x", axis=1))


@model
def softmax_old():
    return chain("Softmax", (4,), 11)


@model
def softmax_old_flattened():
    return chain("Softmax", (2, 3), 11, axis=1)


# --- pools and reductions ---------------------------------------------------------------------------------------------


@model
def max_pools():
    return side_by_side(
        (2, 7, 6), 17,
        ("MaxPool", (), {"kernel_shape": [2, 3]}),
        ("MaxPool", (), {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 0, 1, 1]}),
        ("MaxPool", (), {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
        ("MaxPool", (), {"kernel_shape": [3, 3], "strides": [3, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1}),
        ("MaxPool", (), {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("MaxPool", (), {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_LOWER"}),
        ("GlobalMaxPool", (), {}),
    )  # fmt: skip


@model
def average_pools():
    padded = {"kernel_shape": [2, 4], "strides": [2, 2], "pads": [1, 1, 0, 1]}
    return side_by_side(
        (2, 7, 6), 17,
        ("AveragePool", (), {"kernel_shape": [2, 2], "strides": [2, 2]}),
        ("AveragePool", (), padded),
        ("AveragePool", (), {**padded, "count_include_pad": 1}),
        ("AveragePool", (), {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("GlobalAveragePool", (), {}),
    )  # fmt: skip


@model
def average_pools_up():
    """Sizes rounded up: what lies beyond the padding never counts (operator set 19)."""
    padded = {"kernel_shape": [4, 4], "strides": [3, 3], "pads": [1, 1, 1, 1], "ceil_mode": 1}
    return side_by_side(
        (2, 7, 6), 19,
        ("AveragePool", (), {"kernel_shape": [4, 4], "strides": [4, 4], "ceil_mode": 1}),
        ("AveragePool", (), padded),
        ("AveragePool", (), {**padded, "count_include_pad": 1}),
    )  # fmt: skip


@model
def pools_1d():
    return side_by_side(
        (2, 8), 17,
        ("MaxPool", (), {"kernel_shape": [3], "strides": [2], "pads": [1, 1]}),
        ("AveragePool", (), {"kernel_shape": [2], "strides": [2]}),
        ("GlobalAveragePool", (), {}),
    )  # fmt: skip


@model
def reductions():
    return side_by_side(
        (4, 3, 2), 17,
        ("ReduceMean", (), {"axes": [1, 3]}),
        ("ReduceMean", (), {"axes": [-1], "keepdims": 0}),
        ("ReduceSum", (np.array([2, 3]),), {"keepdims": 0}),
        ("ReduceMax", (), {"axes": [1], "keepdims": 0}),
        ("ReduceMin", (), {"axes": [2]}),
        ("ReduceSum", (np.array([1, 2, 3]),), {"keepdims": 0}),
    )  # fmt: skip


@model
def reductions_new():
    """Operator set 18: all axes are inputs; after a convolution the axes lie otherwise."""
    net = Net(18, x=(2, 4, 4))
    conv = net("Conv", "x", eighths(3, 2, 1, 1))
    mean = net("ReduceMean", conv, np.array([2, 3]), keepdims=0)
    return net.out(net("Gemm", mean, eighths(3, 2)), net("ReduceMax", conv, np.array([1]), keepdims=0))


# --- arithmetic -------------------------------------------------------------------------------------------------------


@model
def arithmetic():
    net = Net(x=(4, 3), z=(4, 3), row=(1, 3))
    results = [net(kind, "x", "z") for kind in ("Add", "Sub", "Mul", "Max", "Min")]
    results += [net("Add", "x", "row"), net("Mul", "row", "x"), net("Sum", "x", "z", "row"), net("Sub", "row", "x")]
    return net.out(*results)


@model
def arithmetic_constants():
    net = Net(x=(4, 3))
    per_row, one = eighths(4, 1), np.float32(0.75)
    return net.out(
        net("Add", "x", eighths(3)), net("Sub", per_row, "x"), net("Sub", "x", one), net("Mul", per_row, "x"),
        net("Div", "x", np.float32(4)), net("Max", "x", eighths(4, 3)), net("Min", one, "x"),
        net("Pow", "x", np.float32(2)), net("Pow", "x", np.float32(3)), net("Floor", "x"), net("Round", "x"),
        net("Div", net("Mul", "x", np.float32(3)), np.float32(8)),
    )  # fmt: skip


@model
def arithmetic_more():
    net = Net(x=(4,), z=(4,))
    return net.out(net("Mean", "x", "z"), net("Ceil", "x"))


@model
def division():
    net = Net(x=(4,), z=(4,))
    return net.out(net("Div", "x", net("Clip", "z", np.float32(1), np.float32(4))))


@model
def constant_broadcast():
    """A constant that makes the tensor larger."""
    net = Net(x=(4, 1))
    return net.out(net("Add", "x", eighths(3)), net("Mul", "x", eighths(4, 2)))


@model
def residual():
    """Branches meet channels-last; one of them was flattened and put back."""
    net = Net(x=(4, 4, 4))
    a = net("Relu", net("Conv", "x", eighths(4, 4, 3, 3), pads=[1, 1, 1, 1]))
    b = net("Conv", a, eighths(4, 4, 1, 1))
    back = net("Reshape", net("Flatten", "x"), np.array([-1, 4, 4, 4]))
    return net.out(net("Add", net("Add", b, "x"), back))


@model
def squeeze_excite():
    net = Net(x=(4, 4, 3))
    a = net("Conv", "x", eighths(4, 4, 1, 1))
    s = net("Flatten", net("GlobalAveragePool", a))
    s = net("HardSigmoid", net("Gemm", net("Relu", net("Gemm", s, eighths(4, 2))), eighths(2, 4)), alpha=0.25)
    return net.out(net("Mul", a, net("Unsqueeze", s, np.array([2, 3]))))


# --- moves ------------------------------------------------------------------------------------------------------------


@model
def reshapes():
    net = Net(x=(4, 6))
    a = net("Reshape", "x", np.array([0, 2, 2, 6]))
    b = net("Transpose", a, perm=[0, 2, 3, 1])
    c = net("Reshape", b, np.array([-1, 24]))
    d = net("Squeeze", net("Unsqueeze", c, np.array([1, -1])), np.array([1]))
    return net.out(c, d, net("Flatten", "x", axis=2), net("Reshape", "x", np.array([-1, 6])))


@model
def reshapes_old():
    """Operator set 11: axes are attributes."""
    net = Net(11, x=(4, 6))
    a = net("Unsqueeze", "x", axes=[2])
    return net.out(net("Squeeze", a, axes=[2]), net("Transpose", a, perm=[0, 3, 1, 2]), net("Squeeze", a))


@model
def channel_shuffle():
    net = Net(x=(4, 3, 3))
    a = net("Conv", "x", eighths(4, 4, 1, 1))
    b = net("Transpose", net("Reshape", a, np.array([-1, 2, 2, 3, 3])), perm=[0, 2, 1, 3, 4])
    return net.out(net("Conv", net("Reshape", b, np.array([-1, 4, 3, 3])), eighths(4, 2, 1, 1), group=2))


@model
def blocks():
    """Channels become pixels and pixels channels."""
    net = Net(x=(8, 2, 3), z=(2, 4, 2))
    return net.out(
        net("DepthToSpace", "x", blocksize=2),
        net("DepthToSpace", net("Conv", "x", eighths(4, 8, 1, 1)), blocksize=2, mode="CRD"),
        net("SpaceToDepth", "z", blocksize=2),
    )


@model
def channels_last_file():
    """As TensorFlow's converter writes it: images enter channels-last and are transposed for every convolution."""
    net = Net(x=(5, 5, 2))
    a = net("Relu", net("Conv", net("Transpose", "x", perm=[0, 3, 1, 2]), eighths(3, 2, 2, 2)))
    b = net("Transpose", a, perm=[0, 2, 3, 1])
    flat = net("Reshape", b, np.array([-1, 48]))
    return net.out(net("Add", net("MatMul", flat, eighths(48, 4)), eighths(4)))


@model
def sequence():
    """A convolution over time of a sequence (time, features), and a Dense on every step."""
    net = Net(x=(6, 3))
    a = net("Conv", net("Transpose", "x", perm=[0, 2, 1]), eighths(4, 3, 3), pads=[2, 0])
    back = net("Transpose", a, perm=[0, 2, 1])
    step = net("MatMul", net("Reshape", back, np.array([-1, 4])), eighths(4, 2))
    return net.out(net("Reshape", step, np.array([-1, 6, 2])))


@model
def parts():
    net = Net(x=(6, 4))
    a, b = net("Split", "x", np.array([2, 4]), outputs=2, axis=1)
    c, d = net("Split", "x", outputs=2, axis=2)
    return net.out(
        net("Slice", "x", np.array([1, 0]), np.array([5, 3]), np.array([1, 2]), np.array([2, 1])),
        net("Slice", "x", np.array([-1]), np.array([-100]), np.array([1]), np.array([-2])),
        net("Gather", "x", np.array(2), axis=1),
        net("Gather", "x", np.array([[3, 0], [-1, 1]]), axis=2),
        net("Tile", a, np.array([1, 2, 1])),
        net("Expand", net("Gather", "x", np.array([1]), axis=1), np.array([1, 3, 1])),
        net("Concat", net("Concat", a, b, axis=1), net("Concat", d, c, axis=-1), axis=1),
    )


@model
def indexed():
    """Picks and sums by an index of the event's own: 0 to 3, and from the end."""
    net = Net(opset=18, x=(4, 3))
    index = net("Cast", net("Clip", "x", np.float32(0), np.float32(3)), to=TensorProto.INT64)
    last = net("Cast", net("Clip", "x", np.float32(-4), np.float32(3)), to=TensorProto.INT64)
    column = net("Slice", index, np.array([0]), np.array([1]), np.array([2]))
    wide = net("Expand", column, np.array([1, 1, 3]))
    flat = net("Squeeze", column, np.array([2]))
    hot = net("OneHot", flat, np.array([4]), np.array([0, 1], np.float32))
    zeros = np.zeros((1, 4, 3), np.float32)
    return net.out(
        net("GatherElements", "x", index, axis=1),
        net("GatherElements", "x", last, axis=-2),
        net("GatherElements", "x", wide, axis=1),
        net("GatherND", "x", column, batch_dims=1),
        net("ScatterElements", "x", wide, net("Relu", "x"), axis=1, reduction="add"),
        net("ScatterElements", net("Mul", "x", zeros), index, "x", axis=1, reduction="add"),
        net("Einsum", hot, "x", equation="ben,bnf->bef"),
        net("MatMul", net("Transpose", hot, perm=[0, 2, 1]), "x"),
    )


@model
def slices_old():
    return chain("Slice", (6, 4), 9, starts=[1, 0], ends=[6, 2], axes=[1, 2])


@model
def pads():
    net = Net(x=(2, 4, 3))
    return net.out(
        net("Pad", "x", np.array([0, 0, 1, 2, 0, 1, 0, 1])),
        net("Pad", "x", np.array([0, 0, 1, 0, 0, 0, -1, 1]), np.float32(1.5)),
        net("Pad", "x", np.array([0, 0, 2, 1, 0, 0, 1, 1]), mode="reflect"),
        net("Pad", "x", np.array([0, 0, 1, 1, 0, 0, 0, 2]), mode="edge"),
    )


@model
def pads_old():
    return chain("Pad", (2, 4), 10, pads=[0, 0, 1, 0, 0, 2])


@model
def resizes():
    net = Net(18, x=(2, 3, 4))
    scales = np.array([1, 1, 2, 3], np.float32)
    odd = np.array([1, 1, 1.5, 0.5], np.float32)
    return net.out(
        net("Resize", "x", "", scales, mode="nearest"),
        net(
            "Resize", "x", "", scales, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
        ),
        net("Resize", "x", "", odd, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="ceil"),
        net(
            "Resize",
            "x",
            "",
            "",
            np.array([6, 4]),
            axes=[2, 3],
            mode="nearest",
            coordinate_transformation_mode="align_corners",
        ),
    )


@model
def upsample_old():
    return chain("Upsample", (2, 3, 3), 9, (np.array([1, 1, 2, 2], np.float32),), mode="nearest")


@model
def folded_constants():
    """Weights that the file computes, and shapes by arithmetic."""
    net = Net(x=(2, 3))
    kernel = net("Transpose", net("Mul", eighths(4, 6), np.float32(0.5)), perm=[1, 0])
    length = net("ReduceProd", net("Slice", net("Shape", "x"), np.array([1]), np.array([3])), keepdims=1)
    shape = net("Concat", np.array([-1]), net("Cast", net("Mul", length, np.array([1])), to=TensorProto.INT64), axis=0)
    bias = net("ConstantOfShape", np.array([4]), value=numpy_helper.from_array(np.array([0.25], np.float32)))
    return net.out(net("Add", net("MatMul", net("Reshape", "x", shape), kernel), bias))


@model
def fixed_batch():
    """A file that computes four events at a time."""
    net = Net(batch=4, x=(2, 3, 3))
    conv = net("Conv", "x", eighths(3, 2, 2, 2))
    return net.out(net("Gemm", net("Reshape", conv, np.array([4, 12])), eighths(12, 3)))


@model
def identities():
    net = Net(x=(5,))
    a = net("Dropout", net("Identity", "x"))
    return net.out(net("Cast", net("Relu", a), to=TensorProto.FLOAT))


@model
def unbatched():
    """A vector without a batch axis."""
    net = Net(x=())
    net.inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [6])]
    return net.out(net("Relu", net("MatMul", "x", eighths(6, 4))))


@model
def two_inputs():
    net = Net(image=(1, 4, 4), scalars=(3,))
    image = net("Flatten", net("Relu", net("Conv", "image", eighths(2, 1, 2, 2))))
    return net.out(net("Gemm", net("Concat", image, "scalars", axis=1), eighths(21, 2)))


# --- answers ----------------------------------------------------------------------------------------------------------


def labels(made):
    """For each node's label its first output, as fpgaml labels them."""
    found = {}
    for node in made.graph.node:
        if node.op_type != "Constant" and node.output[0]:
            found.setdefault(node.name or node.output[0], node.output[0])
    return found


def answers(path, made):
    """What onnxruntime computes, by key."""
    import onnxruntime

    outputs = [output.name for output in made.graph.output]
    layers = labels(made)
    wide = onnx.ModelProto()
    wide.CopyFrom(made)
    floating = {value.name for value in made.graph.value_info if value.type.tensor_type.elem_type == TensorProto.FLOAT}
    kept = {label: name for label, name in layers.items() if name in floating and name not in outputs}
    for name in dict.fromkeys(kept.values()):
        wide.graph.output.add().name = name
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(wide.SerializeToString(), options)
    ports = session.get_inputs()
    rng = np.random.default_rng(sum(map(ord, path.stem)))
    data, given = {}, {}
    for port in ports:
        fixed = [size if isinstance(size, int) else EVENTS for size in port.shape]
        rows = EVENTS if len(fixed) > 1 else 1
        data[port.name] = (
            rng.integers(-128, 128, [max(rows, EVENTS), *fixed[1 if len(fixed) > 1 else 0 :]]) / 16
        ).astype(np.float32)
        given[port.name] = fixed
    names = [*outputs, *dict.fromkeys(kept.values())]
    alone = any(len(shape) == 1 for shape in given.values())
    size = 1 if alone else next(iter(given.values()))[0]
    parts = []
    for start in range(0, EVENTS, size):
        feed = {n: (rows[start] if alone else rows[start : start + size]) for n, rows in data.items()}
        parts.append([value[None] if alone else value for value in session.run(names, feed)])
    found = {name: np.concatenate(values) for name, values in zip(names, zip(*parts, strict=True), strict=True)}
    result = {f"{path.stem}/x/{name}": rows for name, rows in data.items()}
    result |= {f"{path.stem}/y/{name}": found[name] for name in outputs}
    return result | {
        f"{path.stem}/layer/{label}": found[name] for label, name in kept.items() if len(found[name]) == EVENTS
    }


def write(folder, builders, names):
    """Write models and their answers; those of models that are not named stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "answers.npz"
    recorded = dict(np.load(file)) if file.exists() else {}
    for name in names:
        Random.numbers = np.random.default_rng(sum(map(ord, name)))
        made = builders[name]()
        onnx.checker.check_model(made)
        path = folder / f"{name}.onnx"
        path.write_bytes(made.SerializeToString())
        recorded = {key: array for key, array in recorded.items() if not key.startswith(f"{name}/")}
        recorded |= answers(path, onnx.shape_inference.infer_shapes(made))
    np.savez_compressed(file, **recorded)


if __name__ == "__main__":
    write(Path(sys.argv[1]), BUILDERS, sys.argv[2:] or list(BUILDERS))
