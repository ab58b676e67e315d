"""Makes models of layers that normalise, attend, embed and wrap, and of `keras.ops`, as make_models.py does.

Run it in an environment with keras and hgq2: `KERAS_BACKEND=jax python -m tests.frontends.keras3.make_layer_models`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from hgq import layers as hl
from keras import layers as kl
from keras import ops

from tests.frontends.keras3.make_models import EVENTS, data, write

MODELS: dict[str, Callable[[], keras.Model]] = {}


def model(make: Callable[[], keras.Model]) -> Callable[[], keras.Model]:
    """Register a model under the function's name."""
    MODELS[make.__name__] = make
    return make


def narrow(x: Any, name: str = "q") -> Any:
    """Values on a grid of few bits."""
    return hl.Quantizer(name=name)(x)


@model
def normalizations() -> keras.Model:
    x = keras.Input((4, 6), name="x")
    q = narrow(x)
    outputs = [
        kl.LayerNormalization(name="last")(q),
        kl.LayerNormalization(axis=(1, 2), epsilon=0.1, name="both")(q),
        kl.LayerNormalization(axis=1, center=False, name="first")(q),
        kl.LayerNormalization(scale=False, center=False, epsilon=1e-5, name="bare")(q),
        kl.LayerNormalization(rms_scaling=True, name="rms_scaling")(q),
        kl.RMSNormalization(name="rms")(q),
        kl.UnitNormalization(name="unit")(q),
        kl.GroupNormalization(3, name="groups")(q),
        kl.GroupNormalization(-1, name="instance")(q),
    ]
    return keras.Model(x, outputs)


@model
def prepared_data() -> keras.Model:
    x = keras.Input((3, 4), name="x")
    fitted = kl.Normalization(name="fitted")
    fitted.adapt(np.random.default_rng(1).normal(1.0, 3.0, (200, 3, 4)).astype("float32"))
    q = narrow(x)
    outputs = [
        fitted(q),
        kl.Normalization(axis=None, mean=0.5, variance=4.0, name="whole")(q),
        kl.Normalization(axis=(1, 2), mean=np.ones((3, 4)), variance=np.full((3, 4), 0.25), name="each")(q),
        kl.Normalization(mean=[0.5, 1, 1.5, 2], variance=[1, 2, 4, 8], invert=True, name="inverted")(q),
        kl.Rescaling(0.25, offset=-1.5, name="rescaled")(q),
        kl.Rescaling(1 / 255, name="bytes")(q),
    ]
    return keras.Model(x, outputs)


@model
def embeddings() -> keras.Model:
    x = keras.Input((5,), name="index")
    a = kl.Embedding(8, 3, name="embedding")(x)
    b = kl.Embedding(8, 1, name="single")(x)
    return keras.Model(x, [kl.Flatten(name="flat")(a), b])


@model
def activations_with_settings() -> keras.Model:
    x = keras.Input((3, 4), name="x")
    q = narrow(x)
    outputs = [
        kl.PReLU(name="prelu")(q),
        kl.PReLU(shared_axes=[1], name="prelu_shared")(q),
        kl.ELU(alpha=0.4, name="elu")(q),
        kl.ReLU(threshold=0.75, name="threshold")(q),
        kl.ReLU(max_value=2.0, negative_slope=0.3, threshold=0.5, name="all_settings")(q),
        kl.ReLU(max_value=1.5, negative_slope=0.25, name="slope_and_top")(q),
        kl.LeakyReLU(negative_slope=0.3, name="leaky")(q),
        kl.Softmax(axis=1, name="softmax_first")(q),
        kl.Softmax(axis=(1, 2), name="softmax_both")(q),
    ]
    return keras.Model(x, outputs)


@model
def convolutions_more() -> keras.Model:
    x, y = keras.Input((7, 4), name="x"), keras.Input((4, 5, 2), name="y")
    a, b = narrow(x, "qx"), narrow(y, "qy")
    outputs = [
        kl.Conv1DTranspose(3, 3, strides=2, name="up_valid")(a),
        kl.Conv1DTranspose(3, 4, strides=2, padding="same", activation="relu", name="up_same")(a),
        kl.Conv1DTranspose(2, 2, strides=3, name="gaps")(a),
        kl.Conv2DTranspose(2, (3, 2), strides=(2, 1), padding="same", name="image_same")(b),
        kl.Conv2DTranspose(3, 3, strides=2, use_bias=False, name="image_valid")(b),
        kl.Conv1D(4, 2, dilation_rate=2, groups=2, name="groups")(a),
        kl.Conv2D(4, 2, dilation_rate=2, groups=2, padding="same", name="image_groups")(b),
        kl.SeparableConv1D(3, 2, depth_multiplier=2, name="separable")(a),
        kl.SeparableConv2D(3, 2, depth_multiplier=2, strides=2, name="image_separable")(b),
        kl.DepthwiseConv2D(2, depth_multiplier=3, name="image_depthwise")(b),
    ]
    return keras.Model([x, y], outputs)


@model
def time_distributed() -> keras.Model:
    x, y = keras.Input((3, 4), name="x"), keras.Input((2, 5, 3), name="y")
    a, b = narrow(x, "qx"), narrow(y, "qy")
    outputs = [
        kl.TimeDistributed(kl.Dense(3, activation="relu"), name="dense")(a),
        kl.TimeDistributed(kl.Conv1D(2, 2), name="conv")(b),
        kl.TimeDistributed(kl.Flatten(), name="flat")(b),
        kl.TimeDistributed(kl.GlobalMaxPooling1D(), name="pool")(b),
    ]
    return keras.Model([x, y], outputs)


