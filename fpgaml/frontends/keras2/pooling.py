"""Pooling layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.keras2 import activations
from fpgaml.frontends.keras2.emit import SCALE_BITS, Emitter, Layer, only_input, same, significant, whole
from fpgaml.frontends.keras2.forward import quantize_constant
from fpgaml.frontends.keras2.linear import padding, setting
from fpgaml.graph.ops import AveragePool, MaxPool, Reduce, Reduction, Reshape
from fpgaml.graph.ops.windows import windows


def pool(rank: int, average: bool) -> Callable[[Layer, Emitter], str]:
    """MaxPooling, AveragePooling, QAveragePooling2D over `rank` spatial axes."""

    def convert(layer: Layer, out: Emitter) -> str:
        x = only_input(layer)
        shape, size = out.shape(x), whole(layer.config["pool_size"], rank)
        strides = whole(layer.config.get("strides") or size, rank)
        pads = padding(layer, shape, size, strides, (1,) * rank)
        if not average:
            return out.add(MaxPool(size, strides, pads), x)
        # TensorFlow divides by the number of positions that are not padding.
        inside = windows(np.ones((1, *shape[:-1], 1), dtype=np.int64), size, strides, (1,) * rank, pads)
        counts = inside.sum(axis=tuple(range(-rank, 0)))[0]
        if (counts == counts.flat[0]).all():
            counts = counts.reshape(-1)[:1].reshape((1,) * (rank + 1))
        factor = _reciprocal(layer, counts, int(np.prod(size)))
        kept = significant(factor, SCALE_BITS)
        if not same(kept, factor):
            out.note(f"the mean's factor 1/{int(np.prod(size))} rounded to {SCALE_BITS} significant bits")
        x = out.add(AveragePool(size, strides, pads, kept), x)
        return activations.apply(out, x, setting(layer, "activation"))

    return convert


def _reciprocal(layer: Layer, counts: NDArray[Any], area: int) -> NDArray[np.float64]:
    """1 / counts; or area / counts times the quantised 1 / area, where there is an average_quantizer.

    Source: qkeras/qpooling.py, `call`.
    """
    function = setting(layer, "average_quantizer")
    if function is None:
        return np.asarray(1.0 / counts)
    quantised = quantize_constant(function, np.asarray(1.0 / area, dtype=np.float32))
    return np.asarray(area / counts * float(quantised.values))


def global_pool(average: bool) -> Callable[[Layer, Emitter], str]:
    """GlobalMaxPooling, GlobalAveragePooling, QGlobalAveragePooling2D: over all spatial axes."""

    def convert(layer: Layer, out: Emitter) -> str:
        x = only_input(layer)
        shape = out.shape(x)
        axes = tuple(range(len(shape) - 1))
        x = out.add(Reduce(Reduction.SUM if average else Reduction.MAX, axes), x, suffix="sum" if average else "max")
        if average:
            area = int(np.prod(shape[:-1]))
            factor = _reciprocal(layer, np.asarray(area), area)
            x = out.scale(x, factor, 0.0, "mean", f"the mean's factor 1/{area}")
        if not layer.config.get("keepdims", False):
            x = out.add(Reshape((shape[-1],)), x, suffix="flat")
        return activations.apply(out, x, setting(layer, "activation"))

    return convert
