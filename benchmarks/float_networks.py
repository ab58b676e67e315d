"""Two float networks with data, trained in a minute each by the framework: `float_networks.py FOLDER [NAME ...]`.

`mlp.keras`, 16-100-100-100-100-100-5 on made-up jets of five kinds, and `resnet8.keras`, the ResNet-8 of MLPerf Tiny
(Banbury et al., arXiv:2106.07597; 32x32x3, ten classes) on made-up images; `NAME.npz` holds events `x` that were not
trained on, `NAME_labels.npy` their classes. Everything follows from the seed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

SEED = 2026


def jets(events: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sixteen correlated, skewed features of five overlapping kinds; shape (events, 16), and the kinds."""
    fixed = np.random.default_rng(SEED)
    centre, mix = fixed.normal(0, 0.35, (5, 16)), fixed.normal(0, 0.12, (5, 16, 16)) + np.eye(16)
    kind = rng.integers(0, 5, events)
    x = centre[kind] + np.einsum("ni,nij->nj", rng.normal(0, 1, (events, 16)), mix[kind])
    x[:, 8:] = np.sign(x[:, 8:]) * np.abs(x[:, 8:]) ** 1.5
    return x.astype(np.float32), kind


def images(events: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ten textures of two waves each, moved about in noise, within [0, 1]; shape (events, 32, 32, 3), and the kinds."""
    fixed = np.random.default_rng(SEED)
    wave, colour = fixed.uniform(-0.7, 0.7, (10, 2, 2)), fixed.normal(0, 1, (10, 2, 3))
    kind = rng.integers(0, 10, events)
    row, column = np.mgrid[0:32, 0:32]
    phase = rng.uniform(0, 2 * np.pi, (events, 2, 1, 1))
    angle = wave[kind, :, 0, None, None] * row + wave[kind, :, 1, None, None] * column + phase
    picture = np.einsum("nkrc,nkd->nrcd", np.sin(angle), colour[kind])
    picture += rng.normal(0, 6.0, picture.shape)
    return np.clip(0.5 + picture / 16, 0, 1).astype(np.float32), kind


def mlp() -> keras.Model:
    """A float multilayer perceptron."""
    x = inputs = keras.Input((16,), name="jet")
    for number in range(5):
        x = layers.Dense(100, activation="relu", name=f"dense_{number}")(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax", name="output")(x), name="mlp")


def resnet8() -> keras.Model:
    """Three stacks of one residual block each, with batch normalization."""

    def conv(x: object, filters: int, name: str, size: int = 3, stride: int = 1) -> object:
        x = layers.Conv2D(filters, size, stride, "same", name=name)(x)
        return layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)

    inputs = keras.Input((32, 32, 3), name="image")
    x = layers.Activation("relu", name="stem_relu")(conv(inputs, 16, "stem"))
    for stack, filters in enumerate((16, 32, 64)):
        stride = 1 if stack == 0 else 2
        y = layers.Activation("relu", name=f"relu_{stack}a")(conv(x, filters, f"conv_{stack}a", 3, stride))
        y = conv(y, filters, f"conv_{stack}b")
        if stack:
            x = layers.Conv2D(filters, 1, stride, "same", name=f"shortcut_{stack}")(x)
        x = layers.Activation("relu", name=f"relu_{stack}")(layers.Add(name=f"add_{stack}")([x, y]))
    x = layers.Flatten(name="flatten")(layers.AveragePooling2D(8, name="pool")(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax", name="output")(x), name="resnet8")


def train(folder: Path, model: keras.Model, make: object, trained: int, epochs: int) -> None:
    """Train, and save model and data."""
    rng = np.random.default_rng(SEED + 1)
    x, kind = make(trained, rng)  # type: ignore[operator]
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, kind, batch_size=128, epochs=epochs, verbose=2)
    held, truth = make(2000, rng)  # type: ignore[operator]
    sys.stdout.write(f"{model.name}: loss and accuracy {model.evaluate(held, truth, verbose=0)}\n")
    model.save(folder / f"{model.name}.keras")
    np.savez(folder / f"{model.name}.npz", x=held)
    np.save(folder / f"{model.name}_labels.npy", truth)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    keras.utils.set_random_seed(SEED)
    wanted = sys.argv[2:] or ("mlp", "resnet8")
    if "mlp" in wanted:
        train(folder, mlp(), jets, 20000, 6)
    if "resnet8" in wanted:
        train(folder, resnet8(), images, 4000, 4)
