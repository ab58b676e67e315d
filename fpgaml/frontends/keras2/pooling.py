"""Pooling layers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.constants import SCALE_BITS, same, scaled, significant
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.layer import KerasLayer, whole
from fpgaml.frontends.keras.linear import padding
from fpgaml.frontends.keras2 import activations
from fpgaml.frontends.keras2.forward import quantize_constant
from fpgaml.frontends.keras2.functions import in_qkeras, setting
from fpgaml.graph.ops import AveragePool, MaxPool, Reduce, Reduction, Reshape
from fpgaml.graph.ops.windows import windows


def pool(rank: int, average: bool) -> Converter[KerasLayer, str]:
    """MaxPooling, AveragePooling, QAveragePooling2D over `rank` spatial axes."""

    def convert(layer: KerasLayer) -> str:
        x = layer.input
        shape, size = layer.shape(x), whole(layer.config["pool_size"], rank)
        strides = whole(layer.config.get("strides") or size, rank)
        pads = padding(layer, shape, size, strides, (1,) * rank)
        if not average:
            return layer.add(MaxPool(size, strides, pads), x)
        # TensorFlow divides by the number of positions that are not padding.
        inside = windows(np.ones((1, *shape[:-1], 1), dtype=np.int64), size, strides, (1,) * rank, pads)
        counts = inside.sum(axis=tuple(range(-rank, 0)))[0]
        if (counts == counts.flat[0]).all():
            counts = counts.reshape(-1)[:1].reshape((1,) * (rank + 1))
        factor = _reciprocal(layer, counts, int(np.prod(size)))
        kept = significant(factor, SCALE_BITS)
        if not same(kept, factor):
            layer.note(f"the mean's factor 1/{int(np.prod(size))} rounded to {SCALE_BITS} significant bits")
        x = _rounded(layer, layer.add(AveragePool(size, strides, pads, kept), x))
        return activations.apply(layer, x, setting(layer, "activation"))

    return convert


def _reciprocal(layer: KerasLayer, counts: NDArray[Any], area: int) -> NDArray[np.float64]:
    """1 / counts; or area / counts times the quantised 1 / area, where there is an average_quantizer.

    Source: qkeras/qpooling.py, `call`.
    """
    function = setting(layer, "average_quantizer")
    if function is None:
        return np.asarray(1.0 / counts)
    quantised = quantize_constant(function, np.asarray(1.0 / area, dtype=np.float32))
    return np.asarray(area / counts * float(quantised.values))


def _rounded(layer: KerasLayer, mean: str) -> str:
    """A plain layer's mean as a precision says; QKeras' layers say it themselves."""
    return mean if in_qkeras(layer.kind) else layer.rounded(mean)


def global_pool(average: bool) -> Converter[KerasLayer, str]:
    """GlobalMaxPooling, GlobalAveragePooling, QGlobalAveragePooling2D: over all spatial axes."""

    def convert(layer: KerasLayer) -> str:
        x = layer.input
        shape = layer.shape(x)
        axes = tuple(range(len(shape) - 1))
        x = layer.add(Reduce(Reduction.SUM if average else Reduction.MAX, axes), x, suffix="sum" if average else "max")
        if average:
            area = int(np.prod(shape[:-1]))
            factor = _reciprocal(layer, np.asarray(area), area)
            x = scaled(layer, x, factor, 0.0, "mean", f"the mean's factor 1/{area}")
            x = _rounded(layer, x)
        if not layer.config.get("keepdims", False):
            x = layer.add(Reshape((shape[-1],)), x, suffix="flat")
        return activations.apply(layer, x, setting(layer, "activation"))

    return convert
