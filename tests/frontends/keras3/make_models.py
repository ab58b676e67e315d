"""Makes the small HGQ2 and Keras models that test_keras3_models.py compares with, and the framework's answers.

Run it in an environment with keras and hgq2: `KERAS_BACKEND=jax python tests/frontends/keras3/make_models.py`.
Each model becomes `<name>.keras` (or `.h5`) and `<name>.npz`: `in/<input>` and `layer/<layer>`, float32. All numbers
come from one seed.
"""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from hgq import layers as hl
from hgq.config import HardSigmoidConfig, HardTanhConfig, QuantizerConfig, QuantizerConfigScope
from hgq.quantizer.internal import FixedPointQuantizerBase
from keras import layers as kl

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "keras3"
EVENTS = 24
RNG = np.random.default_rng(20260101)
MODELS: dict[str, Callable[[], keras.Model]] = {}


def model(make: Callable[[], keras.Model]) -> Callable[[], keras.Model]:
    """Register a model under the function's name."""
    MODELS[make.__name__] = make
    return make


def functional(shape: Sequence[int], build: Callable[[Any], Any], name: str = "x") -> keras.Model:
    """A model of one input."""
    x = keras.Input(tuple(shape), name=name)
    return keras.Model(x, build(x))


@model
def dense_default() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((6,), name="x"),
            hl.QDense(7, activation="relu", name="first"),
            kl.Dropout(0.5, name="drop"),
            hl.QDense(5, enable_oq=True, name="second"),
            hl.QDense(3, use_bias=False, name="third"),
        ]
    )


@model
def dense_saturating() -> keras.Model:
    with (
        QuantizerConfigScope(place="datalane", overflow_mode="SAT", round_mode="RND_CONV"),
        QuantizerConfigScope(place=("weight", "bias"), default_q_type="kif", overflow_mode="SAT"),
    ):
        return functional((2, 6), lambda x: hl.QDense(4, enable_oq=True)(hl.QDense(5, activation="relu")(x)))


@model
def dense_kbi() -> keras.Model:
    with QuantizerConfigScope(place="datalane", default_q_type="kbi", overflow_mode="SAT_SYM", round_mode="TRN"):
        return functional((6,), lambda x: hl.QDense(4, enable_oq=True)(hl.QDense(5, activation="relu")(x)))


@model
def dense_homogeneous() -> keras.Model:
    with QuantizerConfigScope(homogeneous_axis=None, heterogeneous_axis=()):
        return functional((4, 6), lambda x: hl.QDense(4)(hl.QDense(5, activation="relu")(x)))


@model
def dense_wrapping_weights() -> keras.Model:
    kif = QuantizerConfig("kif", "weight", overflow_mode="WRAP", round_mode="RND")
    kbi = QuantizerConfig("kbi", "weight", overflow_mode="WRAP", round_mode="RND")
    conv = QuantizerConfig("kbi", "weight", overflow_mode="WRAP", round_mode="RND_CONV")
    bias = QuantizerConfig("kif", "bias", overflow_mode="WRAP")
    return functional(
        (6,),
        lambda x: hl.QDense(3, kq_conf=conv)(hl.QDense(4, kq_conf=kbi)(hl.QDense(5, kq_conf=kif, bq_conf=bias)(x))),
    )


@model
def plain_float() -> keras.Model:
    x = keras.Input((8, 4), name="x")
    a = kl.Conv1D(6, 3, padding="same", activation="relu", name="conv")(hl.Quantizer(name="q")(x))
    a = kl.BatchNormalization(name="norm")(a)
    a = kl.DepthwiseConv1D(3, depth_multiplier=2, name="depthwise")(a)
    s = kl.SeparableConv1D(3, 2, name="separable")(a)
    a = kl.EinsumDense("btc,cd->btd", (5, 4), bias_axes="d", name="einsum")(s)
    b = kl.Reshape((5, 2, 2), name="image")(a)
    b = kl.Conv2D(3, (2, 1), activation="hard_sigmoid", name="conv2")(b)
    b = kl.DepthwiseConv2D((2, 1), activation="tanh", name="depthwise2")(b)
    c = kl.AveragePooling1D(3, name="pool")(s)
    d = kl.Dense(5, activation="softmax", name="dense")(kl.Flatten(name="flat")(b))
    return keras.Model(x, [d, c, kl.Activation("sigmoid", name="sigmoid")(kl.Dense(2, name="last")(kl.Flatten()(c)))])


