"""Makes and trains a keyword spotter in int8: a depthwise-separable CNN of the size of MLPerf Tiny's (DS-CNN).

    python -m tests.frontends.tflite.make_keywords           # writes keywords_int8.tflite and .json
    python -m tests.frontends.tflite.make_keywords FILE.npy  # writes spectrograms of 200 sounds, without TensorFlow

The keywords are made up: sounds of a second at 8 kHz, each two syllables whose pitch moves along a line of its own, in
noise. Ten words, silence, and words that are none of the ten: the twelve classes of MLPerf Tiny.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "tflite"
SEED = 20
RATE, SAMPLES = 8000, 8000
FRAMES, BANDS = 49, 10
FRAME, STEP = 240, 160
"""Samples of a spectrum (30 ms), and from one to the next (20 ms)."""
SILENCE, UNKNOWN = 10, 11
CLASSES = 12
FILTERS, BLOCKS = 64, 4
TRAINED, TESTED = 6000, 1200

WORDS = (
    ((400, 1400), (1400, 400)),
    ((1400, 400), (400, 1400)),
    ((400, 1400), (400, 1400)),
    ((1400, 400), (1400, 400)),
    ((600, 600), (2400, 2400)),
    ((2400, 2400), (600, 600)),
    ((1000, 3000), (3000, 3000)),
    ((3000, 1000), (1000, 1000)),
    ((500, 3200), (3200, 500)),
    ((3200, 500), (500, 3200)),
)
"""Each word's two syllables: the pitch at the beginning and at the end, in Hz."""

Floats = NDArray[np.float64]


def sound(rng: np.random.Generator, kind: int) -> Floats:
    """A second of sound, of shape (SAMPLES,)."""
    wave = rng.normal(size=SAMPLES) * 10 ** rng.uniform(-2.5, -1.3)
    if kind == SILENCE:
        return wave
    pitches = rng.uniform(300, 3400, (2, 2)) if kind == UNKNOWN else np.array(WORDS[kind]) * rng.normal(1, 0.06)
    start, loud = rng.uniform(0.05, 0.3), 10 ** rng.uniform(-0.7, 0)
    for first, last in pitches:
        length = rng.uniform(0.18, 0.3)
        at = slice(int(start * RATE), int((start + length) * RATE))
        time = np.arange(at.stop - at.start) / RATE
        phase = 2 * np.pi * (first * time + (last - first) * time**2 / (2 * length))
        wave[at] += loud * np.sin(np.pi * time / length) * (np.sin(phase) + 0.3 * np.sin(2 * phase))
        start += length + rng.uniform(0, 0.06)
    return wave


def spectrogram(wave: Floats) -> Floats:
    """The logarithm of the energy in BANDS bands, wider at higher pitch, of shape (FRAMES, BANDS, 1)."""
    frames = np.lib.stride_tricks.sliding_window_view(wave, FRAME)[::STEP][:FRAMES]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) ** 2
    mel = np.linspace(np.log1p(200 / 700), np.log1p(4000 / 700), BANDS + 1)
    edges = np.round(np.expm1(mel) * 700 * FRAME / RATE).astype(int)
    bands = [power[:, a : max(b, a + 1)].sum(axis=1) for a, b in pairwise(edges)]
    return np.log10(np.stack(bands, axis=1) + 1e-3)[:, :, None]


def sounds(count: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Spectrograms of shape (count, FRAMES, BANDS, 1), and their classes, of shape (count,)."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, CLASSES, count)
    return np.stack([spectrogram(sound(rng, int(kind))) for kind in kinds]).astype(np.float32), kinds


def network() -> Any:
    """The CNN; its outputs are logits, since the largest is the answer."""
    import keras

    k = keras.layers

    def normal(x: Any) -> Any:
        return k.ReLU()(k.BatchNormalization()(x))

    inputs = keras.Input((FRAMES, BANDS, 1), name="spectrogram")
    x = normal(k.Conv2D(FILTERS, (10, 4), 2, padding="same", use_bias=False)(inputs))
    for _ in range(BLOCKS):
        x = normal(k.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
        x = normal(k.Conv2D(FILTERS, 1, use_bias=False)(x))
    x = k.Flatten()(k.AveragePooling2D(x.shape[1:3])(x))
    return keras.Model(inputs, k.Dense(CLASSES)(x))


def trained() -> tuple[Any, NDArray[np.float32]]:
    """The network after training, and the spectrograms that it saw."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    x, kinds = sounds(TRAINED, SEED)
    model = network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = keras.optimizers.schedules.CosineDecay(4e-3, 8 * TRAINED // 64)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    model.fit(x, kinds, batch_size=64, epochs=8, verbose=2)
    return model, x


def converted(model: Any, calibration: NDArray[np.float32]) -> bytes:
    """The network in int8, ports too, with a scale for each channel of the weights."""
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([event[None]] for event in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return bytes(converter.convert())


def accuracy(flatbuffer: bytes, x: NDArray[np.float32], kinds: NDArray[np.int64]) -> float:
    """The part of the sounds whose class LiteRT's reference kernels find."""
    import tensorflow as tf

    kernels = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(model_content=flatbuffer, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    (given,), (found,) = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero = given["quantization"]
    right = 0
    for event, kind in zip(x, kinds, strict=True):
        codes = np.clip(np.rint(event / scale) + zero, -128, 127).astype(np.int8)
        interpreter.set_tensor(given["index"], codes[None])
        interpreter.invoke()
        right += int(interpreter.get_tensor(found["index"])[0].argmax() == kind)
    return right / len(x)


def main() -> None:
    """Write the network and what it was made with."""
    if len(sys.argv) > 1:
        np.save(sys.argv[1], sounds(200, SEED + 2)[0])
        return
    import keras
    import tensorflow as tf

    model, seen = trained()
    content = converted(model, seen[:400])
    x, kinds = sounds(TESTED, SEED + 1)
    facts = {
        "seed": SEED,
        "sounds": {"trained": TRAINED, "tested": TESTED},
        "parameters": model.count_params(),
        "accuracy": {
            "float32": round(float(model.evaluate(x, kinds, verbose=0)[1]), 4),
            "int8": round(accuracy(content, x, kinds), 4),
        },
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__},
    }
    (FOLDER / "keywords_int8.tflite").write_bytes(content)
    (FOLDER / "keywords_int8.json").write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
