"""Writes the small Keras 2 and QKeras models, with their recorded outputs, that test_keras2.py compares with.

Run where Keras 2.14, TensorFlow 2.14 and QKeras 0.9.0 are installed; fpgaml itself is not needed:

    python tests/frontends/keras2/make_models.py tests/fixtures/keras2

For each model NAME.h5 there is a NAME.npz with `x/<input>` (multiples of 1/16 in [-8, 8), so that
ap_fixed<8,4> holds them) and `layer/<name>`, what the framework computed in float32. Everything is seeded.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from qkeras import (
    QActivation,
    QAveragePooling2D,
    QBatchNormalization,
    QConv1D,
    QConv2D,
    QConv2DBatchnorm,
    QDense,
    QDepthwiseConv2D,
    QGlobalAveragePooling2D,
    QSeparableConv1D,
    binary,
    quantized_bits,
    quantized_po2,
    quantized_relu,
    ternary,
)
from qkeras.qdepthwiseconv2d_batchnorm import QDepthwiseConv2DBatchnorm
from tensorflow.keras import Model, Sequential, layers

EVENTS = 16
BUILDERS = {}


def model(function):
    """Register a function that returns a model."""
    BUILDERS[function.__name__] = function
    return function


def chain(shape, *steps):
    """A functional model of one layer after another."""
    x = start = layers.Input(shape, name="x")
    for step in steps:
        x = step(x)
    return Model(start, x)


def parallel(shape, *branches):
    """A model whose outputs are layers side by side on one input."""
    x = layers.Input(shape, name="x")
    return Model(x, [branch(x) for branch in branches])


BITS = "quantized_bits(6,0,alpha=1)"


@model
def dense_quantizers():
    kernels = {
        "bits_none": quantized_bits(5, 1),
        "bits_sym": quantized_bits(4, 0, symmetric=1, alpha=1),
        "bits_po2": quantized_bits(5, 0, alpha="auto_po2"),
        "bits_int2_po2": quantized_bits(6, 2, alpha="auto_po2"),
        "bits_two": quantized_bits(5, 0, alpha=2.0),
        "bits_positive": quantized_bits(5, 0, keep_negative=False, alpha=1.0),
        "bits_one": quantized_bits(1, 0, alpha=1),
        "bits_stochastic": quantized_bits(5, 0, alpha=1, use_stochastic_rounding=True),
        "binary_none": binary(),
        "binary_one": binary(alpha=1),
        "binary_half": binary(alpha=0.5),
        "binary_po2": binary(alpha="auto_po2"),
        "binary_01": binary(use_01=True, alpha=1),
        "ternary_none": ternary(),
        "ternary_one": ternary(alpha=1, threshold=0.2),
        "ternary_po2": ternary(alpha="auto_po2"),
        "stochastic_ternary": "stochastic_ternary('auto_po2')",
        "stochastic_binary": "stochastic_binary('auto_po2')",
        "po2": quantized_po2(4, max_value=1),
        "po2_free": quantized_po2(4),
        "po2_floor": quantized_po2(4, max_value=2, log2_rounding="floor"),
        "po2_quadratic": quantized_po2(5, quadratic_approximation=True),
        "relu_po2": "quantized_relu_po2(4,2)",
        "relu_weights": quantized_relu(4, 0),
    }
    return parallel(
        (6,), *(QDense(3, kernel_quantizer=q, bias_quantizer=quantized_bits(6, 1, alpha=1), name=n)
                for n, q in kernels.items())
    )  # fmt: skip


@model
def dense_float_scales():
    kernels = {
        "bits_auto": quantized_bits(5, 0, alpha="auto"),
        "bits_point7": quantized_bits(5, 0, alpha=0.7),
        "binary_auto": binary(alpha="auto"),
        "ternary_auto": ternary(alpha="auto"),
        "ternary_point3": ternary(alpha=0.3),
    }
    steps = [QDense(3, kernel_quantizer=q, bias_quantizer=BITS, name=n) for n, q in kernels.items()]
    steps.append(QDense(3, kernel_quantizer=quantized_bits(5, 0, alpha="auto"), use_bias=False, name="no_bias"))
    steps.append(QDense(3, kernel_quantizer=BITS, bias_quantizer=quantized_bits(5, 0, alpha="auto"), name="bias_auto"))
    return parallel((6,), *steps)


@model
def activations_string():
    texts = {
        "bits": "quantized_bits(5,2,alpha=1)",
        "bits_default": "quantized_bits(4,1)",
        "bits_sym": "quantized_bits(4,2,1,alpha=1.0)",
        "bits_positive": "quantized_bits(4,1,keep_negative=False,alpha=1)",
        "bits_half": "quantized_bits(4,1,alpha=0.5)",
        "bits_one": "quantized_bits(1,0,alpha=1)",
        "relu": "quantized_relu(4,2)",
        "relu_default": "quantized_relu(3)",
        "relu_slope": "quantized_relu(4,2,negative_slope=0.25)",
        "relu_slope_one": "quantized_relu(5,1,0,0.125)",
        "relu_bound": "quantized_relu(4,2,relu_upper_bound=3,is_quantized_clip=False)",
        "relu_unclipped": "quantized_relu(4,1,is_quantized_clip=False)",
        "tanh": "quantized_tanh(4)",
        "tanh_sym": "quantized_tanh(4,symmetric=1)",
        "sigmoid": "quantized_sigmoid(4)",
        "sigmoid_sym": "quantized_sigmoid(4,symmetric=1)",
        "binary": "binary()",
        "binary_01": "binary(use_01=1,alpha=1)",
        "binary_half": "binary(alpha=0.5)",
        "ternary": "ternary()",
        "ternary_wide": "ternary(alpha=2,threshold=1.5)",
        "stochastic_binary": "stochastic_binary()",
        "po2": "quantized_po2(4)",
        "po2_max": "quantized_po2(4,4)",
        "relu_po2": "quantized_relu_po2(3,4)",
        "relu_po2_slope": "quantized_relu_po2(3,4,0.25)",
        "hard_tanh": "hard_tanh",
        "hard_sigmoid": "hard_sigmoid",
        "smooth_sigmoid": "smooth_sigmoid",
        "smooth_tanh": "smooth_tanh",
        "binary_tanh": "binary_tanh",
        "binary_sigmoid": "binary_sigmoid",
    }
    return parallel((12,), *(QActivation(text, name=name) for name, text in texts.items()))


@model
def activations_dictionary():
    quantizers = {
        "bits": quantized_bits(5, 2, alpha=1),
        "bits_scaled": quantized_bits(5, 2, alpha=0.7),
        "relu": quantized_relu(6, 2),
        "relu_slope": quantized_relu(6, 2, negative_slope=0.5),
        "po2": quantized_po2(5, max_value=4),
        "ternary": ternary(threshold=0.5),
    }
    return parallel((12,), *(QActivation(q, name=name) for name, q in quantizers.items()))


@model
def activations_real():
    return parallel(
        (12,),
        QActivation("quantized_tanh(6,use_real_tanh=1)", name="tanh"),
        QActivation("quantized_sigmoid(6,use_real_sigmoid=1)", name="sigmoid"),
    )


@model
def activations_plain():
    names = ["linear", "relu", "relu6"]
    named = [layers.Activation(tf.nn.relu6 if n == "relu6" else n, name=n) for n in names]
    return parallel(
        (12,),
        *named,
        layers.ReLU(name="relu_layer"),
        layers.ReLU(max_value=2.5, name="relu_max"),
        layers.ReLU(negative_slope=0.25, name="relu_slope"),
        layers.LeakyReLU(alpha=0.125, name="leaky"),
    )


@model
def activations_tables():
    names = ["sigmoid", "tanh", "hard_sigmoid", "softplus", "softsign", "elu", "selu", "swish", "gelu", "softmax"]
    return parallel(
        (12,), *(layers.Activation(n, name=n) for n in names), layers.Softmax(name="softmax_layer"),
        layers.ELU(name="elu_layer"),
    )  # fmt: skip


@model
def conv1d():
    settings = [
        {"padding": "valid"},
        {"padding": "same", "strides": 2},
        {"padding": "causal", "dilation_rate": 2},
        {"padding": "same", "dilation_rate": 2, "use_bias": False},
    ]
    return parallel(
        (9, 2),
        *(QConv1D(3, 3, kernel_quantizer=BITS, bias_quantizer=BITS, name=f"conv_{i}", **s)
          for i, s in enumerate(settings)),
        QConv1D(3, 2, kernel_quantizer=ternary(alpha="auto_po2"), activation="quantized_relu(5,1)", name="with_relu"),
    )  # fmt: skip


@model
def conv2d():
    settings = [
        {"padding": "valid", "strides": (2, 1)},
        {"padding": "same", "strides": 2},
        {"padding": "same", "dilation_rate": (1, 2)},
    ]
    return parallel(
        (6, 5, 2),
        *(QConv2D(3, (3, 2), kernel_quantizer=BITS, bias_quantizer=BITS, name=f"conv_{i}", **s)
          for i, s in enumerate(settings)),
        QConv2D(2, 2, kernel_quantizer=quantized_bits(4, 0, alpha="auto_po2"),
                activation=quantized_relu(4, 1), name="po2"),
    )  # fmt: skip


@model
def depthwise():
    return parallel(
        (6, 5, 3),
        QDepthwiseConv2D(3, depthwise_quantizer=BITS, bias_quantizer=BITS, name="one"),
        QDepthwiseConv2D(2, depth_multiplier=2, padding="same", depthwise_quantizer=BITS, name="two"),
        QDepthwiseConv2D(
            2, depth_multiplier=2, depthwise_quantizer=quantized_bits(4, 0, alpha="auto_po2"), name="po2"
        ),
        QDepthwiseConv2D(2, depth_multiplier=2, strides=2, depthwise_quantizer=quantized_bits(4, 0, alpha=1.0),
                         bias_quantizer=BITS, activation="quantized_relu(6,2)", name="active"),
    )  # fmt: skip


@model
def depthwise_auto():
    return parallel(
        (6, 5, 3),
        QDepthwiseConv2D(2, depth_multiplier=2, depthwise_quantizer=quantized_bits(4, 0, alpha="auto"), name="auto"),
    )


@model
def separable():
    return chain(
        (8, 2),
        QSeparableConv1D(3, 3, depthwise_quantizer=BITS, pointwise_quantizer=BITS, bias_quantizer=BITS, name="sep"),
    )


@model
def folded_conv2d():
    kernel = quantized_bits(6, 1, alpha=1)
    return parallel(
        (6, 5, 2),
        QConv2DBatchnorm(3, 2, kernel_quantizer=kernel, bias_quantizer=quantized_bits(8, 2, alpha=1),
                         folding_mode="ema_stats_folding", name="ema"),
        QConv2DBatchnorm(3, 2, kernel_quantizer=quantized_bits(6, 1, alpha=1), use_bias=False, scale=False,
                         bias_quantizer=quantized_bits(8, 2, alpha=1),
                         folding_mode="batch_stats_folding", activation="quantized_relu(6,2)", name="batch"),
        QDepthwiseConv2DBatchnorm(2, depthwise_quantizer=quantized_bits(6, 1, alpha=1),
                                  bias_quantizer=quantized_bits(8, 2, alpha=1), name="depthwise"),
    )  # fmt: skip


@model
def folded_float_bias():
    return chain(
        (6, 5, 2),
        QConv2DBatchnorm(3, 2, kernel_quantizer=quantized_bits(6, 1, alpha=1), name="folded"),
        QActivation("quantized_relu(6,2)", name="relu"),
    )


@model
def normalization():
    return parallel(
        (4, 3),
        layers.BatchNormalization(name="plain"),
        layers.BatchNormalization(scale=False, epsilon=0.01, name="no_scale"),
        layers.BatchNormalization(center=False, axis=1, name="first_axis"),
        QBatchNormalization(name="defaults"),
        QBatchNormalization(
            gamma_quantizer=quantized_bits(6, 1, alpha=1), beta_quantizer=quantized_bits(6, 1, alpha=1),
            mean_quantizer=quantized_bits(6, 1, alpha=1), variance_quantizer=quantized_relu(6, 2), name="bits",
        ),
        QBatchNormalization(
            gamma_quantizer=quantized_bits(6, 1), beta_quantizer=None, mean_quantizer=None,
            variance_quantizer=None, name="gamma_auto",
        ),
    )  # fmt: skip


@model
def plain_layers():
    return chain(
        (8, 8, 2),
        layers.Conv2D(3, 3, padding="same", activation="relu", name="conv"),
        QActivation("quantized_relu(8,3)", name="q1"),
        layers.DepthwiseConv2D(2, name="depthwise"),
        QActivation("quantized_bits(8,3,alpha=1)", name="q2"),
        layers.SeparableConv2D(4, 2, name="separable"),
        QActivation("quantized_bits(8,3,alpha=1)", name="q3"),
        layers.Flatten(name="flat"),
        layers.Dense(5, name="dense"),
        QActivation("quantized_bits(8,3,alpha=1)", name="q4"),
        layers.Dense(4, activation="softmax", name="classes"),
    )


@model
def plain_conv1d():
    return Sequential(
        [
            layers.Conv1D(4, 3, groups=2, strides=2, input_shape=(11, 4), name="grouped"),
            layers.Dropout(0.5, name="drop"),
            QActivation("quantized_relu(8,3)", name="q1"),
            layers.DepthwiseConv1D(2, depth_multiplier=2, name="depthwise"),
            QActivation("quantized_relu(8,3)", name="q2"),
            layers.GlobalMaxPooling1D(name="top"),
            layers.Dense(1, activation="sigmoid", name="score"),
        ],
        name="trigger",
    )


@model
def pools():
    return parallel(
        (7, 6, 2),
        layers.MaxPooling2D(2, name="max"),
        layers.MaxPooling2D(3, strides=2, padding="same", name="max_same"),
        layers.AveragePooling2D(2, name="mean"),
        layers.GlobalMaxPooling2D(name="global_max"),
        layers.GlobalMaxPooling2D(keepdims=True, name="global_max_keep"),
        QAveragePooling2D(2, average_quantizer=quantized_bits(4, 0, alpha=1), name="q_mean"),
        QAveragePooling2D(3, average_quantizer=quantized_bits(6, 0, alpha=1), activation="quantized_relu(6,2)",
                          name="q_mean_3"),
        layers.AveragePooling2D((2, 2), strides=(3, 2), padding="same", name="mean_same_2"),
    )  # fmt: skip


@model
def pools_rounded():
    return parallel(
        (7, 6, 2),
        layers.AveragePooling2D(3, name="mean"),
        layers.AveragePooling2D(3, strides=2, padding="same", name="mean_same"),
        layers.GlobalAveragePooling2D(name="global_mean"),
        layers.GlobalAveragePooling2D(keepdims=True, name="global_mean_keep"),
        QGlobalAveragePooling2D(average_quantizer=quantized_bits(10, 0, alpha=1), name="q_global"),
    )


@model
def pools_1d():
    return parallel(
        (8, 3),
        layers.MaxPooling1D(2, name="max"),
        layers.MaxPooling1D(3, padding="same", strides=2, name="max_same"),
        layers.AveragePooling1D(4, name="mean"),
        layers.GlobalAveragePooling1D(name="global_mean"),
        layers.GlobalAveragePooling1D(keepdims=True, name="global_mean_keep"),
    )


@model
def shapes():
    return parallel(
        (4, 6, 2),
        layers.Flatten(name="flat"),
        layers.Reshape((-1, 4), name="reshape"),
        layers.Permute((3, 1, 2), name="permute"),
        layers.ZeroPadding2D(((1, 2), (0, 3)), name="pad"),
        layers.ZeroPadding2D(1, name="pad_all"),
        layers.Cropping2D(((1, 0), (2, 1)), name="crop"),
        layers.UpSampling2D((2, 3), name="up"),
        layers.SpatialDropout2D(0.5, name="spatial_drop"),
    )


@model
def shapes_1d():
    return parallel(
        (6, 2),
        layers.ZeroPadding1D((1, 2), name="pad"),
        layers.ZeroPadding1D(2, name="pad_all"),
        layers.Cropping1D((2, 1), name="crop"),
        layers.UpSampling1D(3, name="up"),
        layers.GaussianNoise(0.1, name="noise"),
    )


@model
def merges():
    a, b, c = (layers.Input((3, 4), name=n) for n in ("a", "b", "c"))
    outputs = [
        layers.Add(name="add")([a, b, c]),
        layers.Subtract(name="subtract")([a, b]),
        layers.Multiply(name="multiply")([a, b, c]),
        layers.Maximum(name="maximum")([a, b, c]),
        layers.Minimum(name="minimum")([a, b]),
        layers.Average(name="average")([a, b]),
        layers.Concatenate(name="join")([a, b, c]),
        layers.Concatenate(axis=1, name="join_first")([a, b]),
    ]
    return Model([a, b, c], outputs)


@model
def average_three():
    inputs = [layers.Input((3,), name=n) for n in "abc"]
    return Model(inputs, layers.Average(name="average")(inputs))


@model
def shared_and_nested():
    inner = Sequential(
        [layers.InputLayer((4,)), QDense(3, kernel_quantizer=BITS, bias_quantizer=BITS, name="inner_dense"),
         QActivation("quantized_relu(4,2)", name="inner_relu")],
        name="block",
    )  # fmt: skip
    a, b = layers.Input((5,), name="a"), layers.Input((5,), name="b")
    shared = QDense(4, kernel_quantizer=BITS, bias_quantizer=BITS, name="shared")
    joined = layers.Subtract(name="difference")([shared(a), shared(b)])
    return Model([a, b], inner(QActivation("quantized_bits(8,3,alpha=1)", name="q")(joined)), name="two_towers")


def randomise(network, rng):
    """Weights that use the quantizers' whole range, some of them on rounding ties."""
    for layer in [*network.layers, *(inner for n in network.layers if isinstance(n, Model) for inner in n.layers)]:
        new = []
        for variable in layer.weights:
            name, shape = variable.name, variable.shape
            values = rng.normal(0, 0.6, shape)
            if "variance" in name:
                values = rng.uniform(0.2, 3, shape)
            elif "gamma" in name:
                values = rng.uniform(0.5, 2, shape)
            elif "iteration" in name:
                values = np.full(shape, 7)
            elif variable.dtype == tf.int8 or "table" in name:  # bit widths and tables of HGQ 1
                values = variable.numpy()
            else:
                ties = rng.random(shape) < 0.2
                values = np.where(ties, (np.rint(values * 16) + 0.5) / 32, values)
            new.append(values.astype(variable.dtype.as_numpy_dtype))
        if new and not isinstance(layer, Model):
            layer.set_weights(new)
        if hasattr(layer, "finalize_state"):  # what a Normalization computes with
            layer.finalize_state()


