"""Makes integer `.tflite` files with TensorFlow's converter: named ones for the tests, random ones for soaks.

    python -m tests.frontends.tflite.make_models                    # the files of tests/fixtures/tflite
    python -m tests.frontends.tflite.make_models FOLDER FIRST COUNT # random graphs of COUNT seeds

`compare.py` records LiteRT's answers, and compares with them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from tests.frontends.tflite.random_graphs import random_function

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "tflite"
RANDOM = (1, 2, 6, 9, 10, 14, 19, 20, 25, 27, 28, 40, 239)
"""Seeds of the random graphs among the test data."""
MODELS: dict[str, tuple[Callable[[], Any], str]] = {}
Converter = Callable[[Any], None]


def model(*modes: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a Keras model under the function's name, to be converted in these modes."""

    def register(make: Callable[[], Any]) -> Callable[[], Any]:
        for mode in modes:
            MODELS[f"{make.__name__}_{mode}"] = (make, mode)
        return make

    return register


def network(shape: Sequence[int], build: Callable[[Any, Any], Any], name: str = "x") -> Any:
    """A Keras model of one input."""
    import keras

    keras.utils.set_random_seed(7)
    x = keras.Input(tuple(shape), name=name)
    return keras.Model(x, build(keras.layers, x))


@model("int8", "int16", "float_ports")
def waveform() -> Any:
    """A trigger on a waveform: Conv1D, pooling, leaky ReLU, Flatten, Dense without bias, softmax."""

    def build(k: Any, x: Any) -> Any:
        x = k.Conv1D(4, 5, padding="same", activation="relu", bias_initializer="random_normal")(x)
        x = k.MaxPooling1D(2)(x)
        x = k.LeakyReLU(negative_slope=0.2)(k.Conv1D(3, 3, strides=2)(x))
        x = k.Dense(6, activation="relu6", use_bias=False)(k.Flatten()(x))
        return k.Dense(3, activation="softmax")(x)

    return network((20, 2), build, "wave")


@model("int8", "int16")
def residual() -> Any:
    """An image: residual sum, depthwise convolution, average pools with padding, sigmoid."""

    def build(k: Any, x: Any) -> Any:
        x = k.Conv2D(4, 3, padding="same", activation="relu")(x)
        y = k.DepthwiseConv2D(3, padding="same", depth_multiplier=1)(x)
        x = k.ReLU()(k.Add()([x, y]))
        x = k.AveragePooling2D(3, 2, padding="same")(x)
        x = k.GlobalAveragePooling2D()(k.Conv2D(5, 2, dilation_rate=2)(x))
        return k.Dense(1, activation="sigmoid")(x)

    return network((8, 7, 2), build)


@model("int8", "int16")
def branches() -> Any:
    """Two branches of different scales joined, with tanh, product, difference, padding and transpose."""

    def build(k: Any, x: Any) -> Any:
        a = k.Dense(6, activation="tanh")(x)
        b = k.Dense(6, kernel_initializer="ones")(x)
        x = k.Concatenate()([a, b, k.Subtract()([a, b])])
        x = k.ZeroPadding1D((1, 2))(x)
        x = k.Permute((2, 1))(x)
        x = k.Multiply()([x, k.Activation("sigmoid")(x)])
        return k.Dense(2)(k.GlobalMaxPooling1D()(k.Conv1D(3, 1)(x)))

    return network((4, 5), build)


@model("int8", "int16")
def extremes() -> Any:
    """The larger and the smaller of two branches, and a ceiling that no kernel has built in."""

    def build(k: Any, x: Any) -> Any:
        a = k.ReLU(2.5, name="ceiling")(k.Dense(6)(x))
        b = k.Dense(6)(x)
        return k.Dense(3)(k.Concatenate()([k.Maximum()([a, b]), k.Minimum()([a, k.Dense(6)(x)])]))

    return network((4, 5), build)


