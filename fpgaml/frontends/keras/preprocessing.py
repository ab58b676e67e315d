"""Layers of Keras, 2 and 3 alike, that prepare data: Normalization, Rescaling, Embedding."""

from __future__ import annotations

from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import WEIGHT_BITS, scaled, tensor
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.building.tables import LOOKUP_BITS, points
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.statistics import axes_of
from fpgaml.graph.ops import Concatenate, Lookup, Quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

KERAS_EPSILON = 1e-7
"""Source: `keras.backend.epsilon()`."""


def rescaling(layer: KerasLayer) -> str:
    """Rescaling: x * scale + offset."""
    x = layer.input
    factor, offset = (_along_last(layer, x, layer.config.get(name, 0.0)) for name in ("scale", "offset"))
    return layer.rounded(scaled(layer, x, factor, offset, "", "Rescaling", trained=True))


def _along_last(layer: KerasLayer, x: str, value: Any) -> np.ndarray:
    """A number, or numbers along the last axes, with the rank of x."""
    numbers = np.asarray(value, dtype=np.float64)
    return numbers.reshape((1,) * (len(layer.shape(x)) - numbers.ndim) + numbers.shape)


def normalization(layer: KerasLayer) -> str:
    """Normalization: (x - mean) / max(sqrt(variance), epsilon); inverted: x * max(sqrt(variance), epsilon) + mean."""
    x, config = layer.input, layer.config
    shape, axis = layer.shape(x), config.get("axis", -1)
    kept = () if axis is None or axis == [] else axes_of(axis, len(shape), layer.label)
    wide = tuple(size if place in kept else 1 for place, size in enumerate(shape))
    if config.get("mean") is not None:
        mean, variance = (_statistic(config[name], wide, kept) for name in ("mean", "variance"))
    else:
        stored = layer.arrays(("mean", "variance", "count"))
        mean, variance = (stored[name].astype(np.float64).reshape(wide) for name in ("mean", "variance"))
    if (variance < 0).any():
        raise FpgamlError(layer.label, "a variance below zero", "Adapt the layer to the data again")
    size = np.maximum(np.sqrt(variance), KERAS_EPSILON)
    factor, offset = (size, mean) if config.get("invert") else (1 / size, -mean / size)
    return layer.rounded(scaled(layer, x, factor, offset, "", "Normalization", trained=True))


def _statistic(value: Any, wide: tuple[int, ...], kept: tuple[int, ...]) -> np.ndarray:
    numbers = np.asarray(value, dtype=np.float64)
    if numbers.size == 1:
        return np.full(wide, float(numbers.reshape(-1)[0]))
    return np.broadcast_to(numbers, tuple(wide[axis] for axis in kept)).reshape(wide)


def embedding(layer: KerasLayer) -> str:
    """Embedding: a row of weights for each index, as a table for each of its columns.

    An index is truncated towards zero, as Keras casts it; one outside of the rows gives zeros.
    """
    x, config = layer.input, layer.config
    if config.get("mask_zero"):
        raise layer.unsupported(
            "an Embedding with mask_zero, which hides steps from later layers", "Use mask_zero=False"
        )
    rows, columns = int(config["input_dim"]), int(config["output_dim"])
    stored = layer.arrays(("embeddings",))["embeddings"]
    if stored.shape != (rows, columns):
        raise FpgamlError(layer.label, f"embeddings of shape {stored.shape}, not {(rows, columns)}")
    kept = tensor(layer, stored, WEIGHT_BITS, "embeddings")
    kind = layer.uniform(x)
    whole = FixedType(0, min(max(int(kind.integer), 1), LOOKUP_BITS), 0)
    index = layer.add(Quantize(Quantizer(whole, Rounding.TRN_ZERO, Overflow.SAT_ZERO)), x, suffix="index")
    index = layer.reshaped(index, (*layer.shape(x), 1), "indices")
    reached = points(whole).astype(np.int64)
    inside = reached < rows
    if not inside.all() or int(kind.signed):
        layer.note(f"indices outside of 0 to {rows - 1} give zeros or row 0, where Keras fails")
    parts = []
    for column in range(columns):
        entries = np.where(inside, kept.integers[np.minimum(reached, rows - 1), column], 0)
        table = Lookup(whole, FixedArray(entries, kept.fractional))
        parts.append(layer.add(table, index, suffix=f"column_{column}" if columns > 1 else ""))
    return layer.add(Concatenate(-1), *parts) if columns > 1 else parts[0]


PREPROCESSING: dict[str, Converter[KerasLayer, str]] = {
    "Rescaling": rescaling,
    "Normalization": normalization,
    "Embedding": embedding,
}
"""Converters by class name."""
