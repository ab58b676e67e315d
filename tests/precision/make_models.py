"""Makes the float test models and their recorded answers: `python make_models.py FOLDER`, with Keras 3 or Keras 2.

Every `NAME.keras` or `NAME.h5` has a `NAME.npz` beside it: inputs by their names, and what the framework answers, `y`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

layers: Any = keras.layers
NEW = keras.__version__ >= "3"
EVENTS = 64


def chain(shape: tuple[int, ...], *stack: Any) -> Any:
    """A network of layers one behind the other."""
    x = inputs = keras.Input(shape, name="x")
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


def dense(units: int, activation: str | None = None, name: str | None = None) -> Any:
    """A dense layer with a bias that is not zero."""
    return layers.Dense(units, activation, bias_initializer="random_normal", name=name)


def mlp(depth: int, activation: str) -> Any:
    return chain((8,), *(dense(12, activation, f"dense_{i}") for i in range(depth)), dense(3, None, "output"))


def residual() -> Any:
    x = inputs = keras.Input((8, 8, 2), name="x")
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="stem")(x)
    y = layers.BatchNormalization(name="norm")(layers.Conv2D(4, 3, padding="same", name="conv_a")(x))
    y = layers.Conv2D(4, 3, padding="same", name="conv_b")(layers.ReLU(name="relu_a")(y))
    x = layers.Activation("relu", name="relu_b")(layers.Add(name="add")([x, y]))
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="output")(x))


def merges() -> Any:
    x = inputs = keras.Input((6,), name="x")
    a, b = dense(6, "tanh", "a")(x), dense(6, "sigmoid", "b")(x)
    product = layers.Multiply(name="product")([a, b])
    both = layers.Concatenate(name="both")([product, layers.Subtract(name="less")([a, b])])
    mean = layers.Average(name="mean")([product, a, b])
    x = layers.Concatenate(name="all")([both, mean, layers.Maximum(name="largest")([a, b])])
    return keras.Model(inputs, dense(2, None, "output")(x))


def shared() -> Any:
    x = inputs = keras.Input((8,), name="x")
    layer = dense(8, "relu", "twice")
    return keras.Model(inputs, dense(2, None, "output")(layer(layer(x))))


def two_inputs() -> Any:
    first, second = keras.Input((4, 3), name="first"), keras.Input((5,), name="second")
    a = layers.Flatten(name="flat")(layers.Conv1D(4, 2, activation="relu", name="conv")(first))
    x = layers.Concatenate(name="joined")([a, dense(4, "relu", "side")(second)])
    return keras.Model([first, second], dense(2, None, "output")(x))


def models() -> dict[str, Any]:
    """Tiny networks, by name."""
    common = {
        "mlp_deep": lambda: mlp(10, "relu"),
        "mlp_tanh": lambda: mlp(2, "tanh"),
        "mlp_sigmoid": lambda: mlp(2, "sigmoid"),
        "mlp_softmax": lambda: chain((8,), dense(16, "relu"), dense(5, "softmax")),
        "norm": lambda: chain((8,), dense(8), layers.BatchNormalization(), layers.LeakyReLU(0.25), dense(3)),
        "conv2d": lambda: chain(
            (8, 8, 1),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(4, 2, activation="relu"),
            layers.Flatten(),
            dense(3),
        ),
        "conv1d": lambda: chain(
            (16, 2),
            layers.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"),
            layers.AveragePooling1D(3),
            layers.Flatten(),
            dense(3),
        ),
        "separable": lambda: chain(
            (6, 6, 3),
            layers.SeparableConv2D(4, 3, activation="relu"),
            layers.DepthwiseConv2D(2, activation="relu"),
            layers.GlobalMaxPooling2D(),
            dense(2),
        ),
        "residual": residual,
        "merges": merges,
        "shared": shared,
    }
    if not NEW:
        return common
    return {
        **common,
        "mlp_gelu": lambda: mlp(2, "gelu"),
        "mlp_softplus": lambda: mlp(2, "softplus"),
        "einsum": lambda: chain(
            (5, 4),
            layers.EinsumDense("abc,cd->abd", (5, 6), bias_axes="d", activation="relu"),
            layers.Flatten(),
            dense(2),
        ),
        "two_inputs": two_inputs,
    }


def make(folder: Path) -> None:
    """Write models and answers."""
    for number, (name, build) in enumerate(models().items()):
        keras.utils.set_random_seed(number)
        model, rng = build(), np.random.default_rng(number)
        for layer in model.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
        data = {i.name.split(":")[0]: rng.normal(0, 1, (EVENTS, *i.shape[1:])) for i in model.inputs}
        data = {key: (np.round(value * 256) / 256).astype(np.float32) for key, value in data.items()}
        answers = model.predict(list(data.values()), verbose=0)
        model.save(folder / f"{name}{'.keras' if NEW else '.h5'}")
        np.savez_compressed(folder / f"{name}.npz", **data, y=answers)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    make(target)
