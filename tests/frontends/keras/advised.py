"""Builds what the advice says with Keras: `python advised.py FOLDER`, in the Python that has Keras 3.

FOLDER holds `advice.json`, the code for each operation; it receives a model for each, its inputs, and what the
operation itself gives.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import ops

SHAPE = (16, 2)
# What each operation is called with, as the sizes in the advice have it.
CALLS: dict[str, Any] = {
    "concatenate": lambda a, b: ops.concatenate([a, b], axis=-1),
    "clip": lambda x: ops.clip(x, 0, 6),
    "leakyrelu": lambda x: ops.leaky_relu(x, 0.125),
    "mean": lambda x: ops.mean(x, axis=1),
    "max": lambda x: ops.max(x, axis=1),
    "reshape": lambda x: ops.reshape(x, (-1, 2, 16)),
    "expanddims": lambda x: ops.expand_dims(x, -1),
    "squeeze": lambda x: ops.squeeze(ops.reshape(x, (-1, 1, 32)), 1),
    "transpose": lambda x: ops.transpose(x, (0, 2, 1)),
    "getitem": lambda x: x[:, 1:-2],
    "pad": lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 0))),
    "hardsigmoid": ops.hard_sigmoid,
    "gelu": lambda x: ops.gelu(x, approximate=False),
}


def main(folder: Path) -> None:
    """Build, save and load each model."""
    rng = np.random.default_rng(5)
    for name, code in json.loads((folder / "advice.json").read_text()).items():
        binary = "[a, b]" in code
        shapes = {"a": SHAPE, "b": SHAPE[::-1] if name == "matmul" else SHAPE} if binary else {"x": SHAPE}
        tensors = {each: keras.Input(shape, name=each) for each, shape in shapes.items()}
        scope = {**vars(keras.layers), **tensors}
        *first, last = code.split("; ")
        for line in first:
            exec(line, scope)
        keras.Model(list(tensors.values()), eval(last, scope)).save(folder / f"{name}.keras")
        model = keras.models.load_model(folder / f"{name}.keras")
        arrays = [rng.integers(-64, 64, (20, *shape)).astype(np.float32) / 16 for shape in shapes.values()]
        call = CALLS.get(name) or getattr(ops, name)
        np.savez(
            folder / f"{name}.npz",
            **dict(zip(tensors, arrays, strict=True)),
            wanted=np.asarray(call(*map(ops.convert_to_tensor, arrays))),
            model=np.asarray(model(arrays)),
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
