"""Makes the small QONNX and QCDQ models that test_models.py compares with, and the answers of qonnx and onnxruntime.

Run it in an environment with onnx, onnxruntime and qonnx:
`python -m tests.frontends.onnx.quantizers.make_models [name ...]`. Each model becomes `<name>.onnx` and `<name>.npz`:
`in/x` and `out/0`, `out/1` ..., float32, with a leading axis of events. All numbers come from one seed a model.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes

from tests.frontends.onnx.quantizers.build import QONNX, Net

FOLDER = Path(__file__).resolve().parents[3] / "fixtures" / "qonnx"
EVENTS = 24
CHANNELS_LAST = "qonnx.custom_op.channels_last"
MODELS: dict[str, Callable[[np.random.Generator], onnx.ModelProto]] = {}
Make = Callable[[np.random.Generator], onnx.ModelProto]


def model(make: Make) -> Make:
    """Register a model under the function's name."""
    MODELS[make.__name__] = make
    return make


def weights(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Of about the size that trained ones have."""
    return rng.normal(0, 0.7, shape).astype(np.float32)


def dense(net: Net, x: str, rng: np.random.Generator, into: int, out: int, scale: Any = 2**-4, bits: int = 5) -> str:
    """A quantised Dense without a bias."""
    return net.dense(x, net.quant(net.constant(weights(rng, into, out)), scale, bits, narrow=1))


# ---- roundings: a coarse quantizer behind a fine one sees ties, both signs and both ends


def _rounding(mode: str) -> Make:
    def make(rng: np.random.Generator) -> onnx.ModelProto:
        net = Net((1, 12))
        x = net.quant("x", 2**-4, 9)
        coarse = net.quant(x, 0.5, 5, mode=mode)
        unsigned = net.quant(x, 0.5, 4, signed=0, mode=mode)
        y = dense(net, coarse, rng, 12, 4)
        return net.model(coarse, unsigned, net.quant(y, 0.25, 7, mode=mode))

    return make


for _mode in ("ROUND", "HALF_EVEN", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"):
    MODELS[f"rounding_{_mode.lower()}"] = _rounding(_mode)


# ---- ranges


@model
def ranges(rng: np.random.Generator) -> onnx.ModelProto:
    """Signed and unsigned, narrow and not, a step above 1, one bit without a sign."""
    net = Net((1, 12))
    x = net.quant("x", 2**-3, 8)
    outputs = [
        net.quant(x, 0.25, 4, signed=signed, narrow=narrow, mode=mode)
        for signed, narrow, mode in [(1, 0, "ROUND"), (1, 1, "ROUND"), (0, 0, "FLOOR"), (0, 1, "ROUND"), (0, 1, "CEIL")]
    ]
    return net.model(*outputs, net.quant(x, 2.0, 3), net.quant(x, 1.0, 1, signed=0))


@model
def zero_points(rng: np.random.Generator) -> onnx.ModelProto:
    """Whole ones, even and odd, beyond the middle, and one with a fraction."""
    net = Net((1, 12))
    x = net.quant("x", 2**-3, 8)
    outputs = [
        net.quant(x, 0.25, 5, 3.0),
        net.quant(x, 0.25, 5, -4.0, mode="HALF_UP"),
        net.quant(x, 0.5, 5, 16.0, signed=0),
        net.quant(x, 0.5, 5, 11.0, signed=0, mode="FLOOR"),
        net.quant(x, 0.5, 5, 2.5, signed=0, mode="CEIL"),
    ]
    return net.model(*outputs)


@model
def zero_point_of_weights(rng: np.random.Generator) -> onnx.ModelProto:
    net = Net((1, 6))
    x = net.quant("x", 2**-3, 6)
    w = net.quant(net.constant(weights(rng, 6, 4)), 0.125, 4, 5.0, signed=0)
    return net.model(net.quant(net.dense(x, w), 0.25, 8, 1.0))


# ---- scales


@model
def channel_scales(rng: np.random.Generator) -> onnx.ModelProto:
    """Powers of two that differ from channel to channel, of weights and of activations."""
    net = Net((1, 6))
    x = net.quant("x", np.array([[0.25, 0.125, 0.5, 0.25, 1.0, 0.125]]), 5)
    y = dense(net, x, rng, 6, 4, np.array([[0.25, 0.125, 0.0625, 0.5]]), 4)
    y = net.quant(net.add("Relu", y), np.array([[0.5, 0.25, 1.0, 0.5]]), 4, signed=0)
    return net.model(dense(net, y, rng, 4, 2))


@model
def float_scale(rng: np.random.Generator) -> onnx.ModelProto:
    """Scales that are no powers of two: integers with factors between them."""
    net = Net((1, 8))
    x = net.quant("x", 0.0437, 8)
    y = dense(net, x, rng, 8, 6, 0.0913, 5)
    y = net.quant(net.add("Relu", y), 0.1171, 6, signed=0)
    return net.model(net.quant(dense(net, y, rng, 6, 3, 0.1313, 5), 0.2077, 8))


@model
def float_scale_of_channels(rng: np.random.Generator) -> onnx.ModelProto:
    """A factor for each filter."""
    net = Net((1, 2, 5, 5))
    x = net.quant("x", 0.05, 6)
    scales = rng.uniform(0.05, 0.12, (3, 1, 1, 1)).astype(np.float32)
    w = net.quant(net.constant(weights(rng, 3, 2, 3, 3)), scales, 4, narrow=1)
    b = net.quant(net.constant(weights(rng, 3)), (np.float32(0.05) * scales).reshape(3), 16)
    y = net.add("Conv", x, w, b, kernel_shape=[3, 3])
    return net.model(net.quant(net.add("Relu", y), 0.171, 5, signed=0))


@model
def float_scale_to_power_of_two(rng: np.random.Generator) -> onnx.ModelProto:
    net = Net((1, 8))
    y = dense(net, net.quant("x", 2**-3, 6), rng, 8, 4, 0.0913, 5)
    return net.model(dense(net, net.quant(y, 0.25, 6), rng, 4, 2))


# ---- one bit


@model
def bipolar(rng: np.random.Generator) -> onnx.ModelProto:
    """Signs, as weights and as activations; by BipolarQuant and by a signed Quant of one bit."""
    net = Net((1, 8))
    x = net.quant("x", 2**-2, 6)
    y = net.dense(x, net.bipolar(net.constant(weights(rng, 8, 6)), 0.5))
    y = net.bipolar(y, 1.0)
    y = net.dense(y, net.quant(net.constant(weights(rng, 6, 4)), 0.25, 1))
    return net.model(net.quant(y, 0.5, 1))


@model
def bipolar_float_scale(rng: np.random.Generator) -> onnx.ModelProto:
    net = Net((1, 8))
    x = net.bipolar("x", 1.0)
    y = net.dense(x, net.bipolar(net.constant(weights(rng, 8, 6)), 0.3))
    return net.model(net.quant(y, 0.5, 3))


# ---- bias, merges, other layers


@model
def bias(rng: np.random.Generator) -> onnx.ModelProto:
    """A Gemm with a bias on its own grid, then a MatMul with a float bias."""
    net = Net((1, 6))
    x = net.quant("x", 2**-3, 6)
    w = net.quant(net.constant(weights(rng, 5, 6)), 2**-3, 4, narrow=1)
    b = net.quant(net.constant(weights(rng, 5)), 2**-6, 8)
    y = net.add("Gemm", x, w, b, transB=1)
    y = net.quant(net.add("Relu", y), 2**-2, 6, signed=0)
    return net.model(net.dense(y, net.quant(net.constant(weights(rng, 5, 3)), 2**-3, 4), net.constant(weights(rng, 3))))


@model
def conv(rng: np.random.Generator) -> onnx.ModelProto:
    """Convolutions with padding and groups, pools, Flatten, Gemm: all channels-first."""
    net = Net((1, 2, 8, 8))
    x = net.quant("x", 2**-3, 6)
    w = net.quant(net.constant(weights(rng, 4, 2, 3, 3)), 2**-3, 4, narrow=1)
    y = net.add("Conv", x, w, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    y = net.quant(net.add("Relu", y), 2**-1, 4, signed=0)
    y = net.add("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2])
    w = net.quant(net.constant(weights(rng, 4, 1, 3, 3)), np.array([0.25, 0.125, 0.25, 0.5]).reshape(4, 1, 1, 1), 4)
    y = net.add("Conv", y, w, kernel_shape=[3, 3], group=4)
    y = net.add("Flatten", net.quant(y, 2**-2, 6))
    w = net.quant(net.constant(weights(rng, 16, 3)), 2**-3, 4)
    return net.model(net.add("Gemm", y, w))


@model
def conv_1d(rng: np.random.Generator) -> onnx.ModelProto:
    net = Net((1, 3, 10))
    x = net.quant("x", 2**-3, 6)
    w = net.quant(net.constant(weights(rng, 4, 3, 3)), np.array([0.25, 0.125, 0.5, 0.25]).reshape(4, 1, 1), 4)
    y = net.add("Conv", x, w, kernel_shape=[3], strides=[2], pads=[1, 0])
    return net.model(net.quant(net.add("Relu", y), np.array([0.5, 0.25, 0.25, 1]).reshape(1, 4, 1), 5, signed=0))


@model
def residual(rng: np.random.Generator) -> onnx.ModelProto:
    """Two branches that meet with equal and with different scales."""
    net = Net((1, 6))
    x = net.quant("x", 2**-3, 6)
    a = net.quant(dense(net, x, rng, 6, 6), 2**-2, 6)
    b = net.quant(dense(net, a, rng, 6, 6), 2**-2, 6)
    y = net.quant(net.add("Add", a, b), 2**-1, 6)
    return net.model(net.add("Add", y, x), net.add("Concat", y, a, axis=1))


@model
def residual_float_scale(rng: np.random.Generator) -> onnx.ModelProto:
    net = Net((1, 6))
    x = net.quant("x", 0.07, 6)
    a = net.quant(dense(net, x, rng, 6, 6, 0.11), 0.21, 6)
    b = net.quant(dense(net, a, rng, 6, 6, 0.09), 0.21, 6)
    return net.model(net.quant(net.add("Add", a, b), 0.33, 6))


@model
def batch_normalization(rng: np.random.Generator) -> onnx.ModelProto:
    """A float BatchNormalization between quantizers."""
    net = Net((1, 6))
    y = dense(net, net.quant("x", 2**-3, 6), rng, 6, 5)
    parts = [rng.uniform(0.5, 2, 5), rng.normal(0, 1, 5), rng.normal(0, 1, 5), rng.uniform(0.5, 2, 5)]
    y = net.add("BatchNormalization", y, *(net.constant(part) for part in parts))
    return net.model(net.quant(net.add("Relu", y), 2**-2, 5, signed=0))


@model
def truncated_average(rng: np.random.Generator) -> onnx.ModelProto:
    """A sum over windows whose low bits Trunc cuts off: AveragePool times its area, then Trunc (its first version)."""
    net = Net((1, 2, 4, 4))
    x = net.quant("x", 2**-2, 5, signed=0)
    y = net.add("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
    y = net.add("Mul", y, net.constant(4.0))
    parts = [net.constant(v) for v in (2**-2, 0.0, 7.0, 5.0)]
    return net.model(net.add("Trunc", y, *parts, domain=QONNX, rounding_mode="FLOOR"))


@model
def trunc(rng: np.random.Generator) -> onnx.ModelProto:
    """Trunc's second version, which names its output's scale and clips."""
    net = Net((1, 12), version=2)
    x = net.quant("x", 2**-4, 9)
    outputs = []
    for mode, signed, narrow, bits in [("FLOOR", 1, 0, 5), ("ROUND", 1, 1, 4), ("CEIL", 0, 0, 4)]:
        parts = [net.constant(v) for v in (2**-4, 0.0, 9.0, 2**-1, float(bits))]
        attributes = {"rounding_mode": mode, "signed": signed, "narrow": narrow}
        outputs.append(net.add("Trunc", x, *parts, domain=QONNX, **attributes))
    return net.model(*outputs)


@model
def int_quant(rng: np.random.Generator) -> onnx.ModelProto:
    """Quant by its newer name."""
    net = Net((1, 6))
    x = net.quant("x", 2**-3, 6, kind="IntQuant")
    w = net.quant(net.constant(weights(rng, 6, 3)), 2**-3, 4, kind="IntQuant")
    return net.model(net.quant(net.dense(x, w), 2**-1, 5, kind="IntQuant", mode="HALF_DOWN"))


@model
def multi_threshold(rng: np.random.Generator) -> onnx.ModelProto:
    """Activations as thresholds, for each channel and for all."""
    net = Net((1, 3, 4, 4))
    x = net.quant("x", 2**-3, 6)
    thresholds = np.sort(rng.integers(-12, 12, (3, 7)) / 4, axis=1)
    y = net.add("MultiThreshold", x, net.constant(thresholds), domain=QONNX, out_dtype="UINT3")
    z = net.add("MultiThreshold", x, net.constant([[-0.5, 0.25, 1.0]]), domain=QONNX, out_dtype="INT2", out_bias=-2.0)
    return net.model(y, z)


# ---- QCDQ


@model
def qcdq(rng: np.random.Generator) -> onnx.ModelProto:
    """int8, uint8 and int16 with powers of two; a Clip between for fewer bits."""
    net = Net((1, 6))
    x = net.qdq("x", 2**-3, 0, np.int8)
    w = net.dequantized(rng.integers(-7, 8, (6, 5)), 2**-3)
    y = net.qdq(net.add("Relu", net.dense(x, w)), 2**-2, 0, np.uint8, (0, 15))
    w = net.dequantized(rng.integers(-7, 8, (5, 4)), np.array([0.25, 0.125, 0.5, 0.25]), axis=1)
    y = net.qdq(net.dense(y, w), 2**-2, 0, np.int8, (-7, 7))
    return net.model(y, net.qdq(y, 2**-1, 0, np.int16), net.qdq(y, 2**-1, 0, np.int8, (-3, 2)))


@model
def qcdq_zero_points(rng: np.random.Generator) -> onnx.ModelProto:
    net = Net((1, 6))
    x = net.qdq("x", 2**-3, 37, np.uint8)
    w = net.dequantized(rng.integers(0, 16, (6, 5)), 2**-3, np.uint8, 9)
    y = net.qdq(net.dense(x, w), 2**-2, -5, np.int8)
    return net.model(y, net.qdq(y, 2**-1, 128, np.uint8))


@model
def qcdq_float_scales(rng: np.random.Generator) -> onnx.ModelProto:
    """As onnxruntime quantises: float scales, one for each filter, biases in int32."""
    net = Net(("events", 2, 6, 6))
    x = net.qdq("x", 0.0371, 5, np.int8)
    scales = rng.uniform(0.004, 0.01, 3).astype(np.float32)
    w = net.dequantized(rng.integers(-127, 128, (3, 2, 3, 3)), scales, zero=np.zeros(3), axis=0)
    b = net.dequantized(rng.integers(-3000, 3000, 3), np.float32(0.0371) * scales, np.int32, np.zeros(3), axis=0)
    y = net.add("Conv", x, w, b, kernel_shape=[3, 3])
    return net.model(net.qdq(net.add("Relu", y), 0.0613, -128, np.int8))


@model
def qcdq_four_bits(rng: np.random.Generator) -> onnx.ModelProto:
    """Codes of ONNX's own four-bit types."""
    net = Net((1, 6))
    x = net.qdq("x", 2**-3, 0, np.int8)
    codes = helper.make_tensor("w", TensorProto.INT4, (6, 4), rng.integers(-8, 8, 24).tolist())
    y = net.dense(x, net.add("DequantizeLinear", net.constant(codes), net.constant(2**-3)))
    s, z = net.constant(0.5), net.constant(helper.make_tensor("z", TensorProto.UINT4, (), [0]))
    q = net.add("QuantizeLinear", net.add("Relu", y), s, z)
    return net.model(net.add("DequantizeLinear", q, s, z))


@model
def quantize_by_type(rng: np.random.Generator) -> onnx.ModelProto:
    """QuantizeLinear without a zero point: uint8, or what output_dtype says."""
    net = Net((1, 6))
    s = net.constant(2**-2)
    y = net.add("DequantizeLinear", net.add("QuantizeLinear", "x", s), s)
    q = net.add("QuantizeLinear", "x", s, output_dtype=TensorProto.INT16)
    return net.model(y, net.add("DequantizeLinear", q, s))


@model
def bias_apart(rng: np.random.Generator) -> onnx.ModelProto:
    """A quantised bias that an Add adds, before its own quantizer in the file's order."""
    net = Net((1, 6))
    y = net.add("MatMul", net.quant("x", 2**-3, 6), net.quant(net.constant(weights(rng, 6, 4)), 2**-3, 4))
    return net.model(net.add("Add", y, net.quant(net.constant(weights(rng, 4)), 2**-5, 8)))


@model
def channels_last(rng: np.random.Generator) -> onnx.ModelProto:
    """Operators that qonnx has turned to channels-last; it wants every attribute."""
    net = Net((1, 6, 6, 2))
    x = net.quant("x", 2**-3, 6)
    w = net.quant(net.constant(weights(rng, 3, 3, 3, 2)), 2**-3, 4)
    sizes = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [1, 1], "dilations": [1, 1], "group": 1}
    y = net.add("Conv", x, w, domain=CHANNELS_LAST, **sizes)
    y = net.quant(net.add("Relu", y), 2**-1, 4, signed=0)
    sizes = {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [0, 0, 0, 0]}
    made = net.model(net.add("MaxPool", y, domain=CHANNELS_LAST, **sizes))
    # qonnx infers the shapes of these operators only from shapes that are there
    image = (1, 6, 6, 3)
    shapes = {"Quant_0_out": (1, 6, 6, 2), "Quant_1_out": (3, 3, 3, 2)}
    shapes |= dict.fromkeys(("Conv_0_out", "Relu_0_out", "Quant_2_out"), image)
    for name, shape in shapes.items():
        made.graph.value_info.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    return made


