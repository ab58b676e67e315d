"""QONNX's roundings of floating-point numbers, as numpy has them."""

from __future__ import annotations

import numpy as np

from fpgaml.frontends.onnx.program import Array


def rounded(values: Array, mode: str) -> Array:
    """Whole numbers, as QONNX's rounding of that name has it."""
    sign, size = np.sign(values), np.abs(values)
    match mode:
        case "CEIL":
            return np.ceil(values)
        case "FLOOR":
            return np.floor(values)
        case "DOWN" | "ROUND_TO_ZERO":
            return np.trunc(values)
        case "UP":
            return np.asarray(sign * np.ceil(size))
        case "HALF_UP":
            return np.asarray(sign * np.floor(size + values.dtype.type(0.5)))
        case "HALF_DOWN":
            return np.asarray(sign * np.ceil(size - values.dtype.type(0.5)))
    return np.asarray(np.rint(values))