@model("int8")
def visual_words() -> Any:
    """A small MobileNet as those for visual wake words, with channels of tiny weights as training leaves them."""

    import keras

    def build(k: Any, x: Any) -> Any:
        def block(x: Any, layer: Any) -> Any:
            small = keras.initializers.RandomUniform(-0.02, 0.02)
            x = k.BatchNormalization(gamma_initializer=uneven, beta_initializer=small)(layer(x))
            return k.ReLU()(x)

        x = block(x, k.Conv2D(4, 3, strides=2, padding="same", use_bias=False))
        x = block(x, k.DepthwiseConv2D(3, padding="same", use_bias=False))
        x = block(x, k.Conv2D(8, 1, use_bias=False))
        x = block(x, k.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False))
        x = block(x, k.Conv2D(8, 1, use_bias=False))
        x = k.Flatten()(k.AveragePooling2D(3)(x))
        return k.Dense(2, activation="softmax", kernel_initializer=keras.initializers.RandomNormal(0, 3))(x)

    def uneven(shape: Any, dtype: Any = None) -> Any:
        gains = np.ones(shape, np.float32)
        gains[::4] = 2.0**-34
        return tf.constant(gains, dtype or tf.float32)

    return network((12, 12, 3), build)


@model("per_tensor")
def dense() -> Any:
    """Dense layers with one scale for all weights."""

    def build(k: Any, x: Any) -> Any:
        return k.Dense(3)(k.Dense(7, activation="relu")(x))

    return network((6,), build)


@model("float", "dynamic_range", "float16")
def plain() -> Any:
    """What is refused: a network in floating point."""
    return network((32,), lambda k, x: k.Dense(2)(k.Dense(40, activation="relu")(x)))


@model("int8")
def unsupported() -> Any:
    """What is refused, by name: exp and a reversal."""

    def build(k: Any, x: Any) -> Any:
        return k.Dense(2)(k.Activation("elu")(k.UpSampling1D(2)(x)))

    return network((4, 2), build)


def representative(shapes: Sequence[Sequence[int]], seed: int) -> Callable[[], Iterator[list[Any]]]:
    """Forty events of one offset and spread, drawn from a seed."""

    def events() -> Iterator[list[Any]]:
        rng = np.random.default_rng(seed)
        offset, spread = rng.normal() * 0.7, np.exp(rng.normal())
        for _ in range(40):
            yield [((rng.normal(size=shape) + offset) * spread).astype(np.float32) for shape in shapes]

    return events


def converted(converter: Any, mode: str, shapes: Sequence[Sequence[int]], seed: int = 1) -> bytes:
    """The flatbuffer of a converter in a mode."""
    if mode == "float":
        return bytes(converter.convert())
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if mode == "dynamic_range":
        return bytes(converter.convert())
    if mode == "float16":
        converter.target_spec.supported_types = [tf.float16]
        return bytes(converter.convert())
    converter.representative_dataset = representative(shapes, seed)
    sets = tf.lite.OpsSet
    wide = sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    converter.target_spec.supported_ops = [wide if mode == "int16" else sets.TFLITE_BUILTINS_INT8]
    if mode != "float_ports":
        kind = tf.int16 if mode == "int16" else tf.int8
        converter.inference_input_type = converter.inference_output_type = kind
    converter._experimental_disable_per_channel = mode == "per_tensor"
    return bytes(converter.convert())


def random_file(seed: int, mode: str) -> bytes:
    """A random graph; some with float ports, without scales per channel, with 32-bit biases."""
    function, shapes = random_function(seed)
    specs = [tf.TensorSpec([1, *shape], tf.float32) for shape in shapes]
    concrete = tf.function(function, input_signature=specs).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    if seed % 7 == 0 and mode == "int16":
        converter._experimental_full_integer_quantization_bias_type = tf.int32
    if seed % 3 == 0 and mode == "int8":
        mode = "float_ports"
    if seed % 5 == 0 and mode == "int8":
        mode = "per_tensor"
    return converted(converter, mode, [[1, *shape] for shape in shapes], seed)


def make_random(folder: Path, seeds: Sequence[int]) -> None:
    """Write random graphs; seeds that the converter itself refuses are passed over."""
    for seed in seeds:
        for mode in ("int8", "int16"):
            try:
                content = random_file(seed, mode)
            except (RuntimeError, ValueError, tf.errors.OpError) as error:
                print(f"seed {seed} {mode}: the converter refuses it: {str(error)[:100]}")  # noqa: T201
                continue
            (folder / f"random_{seed}_{mode}.tflite").write_bytes(content)


def main() -> None:
    """Write the files."""
    if len(sys.argv) > 1:
        folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
        make_random(folder, range(first, first + count))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (make, mode) in MODELS.items():
        network = make()
        shapes = [[1, *tensor.shape[1:]] for tensor in network.inputs]
        converter = tf.lite.TFLiteConverter.from_keras_model(network)
        (FOLDER / f"{name}.tflite").write_bytes(converted(converter, mode, shapes))
    make_random(FOLDER, RANDOM)


if __name__ == "__main__":
    main()