@model
def plain_float_h5() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((6, 6, 2), name="x"),
            kl.Conv2D(3, 3, name="conv"),
            kl.BatchNormalization(scale=False, name="norm"),
            kl.LeakyReLU(0.25, name="leaky"),
            kl.DepthwiseConv2D(2, name="depthwise"),
            kl.GlobalAveragePooling2D(name="pool"),
            kl.Dense(3, activation="sigmoid", name="dense"),
        ]
    )


@model
def quantizer_modes() -> keras.Model:
    x = keras.Input((9,), name="x")
    roundings = ("TRN", "RND", "RND_CONV", "TRN_ZERO", "RND_ZERO", "RND_MIN_INF", "RND_INF", "S_RND", "S_RND_CONV")
    outputs = []
    for index, rounding in enumerate(roundings):
        for overflow in ("WRAP", "SAT", "SAT_SYM"):
            for kind in ("kif", "kbi")[: 1 + (index < 3)]:
                config = QuantizerConfig(kind, "datalane", round_mode=rounding, overflow_mode=overflow)
                outputs.append(hl.Quantizer(config, name=f"{kind}_{rounding.lower()}_{overflow.lower()}")(x))
    return keras.Model(x, kl.Concatenate(name="all")(outputs))


@model
def quantizer_special() -> keras.Model:
    x = keras.Input((9,), name="x")
    outputs = [
        hl.Quantizer(HardTanhConfig(), name="hard_tanh")(x),
        hl.Quantizer(HardSigmoidConfig(), name="hard_sigmoid")(x),
        hl.Quantizer(QuantizerConfig("kif", "datalane", scaler=0.25), name="scaled")(x),
        hl.Quantizer(QuantizerConfig("kif", "datalane", affine=(0.5, -1.25)), name="affine")(x),
        hl.Quantizer(QuantizerConfig("dummy", "datalane"), name="dummy")(hl.Quantizer(name="before")(x)),
        hl.QDense(3, enable_iq=False, name="no_iq")(hl.Quantizer(name="ahead")(x)),
        hl.QDense(3, kq_conf=QuantizerConfig("kif", "weight", scaler=0.5), name="scaled_weights")(x),
    ]
    return keras.Model(x, outputs)


@model
def conv1d() -> keras.Model:
    with QuantizerConfigScope(place="datalane", homogeneous_axis=None, heterogeneous_axis=(2,)):
        x = keras.Input((12, 3), name="x")
        y = hl.QConv1D(4, 3, strides=2, activation="relu", name="strided")(x)
        z = hl.QConv1D(4, 3, padding="same", dilation_rate=2, name="dilated")(y)
        w = hl.QConv1D(5, 3, padding="causal", enable_oq=True, name="causal")(z)
        return keras.Model(x, [w, hl.QConv1D(2, 1, use_bias=False, name="pointwise")(w)])


@model
def conv2d() -> keras.Model:
    x = keras.Input((6, 5, 4), name="x")
    y = hl.QConv2D(4, (3, 2), padding="same", strides=2, activation="relu", name="same")(x)
    z = hl.QConv2D(6, 2, groups=2, enable_oq=True, name="grouped")(y)
    return keras.Model(x, kl.Flatten(name="flat")(z))


@model
def einsum_dense() -> keras.Model:
    x = keras.Input((4, 6), name="x")
    a = hl.QEinsumDense("...x,xy->...y", 5, bias_axes="y", name="dense_like", activation="relu")(x)
    b = hl.QEinsumDense("btc,tcd->bd", (3,), bias_axes="d", name="all_axes")(a)
    c = hl.QEinsumDense("btc,td->bdc", (3, 5), bias_axes="d", name="time", enable_oq=True)(a)
    d = hl.QEinsumDense("btc,tcd->btd", (4, 2), bias_axes="td", name="per_step")(a)
    return keras.Model(x, [b, c, d])


@model
def einsum_dense_batchnorm() -> keras.Model:
    x = keras.Input((4, 6), name="x")
    a = hl.QEinsumDenseBatchnorm("...x,xy->...y", 5, bias_axes="y", activation="relu", name="last")(x)
    b = hl.QEinsumDenseBatchnorm("btc,td->bdc", (3, 5), bias_axes="d", name="middle")(a)
    c = hl.QEinsumDenseBatchnorm("btc,tcd->btd", (4, 2), bias_axes="td", name="two")(a)
    return keras.Model(x, [b, c])


