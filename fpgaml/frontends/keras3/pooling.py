"""Pooling layers; plain Keras layers and their HGQ2 forms, channels last.

Sources: Keras 3, `keras/src/layers/pooling/`; HGQ2 0.2, `hgq/layers/pooling.py`.
"""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.graph.ops import AveragePool, MaxPool, Reduce, Reduction
from fpgaml.graph.ops.windows import output_size, same_padding, windows
from fpgaml.graph.values import FixedArray

INVERSE_BITS = 30
"""Fractional bits of 1/n where n is not a power of two: finer than the 24 bits of the framework's float32."""


def _inverse(layer: Layer, counts: np.ndarray) -> FixedArray:
    """1 / counts: exact for powers of two, else rounded up to INVERSE_BITS."""
    if not (np.log2(counts) % 1 == 0).all():
        layer.note(f"the division by a window's size is a multiplication by 1/n in {INVERSE_BITS} bits")
        return FixedArray.from_float(np.ceil(np.ldexp(1 / counts, INVERSE_BITS)) / 2.0**INVERSE_BITS)
    return FixedArray.from_float(1 / counts)


def pool(layer: Layer) -> str:
    """Max- and AveragePooling1D and 2D: padded positions take no part."""
    node = layer.quantized_input(layer.input) if layer.package == "hgq" else layer.input
    shape = layer.shape(node)
    rank = len(shape) - 1
    size = _sizes(layer.config.get("pool_size"), rank)
    strides = _sizes(layer.config.get("strides") or size, rank)
    ones = (1,) * rank
    pads = ((0, 0),) * rank
    if layer.config.get("padding", "valid") == "same":
        pads = same_padding(shape[:-1], size, strides, ones)
    if "Max" in layer.kind:
        node = layer.add(MaxPool(size, strides, pads), node)
    else:
        output_size(shape, size, strides, ones, pads)
        there = windows(np.ones((1, *shape[:-1], 1), dtype=np.int64), size, strides, ones, pads)
        counts = there.sum(axis=tuple(range(-rank, 0)))[0].astype(np.float64)
        if (counts == counts.flat[0]).all():
            counts = counts.flat[0] * np.ones((1,) * (rank + 1))
        node = _mean(layer, node, AveragePool(size, strides, pads, _inverse(layer, counts)))
    return _finished(layer, node)


def global_pool(layer: Layer) -> str:
    """Global max- and average pooling: over all axes but the channels."""
    node = layer.quantized_input(layer.input) if layer.package == "hgq" else layer.input
    shape = layer.shape(node)
    axes = tuple(range(len(shape) - 1))
    if "Max" in layer.kind:
        node = layer.add(Reduce(Reduction.MAX, axes), node)
    else:
        size = shape[:-1]
        count = prod(size)
        factor = _inverse(layer, np.full((1,) * len(shape), float(count)))
        pads = ((0, 0),) * len(size)
        node = _mean(layer, node, AveragePool(size, size, pads, factor))
    if not layer.config.get("keepdims", False):
        node = layer.reshaped(node, shape[-1:], "squeezed")
    return _finished(layer, node)


def _mean(layer: Layer, node: str, pool: AveragePool) -> str:
    node = layer.add(pool, node)
    return node if layer.package == "hgq" else layer.rounded(node)


def _finished(layer: Layer, node: str) -> str:
    return layer.quantized_output(node) if layer.package == "hgq" else node


def _sizes(value: object, rank: int) -> tuple[int, ...]:
    """A setting that is one number, or one for each spatial axis."""
    if isinstance(value, list | tuple):
        return tuple(int(n) for n in value)
    return (int(str(value)),) * rank


POOLS: dict[str, Converter[Layer, str]] = {
    **{f"{q}{k}Pooling{d}D": pool for q in ("", "Q") for k in ("Max", "Average") for d in (1, 2)},
    **{f"{q}Global{k}Pooling{d}D": global_pool for q in ("", "Q") for k in ("Max", "Average") for d in (1, 2)},
}
"""Converters by class name."""
