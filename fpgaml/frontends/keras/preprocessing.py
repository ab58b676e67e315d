"""Layers of Keras, 2 and 3 alike, that prepare data: Normalization, Rescaling, Embedding."""

from __future__ import annotations

from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import scaled
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.building.embedding import embedded
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.statistics import axes_of

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
    """Embedding; an index is truncated towards zero, as Keras casts it."""
    x, config = layer.input, layer.config
    if config.get("mask_zero"):
        raise layer.unsupported(
            "an Embedding with mask_zero, which hides steps from later layers", "Use mask_zero=False"
        )
    rows, columns = int(config["input_dim"]), int(config["output_dim"])
    stored = layer.arrays(("embeddings",))["embeddings"]
    if stored.shape != (rows, columns):
        raise FpgamlError(layer.label, f"embeddings of shape {stored.shape}, not {(rows, columns)}")
    return embedded(layer, x, stored, "Keras")


PREPROCESSING: dict[str, Converter[KerasLayer, str]] = {
    "Rescaling": rescaling,
    "Normalization": normalization,
    "Embedding": embedding,
}
"""Converters by class name."""