@model
def batch_normalization() -> keras.Model:
    x = keras.Input((4, 6), name="x")
    a = hl.QBatchNormalization(name="both")(x)
    b = hl.QBatchNormalization(center=False, scale=False, name="neither", enable_oq=True)(a)
    c = hl.QBatchNormalization(axis=1, name="axis_one")(b)
    return keras.Model(x, hl.QBatchNormDense(3, activation="relu", name="fused")(c))


@model
def merges() -> keras.Model:
    x = keras.Input((2, 5), name="x")
    y = keras.Input((2, 5), name="y")
    z = keras.Input((1, 5), name="z")
    outputs = [
        hl.QAdd(name="add")([x, y, z]),
        hl.QSubtract(name="subtract", enable_oq=True)([x, y]),
        hl.QMultiply(name="multiply")([x, z]),
        hl.QMaximum(name="maximum")([x, y]),
        hl.QMinimum(name="minimum")([x, y]),
        hl.QAveragePow2(name="average")([x, y, z]),
    ]
    return keras.Model([x, y, z], outputs)


@model
def products() -> keras.Model:
    x = keras.Input((3, 5), name="x")
    y = keras.Input((4, 5), name="y")
    outputs = [
        hl.QDot(axes=-1, name="dot")([x, y]),
        hl.QEinsum("bij,bkj->bki", name="einsum")([x, y]),
        hl.QEinsum("bij,bkj->bj", name="reduced")([x, y]),
        hl.QSum(axes=-1, name="sum")(x),
        hl.QSum(axes=(1, 2), scale=0.25, keepdims=True, name="sum_all")(y),
        hl.QMeanPow2(axes=1, name="mean")(x),
    ]
    return keras.Model([x, y], outputs)


@model
def softmaxes() -> keras.Model:
    x = keras.Input((3, 5), name="x")
    outputs = [
        hl.QSoftmax(name="default")(x),
        hl.QSoftmax(axis=1, enable_oq=True, input_scaler=0.5, name="first_axis")(x),
        hl.QSoftmax(axis=(1, 2), enable_iq=True, name="both_axes")(x),
        hl.QSoftmax(enable_iq=True, allow_heterogeneous_table=True, name="heterogeneous")(x),
        hl.QSoftmax(stable=False, enable_iq=True, name="direct")(x),
    ]
    return keras.Model(x, outputs)


@model
def tables() -> keras.Model:
    x = keras.Input((3, 5), name="x")
    mixed = QuantizerConfig("kif", "table", homogeneous_axis=(0,), heterogeneous_axis=None)
    conv = QuantizerConfig("kif", "table", homogeneous_axis=(0,), heterogeneous_axis=None, round_mode="RND_CONV")
    names = ("tanh", "sigmoid", "exponential", "softplus", "softsign", "elu", "selu", "gelu", "silu", "hard_sigmoid")
    outputs = [hl.QUnaryFunctionLUT(name, name=f"f_{name}")(x) for name in names]
    outputs += [
        hl.QUnaryFunctionLUT("relu", name="f_relu")(x),
        hl.QUnaryFunctionLUT("tanh", oq_conf=mixed, name="mixed")(x),
        hl.QUnaryFunctionLUT("sigmoid", oq_conf=conv, name="mixed_conv")(x),
        hl.QUnaryFunctionLUT("tanh", allow_heterogeneous_table=False, allow_heterogeneous_input=False, name="one")(x),
        hl.QAffinedUnaryFunctionLUT("tanh", name="affined")(x),
        hl.QAffinedUnaryFunctionLUT("relu", name="affined_relu")(x),
        hl.QDense(4, activation="tanh", enable_oq=True, name="dense_tanh")(
            hl.Quantizer(
                QuantizerConfig("kif", "datalane", homogeneous_axis=None, heterogeneous_axis=()), name="narrow"
            )(x)
        ),
    ]
    return keras.Model(x, outputs)