@model
def attention_float() -> keras.Model:
    x, y = keras.Input((4, 6), name="x"), keras.Input((5, 6), name="y")
    a, b = narrow(x, "qx"), narrow(y, "qy")
    outputs = [
        kl.MultiHeadAttention(2, 3, name="itself")(a, a),
        kl.MultiHeadAttention(2, 3, output_shape=5, use_bias=False, name="cross")(a, b, key=b),
        kl.MultiHeadAttention(1, 4, name="causal")(a, a, use_causal_mask=True),
        kl.Attention(name="plain")([a, b]),
        kl.Attention(use_scale=True, name="scaled")([a, b, b]),
    ]
    return keras.Model([x, y], outputs)


@model
def attention_hgq() -> keras.Model:
    x, y = keras.Input((4, 6), name="x"), keras.Input((5, 6), name="y")
    outputs = [
        hl.QMultiHeadAttention(2, 3, name="cross")(x, y),
        hl.QMultiHeadAttention(2, 3, fuse="qkv", name="fused")(x),
        hl.QMultiHeadAttention(1, 4, value_dim=2, fuse="kv", use_bias=False, name="keys_and_values")(x, y),
        hl.QMultiHeadAttention(2, 2, output_shape=3, name="causal")(x, x, use_causal_mask=True),
        hl.QLinformerAttention(2, 3, 3, name="linformer")(x, y, y),
    ]
    return keras.Model([x, y], outputs)


@model
def operations_exact() -> keras.Model:
    x, y = keras.Input((4, 6), name="x"), keras.Input((5, 6), name="y")
    a, b = narrow(x, "qx"), narrow(y, "qy")
    c = a * 2 + 1
    outputs = [
        c,
        2.5 - a,
        a - 0.5,
        a / 4,
        -a,
        a + np.arange(6, dtype="float32"),
        a * np.asarray([[1, 2, 3, 4, 5, 6]], dtype="float32"),
        ops.abs(a),
        ops.square(a),
        ops.maximum(c, 0.5),
        ops.minimum(a, c),
        ops.relu(a),
        ops.relu6(c),
        ops.leaky_relu(a, 0.25),
        ops.clip(a, -0.5, 1),
        ops.sum(a, axis=1),
        ops.sum(a, axis=(1, 2), keepdims=True),
        ops.mean(a, axis=1),
        ops.max(a, axis=-1, keepdims=True),
        ops.min(a, axis=2),
        ops.reshape(a, (-1, 3, 8)),
        ops.transpose(a, (0, 2, 1)),
        ops.concatenate([a, c], axis=-1),
        ops.concatenate([a, b], axis=1),
        ops.stack([a, c], axis=1),
        ops.squeeze(ops.expand_dims(a, 1), 1),
        ops.expand_dims(a, -1),
        a[:, 1:3, ::2],
        a[:, -1],
        a[..., 0:2],
        ops.pad(a, ((0, 0), (1, 2), (0, 0))),
        ops.matmul(a, ops.transpose(b, (0, 2, 1))),
        ops.einsum("bij,bkj->bik", a, b),
        a + a[:, :1],
    ]
    return keras.Model([x, y], outputs)


@model
def operations_rounded() -> keras.Model:
    x = keras.Input((4, 6), name="x")
    a = narrow(x)
    outputs = [
        a / 3,
        ops.mean(a, axis=2),
        ops.tanh(a),
        ops.sigmoid(a),
        ops.softmax(a, axis=1),
        ops.silu(a),
        ops.gelu(a, approximate=False),
    ]
    return keras.Model(x, outputs)


@model
def messages() -> keras.Model:
    """A graph of three nodes and eight edges, four that are there: node 3 is none."""
    x, edges = keras.Input((3, 2), name="x"), keras.Input((8, 2), name="edges")
    a, e = narrow(x), hl.Quantizer("kif", k0=False, i0=2, f0=0, overflow_mode="SAT", name="numbers")(edges)
    first, second = ops.one_hot(ops.cast(e[:, :, 0], "int32"), 3), ops.one_hot(ops.cast(e[..., 1], "int32"), 3)
    inside = ops.cast(ops.clip(e[:, :, :1], 0, 2), "int32")
    message = ops.einsum("ben,bnf->bef", first, a) - ops.matmul(second, a)
    outputs = [
        message,
        ops.einsum("bef,ben->bnf", message, first),
        ops.matmul(ops.transpose(second, (0, 2, 1)), message),
        ops.einsum("bef,ben->bfn", message, second),
        ops.take_along_axis(a, inside, axis=1),
        ops.take_along_axis(a, inside - 3, axis=1),  # counted from the end
        ops.take(a, [1, 0, 0], axis=-1),
        ops.one_hot(ops.cast(e, "int32"), 3),
        ops.einsum("ben,bem->bnm", first, second),
    ]
    return keras.Model([x, edges], outputs)


def indices(shape: Sequence[int]) -> np.ndarray:
    """Whole numbers that an Embedding has rows for."""
    return np.random.default_rng(3).integers(0, 8, (EVENTS, *shape)).astype("float32")


def graphs(shape: Sequence[int]) -> np.ndarray:
    """Numbers of three nodes for edges, 3 for one that is not there; values for anything else."""
    edges = np.random.default_rng(4).integers(0, 4, (EVENTS, *shape)).astype("float32")
    return edges if tuple(shape) == (8, 2) else data(shape)


def main(names: Sequence[str]) -> None:
    """Write the models of these names, or all."""
    for name, make in MODELS.items():
        if not names or name in names:
            write(name, make, indices if name == "embeddings" else graphs if name == "messages" else data)


if __name__ == "__main__":
    main(sys.argv[1:])