@model
def integer_products(rng: np.random.Generator) -> onnx.ModelProto:
    """MatMulInteger of codes, which Cast and Mul bring back to real numbers."""
    net = Net((1, 6))
    s, z = net.constant(2**-3), net.constant(11, np.uint8)
    q = net.add("QuantizeLinear", "x", s, z)
    w, w_zero = net.constant(rng.integers(0, 16, (6, 4)), np.uint8), net.constant(7, np.uint8)
    y = net.add("Cast", net.add("MatMulInteger", q, w, z, w_zero), to=TensorProto.FLOAT)
    return net.model(net.add("Mul", y, net.constant(2**-6)))


# ---- a model that there is in QKeras too


@model
def jets_dense(rng: np.random.Generator) -> onnx.ModelProto:
    """The weights and quantizers of legacy_qkeras/jets_dense.h5."""
    import h5py

    net = Net((1, 16))
    x = "x"
    with h5py.File(FOLDER.parent / "legacy_qkeras" / "jets_dense.h5") as store:
        for index, layer in enumerate(("fc1", "fc2", "fc3", "output")):
            found = {name.split("/")[-1].split(":")[0]: np.array(value) for name, value in _arrays(store, layer)}
            kernel, bias = (net.quant(net.constant(found[part]), 2**-5, 6, name=f"{layer}_{part}") for part in PARTS)
            x = net.add("Gemm", x, kernel, bias, name=layer)
            if layer != "output":
                x = net.add("Relu", x, name=f"relu{index + 1}")
                x = net.quant(x, 2**-6, 6, signed=0, name=f"relu{index + 1}_quantized")
    return net.model(net.add("Softmax", x, axis=-1, name="softmax"))