@model
def pools1d() -> keras.Model:
    x = keras.Input((8, 3), name="x")
    outputs = [
        hl.QMaxPooling1D(2, name="maximum")(x),
        hl.QMaxPooling1D(3, strides=2, padding="same", name="maximum_same")(x),
        hl.QAveragePooling1D(4, strides=2, name="average", enable_oq=True)(x),
        hl.QAveragePooling1D(2, strides=1, padding="same", name="average_same")(x),
        hl.QGlobalMaxPooling1D(name="global_maximum")(x),
        hl.QGlobalAveragePooling1D(name="global_average", keepdims=True)(x),
    ]
    return keras.Model(x, outputs)


@model
def pools2d() -> keras.Model:
    x = keras.Input((4, 4, 3), name="x")
    outputs = [
        hl.QMaxPooling2D(2, name="maximum")(x),
        hl.QAveragePooling2D((2, 1), padding="same", name="average")(x),
        hl.QGlobalMaxPooling2D(name="global_maximum", keepdims=True)(x),
        hl.QGlobalAveragePooling2D(name="global_average", enable_oq=True)(x),
    ]
    return keras.Model(x, outputs)


@model
def plain_layout() -> keras.Model:
    x = keras.Input((4, 6), name="x")
    q = hl.Quantizer(name="q")(x)
    image = kl.Reshape((2, -1, 3), name="image")(q)
    outputs = [
        kl.Permute((2, 1), name="permute")(q),
        kl.ZeroPadding1D((1, 2), name="pad1")(q),
        kl.Cropping1D((1, 2), name="crop1")(q),
        kl.UpSampling1D(3, name="up1")(q),
        kl.MaxPooling1D(2, name="max1")(q),
        kl.AveragePooling1D(2, name="average1")(q),
        kl.GlobalMaxPooling1D(name="gmax1")(q),
        kl.GlobalAveragePooling1D(name="gaverage1", keepdims=True)(q),
        kl.ZeroPadding2D(((1, 0), (2, 1)), name="pad2")(image),
        kl.Cropping2D(((1, 0), (1, 1)), name="crop2")(image),
        kl.UpSampling2D((2, 3), name="up2")(image),
        kl.MaxPooling2D((2, 2), strides=1, padding="same", name="max2")(image),
        kl.GlobalMaxPooling2D(keepdims=True, name="gmax2")(image),
        kl.GlobalAveragePooling2D(name="gaverage2")(image),
        kl.ReLU(max_value=1.5, name="relu")(q),
        kl.ReLU(negative_slope=0.25, name="sloped")(q),
        kl.LeakyReLU(negative_slope=0.125, name="leaky")(q),
        kl.Activation("relu6", name="relu6")(q),
        kl.RepeatVector(3, name="repeat")(kl.Flatten(name="flat")(q)),
    ]
    return keras.Model(x, outputs)


@model
def plain_merges() -> keras.Model:
    x, y = keras.Input((2, 6), name="x"), keras.Input((6,), name="y")
    a, b = hl.Quantizer(name="qx")(x), hl.Quantizer(name="qy")(y)
    outputs = [
        kl.Add(name="add")([a, a, b]),
        kl.Subtract(name="subtract")([a, b]),
        kl.Multiply(name="multiply")([b, a]),
        kl.Maximum(name="maximum")([a, b]),
        kl.Minimum(name="minimum")([a, b]),
        kl.Average(name="average")([a, b]),
        kl.Concatenate(axis=1, name="concatenate")([a, a]),
        kl.Dot(axes=(2, 1), name="dot")([a, b]),
    ]
    return keras.Model([x, y], outputs)


@model
def shared_and_nested() -> keras.Model:
    inner_input = keras.Input((4,))
    inner = keras.Model(inner_input, hl.QDense(4, name="inside")(inner_input), name="nested")
    stack = keras.Sequential([hl.QDense(4, activation="relu", name="inside"), hl.QDense(3, name="last")], name="stack")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    shared = hl.QDense(4, activation="relu", name="shared")
    a, b = shared(x), shared(y)
    c = inner(hl.QAdd(name="sum")([inner(a), b]))
    return keras.Model({"y": y, "x": x}, [c, stack(c), shared(c)])


@model
def unnamed_input() -> keras.Model:
    made = keras.Sequential([hl.QDense(3), hl.QDense(2)])
    made.build((None, 5))
    return made


