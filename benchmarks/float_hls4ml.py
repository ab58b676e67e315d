"""hls4ml's own conversion of a Keras file, run by the framework's Python.

`float_hls4ml.py MODEL EVENTS.npz COUNT PRECISION IO GRANULARITY ANSWERS.npz`: its C-simulation's answers, and Keras's.
GRANULARITY is one of hls4ml's, or `tuned`: by name, with every result in PRECISION and accumulators that hls4ml infers.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import hls4ml
import keras
import numpy as np


def main(path: str, events: str, count: str, precision: str, io: str, granularity: str, answers: str) -> None:
    """Convert, compile, predict, save."""
    model = keras.models.load_model(path)
    with np.load(events) as arrays:
        x = np.ascontiguousarray(arrays["x"][: int(count)])
    by = "name" if granularity == "tuned" else granularity
    config = hls4ml.utils.config_from_keras_model(model, by, backend="Vitis", default_precision=precision)
    if granularity == "tuned":
        for layer in config["LayerName"].values():
            layer["Precision"]["result"] = precision
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        converted = hls4ml.converters.convert_from_keras_model(
            model, hls_config=config, output_dir=str(Path(folder) / "project"), backend="Vitis", io_type=io
        )
        converted.compile()
        found = converted.predict(x)
    seconds = time.monotonic() - begin
    wanted = model.predict(x, verbose=0)
    np.savez(answers, hls4ml=np.asarray(found).reshape(wanted.shape), keras=wanted, seconds=seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
