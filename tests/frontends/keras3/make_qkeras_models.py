"""Writes small models of qkeras-v3 (QKeras for Keras 3), with their recorded outputs, as make_models.py does.

Run it where qkeras-v3 is installed (never beside hgq2, which has a package of the same name); fpgaml is not needed:

    python tests/frontends/keras3/make_qkeras_models.py tests/fixtures/keras3
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers
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
    binary,
    quantized_bits,
    quantized_po2,
    ternary,
)

EVENTS = 16
BITS = "quantized_bits(6,0,alpha=1)"
BUILDERS = {}


def model(function):
    """Register a function that returns a model."""
    BUILDERS[function.__name__] = function
    return function


@model
def qkeras3_dense():
    x = keras.Input((6,), name="x")
    a = QDense(5, kernel_quantizer=quantized_bits(5, 1, alpha=1), bias_quantizer=BITS, name="bits")(x)
    a = QActivation("quantized_relu(6,2)", name="relu")(a)
    outputs = [
        QDense(3, kernel_quantizer=binary(alpha=1), use_bias=False, name="binary")(a),
        QDense(3, kernel_quantizer=ternary(alpha=1), bias_quantizer=BITS, name="ternary")(a),
        QDense(3, kernel_quantizer=quantized_po2(4), bias_quantizer=BITS, name="po2")(a),
        QDense(3, kernel_quantizer=quantized_bits(5, 0, alpha="auto_po2"), bias_quantizer=BITS, name="auto_po2")(a),
        QDense(3, kernel_quantizer=quantized_bits(5, 0), bias_quantizer=BITS, name="none")(a),
        QActivation("quantized_bits(5,1,alpha=1)", name="act_bits")(x),
        QActivation("quantized_tanh(5)", name="act_tanh")(x),
        QActivation("quantized_sigmoid(5)", name="act_sigmoid")(x),
        QActivation("binary(alpha=1)", name="act_binary")(x),
        QActivation("ternary(alpha=1,threshold=0.5)", name="act_ternary")(x),
    ]
    return keras.Model(x, outputs)


@model
def qkeras3_convolutions():
    x = keras.Input((6, 6, 2), name="x")
    a = QConv2D(3, 2, kernel_quantizer=BITS, bias_quantizer=BITS, activation="quantized_relu(6,2)", name="conv")(x)
    b = QDepthwiseConv2D(2, depthwise_quantizer=BITS, bias_quantizer=BITS, name="depthwise")(a)
    c = layers.Reshape((25, 3), name="rows")(a)
    c = QConv1D(2, 3, kernel_quantizer=BITS, bias_quantizer=BITS, padding="same", name="conv1d")(c)
    d = QConv2DBatchnorm(2, 2, kernel_quantizer=BITS, bias_quantizer=BITS, name="folded")(x)
    e = QAveragePooling2D(2, average_quantizer=quantized_bits(4, 0, alpha=1), name="pool")(x)
    f = QGlobalAveragePooling2D(average_quantizer=quantized_bits(6, 0, alpha=1), name="global_pool")(x)
    return keras.Model(x, [b, c, d, e, f])


@model
def qkeras3_normalization():
    x = keras.Input((4, 3), name="x")
    wide = "quantized_bits(12,3,alpha=1)"
    outputs = [
        QBatchNormalization(name="defaults")(x),
        QBatchNormalization(
            gamma_quantizer=wide, beta_quantizer=wide, mean_quantizer=wide, variance_quantizer=wide, name="bits"
        )(x),
    ]
    return keras.Model(x, outputs)


def randomise(network, rng):
    """Weights that use the quantizers' whole range, some of them on rounding ties."""
    for layer in network._flatten_layers():
        for variable in layer._trainable_variables + layer._non_trainable_variables:
            shape = tuple(variable.shape)
            values = rng.normal(0, 0.6, shape)
            if "variance" in variable.name:
                values = rng.uniform(0.2, 3, shape)
            elif "gamma" in variable.name:
                values = rng.uniform(0.5, 2, shape)
            elif "iteration" in variable.name:
                values = np.full(shape, 7)
            else:
                ties = rng.random(shape) < 0.2
                values = np.where(ties, (np.rint(values * 16) + 0.5) / 32, values)
            variable.assign(values)


def main(folder: Path) -> None:
    """Write all models; inputs are multiples of 1/16 in [-8, 8)."""
    for number, (name, build) in enumerate(BUILDERS.items()):
        keras.utils.set_random_seed(number)
        rng = np.random.default_rng(2000 + number)
        network = build()
        randomise(network, rng)
        (tensor,) = network.inputs
        data = rng.integers(-128, 128, (EVENTS, *tensor.shape[1:])).astype(np.float32) / 16
        kept = [layer for layer in network.layers if not isinstance(layer, layers.InputLayer)]
        found = keras.Model(network.inputs, [layer.output for layer in kept])(data, training=False)
        arrays = {f"layer/{layer.name}": np.asarray(value) for layer, value in zip(kept, found, strict=True)}
        np.savez_compressed(folder / f"{name}.npz", **{"in/x": data}, **arrays)
        network.save(folder / f"{name}.keras")
    network.save(folder / "qkeras3_saved_as_h5.h5")
    np.savez_compressed(folder / "qkeras3_saved_as_h5.npz", **{"in/x": data}, **arrays)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
