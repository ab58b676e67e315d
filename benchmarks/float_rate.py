"""Events per second of float networks in a framework: `float_rate.py BACKEND THREADS NETWORK ...`.

It is run by the framework's Python; BACKEND is `tensorflow` or `jax`. The networks are those of `benchmarks.emulator`
without their quantizers: the same layers, in float32, compiled by the framework as it does best, with the batch that
suits it best. Prints JSON: by network the rate and the batch.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

BACKEND, THREADS = sys.argv[1], int(sys.argv[2])
os.environ |= {"KERAS_BACKEND": BACKEND, "TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu"}
os.environ |= {"OMP_NUM_THREADS": str(THREADS), "TF_NUM_INTRAOP_THREADS": str(THREADS)}

import keras  # noqa: E402 - the backend must be known before
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

BATCHES = (64, 1024, 8192)
SECONDS = 0.2
"""That a measurement takes at least."""
LARGEST = 1 << 26
"""Values of a batch at its input, at most."""

NETWORKS: dict[str, tuple[tuple[int, ...], Callable[[], list[layers.Layer]]]] = {
    "jets": (
        (16,),
        lambda: [layers.Dense(n, "relu") for n in (64, 32, 32)] + [layers.Dense(5, "softmax")],
    ),
    "calo_student": ((252,), lambda: [layers.Dense(16, "relu"), layers.Dense(1, "relu")]),
    "lar_timing": (
        (12, 3),
        lambda: [
            layers.Conv1D(8, 4, 2, activation="relu"),
            layers.Flatten(),
            layers.Dense(10, "relu"),
            layers.Dense(2),
        ],
    ),
    "arianna": (
        (256, 4, 1),
        lambda: [
            layers.Conv2D(7, (5, 1), (3, 1), activation="relu"),
            layers.MaxPooling2D((2, 1)),
            layers.Flatten(),
            layers.Dense(1),
        ],
    ),
    "grand_trigger": (
        (1024, 3),
        lambda: [
            layers.Conv1D(16, 8, 2, activation="relu"),
            layers.Conv1D(8, 6, 4, activation="relu"),
            layers.Conv1D(8, 5, 2, activation="relu"),
            layers.MaxPooling1D(4),
            layers.Flatten(),
            layers.Dense(8, "relu"),
            layers.Dense(1),
        ],
    ),
}


def compiled(model: keras.Model) -> list[Callable[[np.ndarray], object]]:
    """The ways in which this backend runs a model; each waits for its result."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        functions = [tf.function(model, jit_compile=jit, reduce_retracing=False) for jit in (False, True)]
        return [partial(_by_tensorflow, function) for function in functions]
    import jax  # type: ignore[import-not-found]

    variables = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
    function = jax.jit(lambda x: model.stateless_call(*variables, x)[0])
    return [lambda x: np.asarray(function(x))]


def _by_tensorflow(function: Any, x: np.ndarray) -> object:
    import tensorflow as tf

    return function(tf.constant(x)).numpy()


def rate(run: Callable[[np.ndarray], object], x: np.ndarray) -> float:
    """Events per second: the best of three."""
    run(x)
    times: list[float] = []
    repeats = 1
    while len(times) < 3:
        start = time.perf_counter()
        for _ in range(repeats):
            run(x)
        seconds = time.perf_counter() - start
        if seconds < SECONDS and not times:
            repeats = max(repeats + 1, int(repeats * SECONDS * 1.2 / max(seconds, 1e-9)))
            continue
        times.append(seconds / repeats)
    return len(x) / min(times)


def main() -> None:
    """Measure each network."""
    found = {}
    for name in sys.argv[3:]:
        shape, make = NETWORKS[name]
        inputs = keras.Input(shape)
        outputs = inputs
        for layer in make():
            outputs = layer(outputs)
        model = keras.Model(inputs, outputs)
        best = (0.0, 0)
        for run in compiled(model):
            for batch in BATCHES:
                if batch * int(np.prod(shape)) <= LARGEST:
                    x = np.random.default_rng(1).normal(size=(batch, *shape)).astype(np.float32)
                    best = max(best, (rate(run, x), batch))
        found[name] = {"rate": best[0], "batch": best[1], "weights": model.count_params()}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