@model
def saved_as_h5() -> keras.Model:
    inner_input = keras.Input((4,))
    inner = keras.Model(inner_input, hl.QDense(4, name="inside")(inner_input), name="nested")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    a = inner(hl.QAdd(name="sum")([hl.QDense(4, enable_oq=True, name="dense")(x), y]))
    b = hl.QSoftmax(name="softmax")(hl.QMaximum(name="larger")([a, y]))
    c = hl.QBatchNormalization(name="norm")(hl.QUnaryFunctionLUT("tanh", name="table")(a))
    return keras.Model([x, y], [b, hl.QBatchNormDense(3, name="fused")(c), hl.Quantizer(name="alone")(a)])


def scramble(made: keras.Model) -> None:
    """Give every weight and every bit width a random value, as training would; some widths are zero."""
    for layer in made._flatten_layers():
        if isinstance(layer, FixedPointQuantizerBase) and layer.built:
            _scramble_quantizer(layer)
            continue
        for variable in layer._trainable_variables + layer._non_trainable_variables:
            name = variable.name
            if name in ("ebops",) or (name == "beta" and hasattr(layer, "enable_ebops")):
                continue
            low, high = (0.3, 2.0) if "variance" in name or "gamma" in name else (-2.0, 2.0)
            variable.assign(RNG.uniform(low, high, variable.shape).astype("float32"))
        if hasattr(layer, "finalize_state"):  # what a Normalization computes with
            layer.finalize_state()


def _scramble_quantizer(layer: Any) -> None:
    shape = layer._i.shape
    integer = RNG.uniform(-1.4, 2.4, shape)
    width = RNG.uniform(0.6, 6.4, shape)
    width = np.where(RNG.random(shape) < 0.12, -1.0, width)
    layer._i.assign(integer.astype("float32"))
    if hasattr(layer, "_f"):
        layer._f.assign((width - np.round(integer)).astype("float32"))
    else:
        layer._b.assign(np.maximum(width, 0).astype("float32"))
    if np.prod(shape) > 1 or RNG.random() < 0.3:
        layer._k.assign((RNG.random(shape) < 0.75).astype("uint8") if np.prod(shape) > 1 else np.ones(shape, "uint8"))


def data(shape: Sequence[int]) -> np.ndarray:
    """Half of the events on a coarse grid, half off every quantizer's grid; many beyond the types' ranges."""
    values = RNG.normal(0, 2.5, (EVENTS, *shape))
    values[: EVENTS // 2] = np.round(values[: EVENTS // 2] * 16) / 16
    return (np.round(values * 2**16) / 2**16).astype("float32")


def answers(made: keras.Model, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every layer's output by the layer's name, `:1` for the second use of a shared layer."""
    tensors = {}
    network = made._functional if isinstance(made, keras.Sequential) else made
    for layer in network.operations:
        own = [node for node in layer._inbound_nodes if not node.is_input and id(node) in _used(made)]
        for index, node in enumerate(own):
            tensors[f"{layer.name}:{index}" if index else layer.name] = node.output_tensors[0]
    probe = keras.Model(made.inputs, tensors)
    names = [tensor._keras_history[0].name for tensor in made.inputs]
    found = probe.predict([inputs[name] for name in names], verbose=0, batch_size=EVENTS)
    return {name: np.asarray(value) for name, value in found.items()}


def _used(made: keras.Model) -> set[int]:
    network = made._functional if isinstance(made, keras.Sequential) else made
    return {id(node) for nodes in network._nodes_by_depth.values() for node in nodes}


def _compress(path: Path) -> None:
    """The same archive with its members deflated, under a fixed date: small, and the same bytes every time."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


def write(name: str, make: Callable[[], keras.Model], draw: Callable[[Sequence[int]], np.ndarray] = data) -> None:
    """One model with the framework's answers; `draw` makes the inputs of a shape."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    made = make()
    scramble(made)
    inputs = {t._keras_history[0].name: draw(t.shape[1:]) for t in made.inputs}
    path = FOLDER / f"{name}.{'h5' if name.endswith('h5') else 'keras'}"
    made.save(path)
    if path.suffix == ".keras":
        _compress(path)
    outputs = answers(made, inputs)
    arrays = {f"in/{k}": v for k, v in inputs.items()} | {f"layer/{k}": v for k, v in outputs.items()}
    np.savez_compressed(FOLDER / f"{name}.npz", **arrays)


def main(names: Sequence[str]) -> None:
    """Write the models of these names, or all."""
    for name, make in MODELS.items():
        if not names or name in names:
            write(name, make)


if __name__ == "__main__":
    main(sys.argv[1:])