PARTS = ("kernel", "bias")


def _arrays(store: Any, layer: str) -> list[tuple[str, Any]]:
    group = store["model_weights"][layer]
    return [(name, group[name]) for name in (str(n) for n in group.attrs["weight_names"].astype(str))]


# ---- answers


def data(net: onnx.ModelProto, rng: np.random.Generator) -> np.ndarray:
    """Multiples of 2**-4 from -10 to 10: many ties, and values beyond most ends."""
    dims = net.graph.input[0].type.tensor_type.shape.dim
    shape = (EVENTS, *(dim.dim_value for dim in dims[1:]))
    return (rng.integers(-160, 161, shape) / 16).astype(np.float32)


def is_qonnx(net: onnx.ModelProto) -> bool:
    """Whether onnxruntime cannot run it."""
    return any(node.domain not in ("", "com.microsoft") for node in net.graph.node)


def answers(net: onnx.ModelProto, x: np.ndarray) -> list[np.ndarray]:
    """The outputs for each event."""
    name = net.graph.input[0].name
    if not is_qonnx(net):
        import onnxruntime

        session = onnxruntime.InferenceSession(net.SerializeToString(), providers=["CPUExecutionProvider"])
        single = [session.run(None, {name: event[None]}) for event in x]
        return [np.concatenate(each) for each in zip(*single, strict=True)]
    wrapped = ModelWrapper(net).transform(InferShapes())
    single = [list(execute_onnx(wrapped, {name: event[None]}).values()) for event in x]
    return [np.concatenate(each) for each in zip(*single, strict=True)]


def save(name: str) -> None:
    """Make one model and record its answers."""
    rng = np.random.default_rng([ord(letter) for letter in name])
    net = MODELS[name](rng)
    custom = is_qonnx(net)
    net = ModelWrapper(net).transform(InferShapes()).model if custom else onnx.shape_inference.infer_shapes(net)
    x = data(net, rng)
    found = {f"out/{index}": value.astype(np.float32) for index, value in enumerate(answers(net, x))}
    onnx.save(net, FOLDER / f"{name}.onnx")
    np.savez_compressed(FOLDER / f"{name}.npz", **{"in/x": x}, **found)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    FOLDER.mkdir(exist_ok=True)
    for wanted in sys.argv[1:] or MODELS:
        save(wanted)
