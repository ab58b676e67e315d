"""Layers of Keras, 2 and 3 alike, that divide by statistics of the event itself.

Sources: Keras 3, `keras/src/layers/normalization/`; Keras 2, `keras/src/layers/normalization/`.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import scaled
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.building.inverse_root import inverse_root
from fpgaml.frontends.building.statistics import centred, root_mean_square, squared_sum
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.graph.ops import Multiply, Reduce, Reduction, Scale, Subtract
from fpgaml.graph.values import FixedArray


def axes_of(axes: Any, rank: int, where: str) -> tuple[int, ...]:
    """Axes that count the batch (or count from the end), as axes without it, in order."""
    listed = axes if isinstance(axes, list | tuple) else [axes]
    found = sorted({int(axis) + rank if int(axis) < 0 else int(axis) - 1 for axis in listed})
    if not found or found[0] < 0 or found[-1] >= rank:
        raise FpgamlError(where, f"axes {axes} of a tensor with {rank} axes and the batch", "Save the model again")
    return tuple(found)


def _affine(layer: KerasLayer, x: str, axes: tuple[int, ...], names: tuple[str | None, str | None]) -> str:
    """gamma * x + beta, the weights along axes."""
    shape = layer.shape(x)
    stored = layer.arrays([name for name in names if name])
    wide = tuple(size if axis in axes else 1 for axis, size in enumerate(shape))
    ones = np.ones((1,) * len(shape))
    factor, offset = (
        stored[name].astype(np.float64).reshape(wide) if name else ones * default
        for name, default in zip(names, (1.0, 0.0), strict=True)
    )
    if not stored:
        return layer.rounded(x)
    return layer.rounded(scaled(layer, x, factor, offset, "", layer.kind, trained=True))


def layer_normalization(layer: KerasLayer) -> str:
    """LayerNormalization; with `rms_scaling` x is divided by sqrt(variance + epsilon) and not centred."""
    x, config = layer.input, layer.config
    axes = axes_of(config.get("axis", -1), len(layer.shape(x)), layer.label)
    epsilon = float(config.get("epsilon", 1e-3))
    if config.get("rms_scaling"):
        shape = layer.shape(x)
        n = prod(shape[axis] for axis in axes)
        total = layer.add(Reduce(Reduction.SUM, axes), x, suffix="sum")
        ones = (1,) * len(shape)
        nothing = FixedArray(np.zeros(ones, dtype=np.int64), 0)
        times = layer.add(Scale(FixedArray(np.full(ones, n), 0), nothing), x, suffix="times_n")
        deviation = layer.add(Subtract(), times, total, suffix="deviation")
        root = inverse_root(layer, squared_sum(layer, deviation, axes), 1.0 / n**3, epsilon)
        return _affine(layer, layer.add(Multiply(), x, root, suffix="normalised"), axes, ("gamma", None))
    names = ("gamma" if config.get("scale", True) else None, "beta" if config.get("center", True) else None)
    return _affine(layer, centred(layer, x, axes, epsilon), axes, names)


def rms_normalization(layer: KerasLayer) -> str:
    """RMSNormalization: x / sqrt(mean(x**2) + epsilon) * scale."""
    x = layer.input
    axes = axes_of(layer.config.get("axis", -1), len(layer.shape(x)), layer.label)
    epsilon = float(layer.config.get("epsilon", 1e-6))
    return _affine(layer, root_mean_square(layer, x, axes, epsilon), axes, ("scale", None))


def group_normalization(layer: KerasLayer) -> str:
    """GroupNormalization: each group of channels of an event by its own statistics."""
    x, config = layer.input, layer.config
    shape = layer.shape(x)
    if axes_of(config.get("axis", -1), len(shape), layer.label) != (len(shape) - 1,):
        raise layer.unsupported("a GroupNormalization of another axis than the last", "Permute before it")
    channels, groups = shape[-1], int(config.get("groups", 32))
    groups = channels if groups == -1 else groups
    if groups < 1 or channels % groups:
        raise FpgamlError(layer.label, f"{channels} channels in {groups} groups", "Save the model again")
    grouped = layer.reshaped(x, (*shape[:-1], groups, channels // groups), "grouped")
    axes = (*range(len(shape) - 1), len(shape))
    node = centred(layer, grouped, axes, float(config.get("epsilon", 1e-3)))
    names = ("gamma" if config.get("scale", True) else None, "beta" if config.get("center", True) else None)
    return _affine(layer, layer.reshaped(node, shape, "flat"), (len(shape) - 1,), names)


def unit_normalization(layer: KerasLayer) -> str:
    """UnitNormalization: x / sqrt(sum(x**2)); Keras's floor of 1e-12 lies below any step squared."""
    x = layer.input
    axes = axes_of(layer.config.get("axis", -1), len(layer.shape(x)), layer.label)
    root = inverse_root(layer, squared_sum(layer, x, axes), 1.0, 0.0)
    return layer.rounded(layer.add(Multiply(), x, root))


STATISTICS: dict[str, Converter[KerasLayer, str]] = {
    "LayerNormalization": layer_normalization,
    "RMSNormalization": rms_normalization,
    "GroupNormalization": group_normalization,
    "UnitNormalization": unit_normalization,
}
"""Converters by class name."""
