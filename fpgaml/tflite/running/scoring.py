"""Real numbers through an integer flatbuffer and back: what physics studies need of it."""

from __future__ import annotations

from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml import litert
from fpgaml.errors import FpgamlError
from fpgaml.tflite.running.ports import TflitePort, integer_port

CHUNK_VALUES = 1 << 22
"""At most so many input values at a time: 32 MiB as float64."""


def scores(
    path: str | Path,
    x: ArrayLike,
    kernels: litert.Kernels = litert.Kernels.REFERENCE,
    threads: int = 1,
    output: int | None = None,
) -> NDArray[np.float64]:
    """The real outputs of a `.tflite` for real inputs, quantised and dequantised by the file's own scales.

    An integer input is x / scale, rounded to nearest (ties away from zero), plus the zero point, saturated; an
    integer output is scale * (code - zero point). Float inputs and outputs are taken as they are, so that a float32
    model is compared by the same call. Events are run in chunks, whatever their number.

    Args:
        path: a model of one input.
        x: real numbers in the units that the model was trained in, shape (events, *shape); the shape behind the
            first axis may differ where it holds as many values.
        kernels: whose arithmetic; threads: of one invocation.
        output: which output, where there are several, in the file's order.

    Returns:
        Shape (events, *output shape).

    Raises:
        FpgamlError: the file cannot be run, has several inputs or outputs, or x has another shape, NaN or infinity.
        ToolError: LiteRT is not installed.
    """
    path = Path(path)
    ports = litert.describe(path)
    if len(ports.inputs) != 1:
        raise FpgamlError(str(path), f"has {len(ports.inputs)} inputs, and scores takes one", "Use fpgaml.litert")
    if output is None and len(ports.outputs) != 1:
        names = ", ".join(port.name for port in ports.outputs)
        raise FpgamlError(str(path), f"has {len(ports.outputs)} outputs", f"Say which: output=0, 1, ... of {names}")
    if output is not None and not 0 <= output < len(ports.outputs):
        raise FpgamlError(str(path), f"has no output {output}", f"Choose 0 to {len(ports.outputs) - 1}")
    given, wanted = ports.inputs[0], ports.outputs[output or 0]
    array = np.asarray(x)
    if array.ndim < 1 or prod(array.shape[1:]) != prod(given.shape):
        shape = ("events", *given.shape)
        raise FpgamlError(str(path), f"data of shape {array.shape}, the model takes {shape}")
    step = max(1, CHUNK_VALUES // max(prod(given.shape), 1))
    parts = []
    for start in range(0, max(len(array), 1), step):
        reals = array[start : start + step].astype(np.float64).reshape(-1, *given.shape)
        if not np.isfinite(reals).all():
            event = start + int(np.argwhere(~np.isfinite(reals))[0][0])
            raise FpgamlError(str(path), f"NaN or infinity in the data, first in event {event}")
        codes = reals.astype(given.dtype) if given.dtype.kind == "f" else _port(given, path).quantise(reals)
        found = litert.run(path, {given.name: codes}, kernels, threads)[wanted.name]
        parts.append(found.astype(np.float64) if wanted.dtype.kind == "f" else _port(wanted, path).dequantise(found))
    return np.concatenate(parts)


def _port(port: litert.Port, path: Path) -> TflitePort:
    return integer_port(port, port.name, port.shape, path)
