"""Pools over windows and over everything, and reductions along axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod

import numpy as np

from fpgaml.frontends.building.constants import SCALE_BITS, same, significant
from fpgaml.frontends.onnx.arrangement import BATCH
from fpgaml.frontends.onnx.elementwise import affine
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.linear import padding, per_axis
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.ops import AveragePool, MaxPool, Reduce, Reduction
from fpgaml.graph.ops.windows import Pads, windows


def max_pool(layer: Layer) -> Value:
    """MaxPool without dilation; a scale above zero may stay behind it."""
    if any(int(step) != 1 for step in layer.attribute("dilations") or ()):
        raise layer.unsupported("MaxPool with dilations", "Use dilations of 1")
    if len(layer.call.outputs) > 1 and layer.call.outputs[1]:
        raise layer.unsupported("MaxPool that gives the places of the maxima too", "Use its first output alone")
    x = layer.raw(0)
    if x.scale is not None and not (x.scale > 0).all():
        x = layer.applied(x)
    x = layer.channels_last(layer.as_node(x))
    size, strides, pads, _ = _windows(layer, x)
    node = layer.add(MaxPool(size, strides, pads), x.node)
    return _pooled(x, layer.shape(node), node)


def average_pool(layer: Layer) -> Value:
    """AveragePool: the sum times 1 / n, of the positions that are not padding or, with count_include_pad, of all."""
    x = layer.channels_last(layer.input(0))
    size, strides, pads, asked = _windows(layer, x)
    rank = len(size)
    inside = np.ones(tuple(x.shape[2:]), dtype=np.int64)
    rest = pads
    if layer.attribute("count_include_pad", 0):  # positions that only rounding up adds never count
        inside = np.pad(inside, asked, constant_values=1)
        rest = tuple((0, after - own) for (_, after), (_, own) in zip(pads, asked, strict=True))
    counts = windows(inside[None, ..., None], size, strides, (1,) * rank, rest)[0].sum(axis=tuple(range(-rank, 0)))
    if (counts == counts.flat[0]).all():
        counts = counts.reshape(-1)[:1].reshape((1,) * (rank + 1))
    factor = 1.0 / counts
    kept = significant(factor, SCALE_BITS)
    if not same(kept, factor):
        layer.note(f"the mean's factor 1/{prod(size)} rounded to {SCALE_BITS} significant bits")
    node = layer.rounded(layer.add(AveragePool(size, strides, pads, kept), x.node))
    return _pooled(x, layer.shape(node), node)


def _pooled(x: Value, shape: tuple[int, ...], node: str) -> Value:
    *spatial, channels = shape
    return replace(x, node=node, shape=(x.shape[0], channels, *spatial))


def _windows(layer: Layer, x: Value) -> tuple[tuple[int, ...], tuple[int, ...], Pads, Pads]:
    """A pool's window, strides and padding, and the padding that the file asks for where it rounds sizes up.

    Source: ONNX, Operators, MaxPool: with ceil_mode the last window begins within the input or the padding before.
    """
    size = tuple(int(number) for number in layer.attribute("kernel_shape") or ())
    rank = len(size)
    if rank not in (1, 2) or len(x.shape) != rank + 2:
        raise layer.unsupported(f"{layer.call.kind} over {rank} axes", "Use one or two spatial axes")
    if not all(0 < number < 1 << 15 for number in size):
        raise layer.wrong(f"a window of {size}")
    strides = per_axis(layer, "strides", rank)
    pads = padding(layer, x.shape[2:], size, strides, (1,) * rank)
    if not layer.attribute("ceil_mode", 0):
        return size, strides, pads, pads
    wider = []
    for length, width, step, (before, after) in zip(x.shape[2:], size, strides, pads, strict=True):
        count = -(-(length + before + after - width) // step) + 1
        if (count - 1) * step >= length + before:
            count -= 1
        wider.append((before, max((count - 1) * step + width - length - before, after)))
    return size, strides, tuple(wider), pads


def global_pool(average: bool) -> Callable[[Layer], Value]:
    """GlobalAveragePool, GlobalMaxPool: over all axes but batch and channels, which stay with size 1."""

    def convert(layer: Layer) -> Value:
        x = layer.batched(layer.as_node(layer.raw(0)))
        return _reduced(layer, x, list(range(2, len(x.shape))), "mean" if average else "max", True)

    return convert


def reduction(kind: str) -> Callable[[Layer], Value]:
    """ReduceMean, ReduceSum, ReduceMax, ReduceMin: axes from an attribute or, newer, from a constant input."""

    def convert(layer: Layer) -> Value:
        x = layer.as_node(layer.raw(0))
        given = layer.numbers("axes", 1)
        if not given and layer.attribute("noop_with_empty_axes", 0):
            return x
        axes = sorted({x.axis(axis) for axis in given}) if given else list(range(len(x.shape)))
        return _reduced(layer, x, axes, kind, bool(layer.attribute("keepdims", 1)))

    return convert


_KINDS = {"mean": Reduction.SUM, "sum": Reduction.SUM, "max": Reduction.MAX, "min": Reduction.MIN}


def _reduced(layer: Layer, x: Value, axes: list[int], kind: str, keep: bool) -> Value:
    """One value for all along axes of the file, which may be several of the node."""
    if x.batch in axes:
        if layer.batch != 1 or layer.any_batch or x.batch is None:
            raise layer.unsupported(f"{layer.call.kind} along the batch", "Reduce the other axes")
        x = replace(x, axes=tuple(() if group == (BATCH,) else group for group in x.axes))
    x = _scalable(layer, x, kind, axes)
    node_axes = tuple(sorted(axis for each in axes for axis in x.axes[each]))
    node = x.node
    if node_axes:
        node = layer.add(Reduce(_KINDS[kind], node_axes), node, suffix="sum" if kind == "mean" else "")
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    found = replace(x, node=node, shape=shape)
    if kind == "mean":
        count = prod(x.shape[axis] for axis in axes)
        found = affine(layer, found, np.asarray(1.0 / count), np.zeros(()), "", f"the mean's factor 1/{count}")
    if found.plain:
        found = replace(found, node=layer.rounded(found.node))
    return found if keep else _without(found, axes)


def _scalable(layer: Layer, x: Value, kind: str, axes: list[int]) -> Value:
    """The tensor, with a single scale still to be applied where the reduction allows it."""
    single = x.scale is not None and x.scale.size == 1 and x.offset is None
    return x if x.plain or (single and (kind in ("mean", "sum") or float(_item(x.scale)) > 0)) else layer.applied(x)


def _item(values: Array | None) -> float:
    return 0.0 if values is None else float(values.reshape(-1)[0])


def _without(x: Value, axes: list[int]) -> Value:
    """The tensor without axes of size 1, which stay in the node."""
    kept = [axis for axis in range(len(x.shape)) if axis not in axes]
    scale, offset = (None if each is None else each.reshape(()) for each in (x.scale, x.offset))
    return Value(
        tuple(x.shape[axis] for axis in kept), x.node, tuple(x.axes[axis] for axis in kept), scale=scale, offset=offset
    )