def record(network, rng, whole=False):
    """Inputs and every layer's output at its first call.

    whole: inputs are numbers from 0 to 7, for layers that look rows up.
    """
    arrays, inputs = {}, []
    for tensor in network.inputs:
        shape = (EVENTS, *tensor.shape[1:])
        data = rng.integers(0, 8, shape) if whole else rng.integers(-128, 128, shape) / 16
        data = data.astype(np.float32)
        arrays[f"x/{tensor.node.layer.name}"] = data
        inputs.append(data)
    recorded = [layer for layer in network.layers if not isinstance(layer, layers.InputLayer)]
    outputs = Model(network.inputs, [layer.get_output_at(-1 if isinstance(layer, Model) else 0) for layer in recorded])(
        inputs, training=False
    )
    outputs = [outputs] if len(recorded) == 1 and not isinstance(outputs, list) else outputs
    arrays.update({f"layer/{layer.name}": np.asarray(o) for layer, o in zip(recorded, outputs, strict=True)})
    return arrays


def write(folder: Path, name, build, number, whole=False) -> None:
    """Write one model, seeded by its number."""
    folder.mkdir(parents=True, exist_ok=True)
    tf.keras.backend.clear_session()
    tf.keras.utils.set_random_seed(number)
    rng = np.random.default_rng(1000 + number)
    network = build()
    randomise(network, rng)
    np.savez_compressed(folder / f"{name}.npz", **record(network, rng, whole))
    network.save(folder / f"{name}.h5", include_optimizer=False)
    if name == "plain_conv1d":
        (folder / "pair.json").write_text(json.dumps(json.loads(network.to_json()), indent=1))
        network.save_weights(folder / "pair_weights.h5")


def main(folder: Path) -> None:
    """Write all models."""
    for number, (name, build) in enumerate(BUILDERS.items()):
        write(folder, name, build, number)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
