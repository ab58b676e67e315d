"""Writes models of layers that normalise, attend, embed and wrap, and of TensorFlow's functions.

python -m tests.frontends.keras2.make_layer_models tests/fixtures/keras2
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.keras import Model, layers

from tests.frontends.keras2.make_models import parallel, write

BUILDERS = {}


def model(function):
    """Register a function that returns a model."""
    BUILDERS[function.__name__] = function
    return function


@model
def normalizations():
    return parallel(
        (4, 6),
        layers.LayerNormalization(name="last"),
        layers.LayerNormalization(axis=(1, 2), epsilon=0.1, name="both"),
        layers.LayerNormalization(axis=1, center=False, name="first"),
        layers.UnitNormalization(name="unit"),
        layers.GroupNormalization(3, name="groups"),
    )


@model
def prepared_data():
    fitted = layers.Normalization(name="fitted")
    fitted.adapt(np.random.default_rng(1).normal(1.0, 3.0, (200, 3, 4)).astype("float32"))
    return parallel(
        (3, 4),
        fitted,
        layers.Normalization(axis=None, mean=0.5, variance=4.0, name="whole"),
        layers.Rescaling(0.25, offset=-1.5, name="rescaled"),
        layers.Rescaling(1 / 255, name="bytes"),
    )


@model
def embeddings():
    x = layers.Input((5,), name="x")
    rows = layers.Embedding(8, 3, name="embedding")(x)
    return Model(x, [layers.Flatten(name="flat")(rows), layers.Embedding(8, 1, name="single")(x)])


@model
def activations_settings():
    return parallel(
        (3, 4),
        layers.PReLU(name="prelu"),
        layers.PReLU(shared_axes=[1], name="prelu_shared"),
        layers.ELU(alpha=0.4, name="elu"),
        layers.ThresholdedReLU(theta=0.75, name="thresholded"),
        layers.ReLU(threshold=0.75, name="threshold"),
        layers.ReLU(max_value=2.0, negative_slope=0.3, threshold=0.5, name="all_settings"),
        layers.ReLU(max_value=1.5, negative_slope=0.25, name="slope_and_top"),
        layers.LeakyReLU(alpha=0.3, name="leaky"),
        layers.Activation("leaky_relu", name="leaky_function"),
        layers.Softmax(axis=1, name="softmax_first"),
        layers.Softmax(axis=(1, 2), name="softmax_both"),
    )


@model
def convolutions_more():
    x, y = layers.Input((7, 4), name="x"), layers.Input((4, 5, 2), name="y")
    outputs = [
        layers.Conv1DTranspose(3, 3, strides=2, name="up_valid")(x),
        layers.Conv1DTranspose(3, 4, strides=2, padding="same", activation="relu", name="up_same")(x),
        layers.Conv1DTranspose(2, 2, strides=3, name="gaps")(x),
        layers.Conv2DTranspose(2, (3, 2), strides=(2, 1), padding="same", name="image_same")(y),
        layers.Conv2DTranspose(3, 3, strides=2, use_bias=False, name="image_valid")(y),
        layers.LocallyConnected1D(3, 3, strides=2, activation="relu", name="local")(x),
        layers.LocallyConnected2D(2, (2, 3), strides=(1, 2), name="image_local")(y),
        layers.Conv1D(4, 2, dilation_rate=2, name="dilated")(x),
        layers.SeparableConv2D(3, 2, depth_multiplier=2, name="image_separable")(y),
        layers.DepthwiseConv2D(2, depth_multiplier=3, name="image_depthwise")(y),
    ]
    return Model([x, y], outputs)


@model
def time_distributed():
    x, y = layers.Input((3, 4), name="x"), layers.Input((2, 5, 3), name="y")
    outputs = [
        layers.TimeDistributed(layers.Dense(3, activation="relu"), name="dense")(x),
        layers.TimeDistributed(layers.Conv1D(2, 2), name="conv")(y),
        layers.TimeDistributed(layers.Flatten(), name="flat")(y),
    ]
    return Model([x, y], outputs)


@model
def attention():
    x, y = layers.Input((4, 6), name="x"), layers.Input((5, 6), name="y")
    outputs = [
        layers.MultiHeadAttention(2, 3, name="itself")(x, x),
        layers.MultiHeadAttention(2, 3, value_dim=2, output_shape=5, use_bias=False, name="cross")(x, y, key=y),
        layers.MultiHeadAttention(1, 4, name="causal")(x, x, use_causal_mask=True),
        layers.Attention(name="plain")([x, y]),
        layers.Attention(use_scale=True, name="scaled")([x, y, y]),
        layers.Dot(axes=2, name="dot")([x, y]),
    ]
    return Model([x, y], outputs)


@model
def operations():
    x, y = layers.Input((4, 6), name="x"), layers.Input((5, 6), name="y")
    c = x * 2 + 1
    outputs = [
        c,
        2.5 - x,
        x / 4,
        -x,
        x + y[:, :4],
        tf.abs(x),
        tf.square(x),
        tf.maximum(c, 0.5),
        tf.minimum(x, c),
        tf.nn.relu(x),
        tf.nn.relu6(c),
        tf.nn.leaky_relu(x, alpha=0.25),
        tf.clip_by_value(x, -0.5, 1.0),
        tf.reduce_sum(x, axis=1),
        tf.reduce_mean(x, axis=1),
        tf.reduce_max(x, axis=-1, keepdims=True),
        tf.reduce_min(x, axis=2),
        tf.reshape(x, (-1, 3, 8)),
        tf.transpose(x, (0, 2, 1)),
        tf.concat([x, y], axis=1),
        tf.stack([x, c], axis=1),
        tf.squeeze(tf.expand_dims(x, 1), 1),
        x[:, 1:3, ::2],
        x[:, -1],
        x[..., 0:2],
        tf.pad(x, [[0, 0], [1, 2], [0, 0]]),
        tf.matmul(x, y, transpose_b=True),
        tf.nn.tanh(x),
        tf.nn.softmax(x, axis=1),
    ]
    return Model([x, y], outputs)


def main(folder: Path, names) -> None:
    """Write the models of these names, or all."""
    for number, (name, build) in enumerate(BUILDERS.items()):
        if not names or name in names:
            write(folder, name, build, 100 + number, whole=name == "embeddings")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
