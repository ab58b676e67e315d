"""Operators that take parts of a tensor, repeat them or put tensors together: all by places along single axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

import numpy as np

from fpgaml.frontends.building.embedding import embedded
from fpgaml.frontends.building.emitter import MOST_VALUES
from fpgaml.frontends.onnx.alignment import lying_alike, same_batch
from fpgaml.frontends.onnx.arrangement import BATCH
from fpgaml.frontends.onnx.elementwise import affine
from fpgaml.frontends.onnx.fold import boxes, split_sizes
from fpgaml.frontends.onnx.layer import Layer, real_array
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.ops import Concatenate, Pad, Slice, UpSample

MOST_RUNS = 1 << 10
"""Parts that one operator may take and put together again."""


def taken(layer: Layer, x: Value, axis: int, places: Sequence[int]) -> Value:
    """The tensor with other places along an axis of the file: any of its own, in any order, as often as wanted."""
    size = x.shape[axis]
    if list(places) == list(range(size)):
        return x
    if not places:
        raise layer.unsupported("its result is empty", "Leave it out of the model")
    if min(places) < 0 or max(places) >= size:
        raise layer.wrong(f"it takes place {min(places) if min(places) < 0 else max(places)} of {size}")
    if x.axes[axis] == (BATCH,):
        raise layer.unsupported(f"{layer.call.kind} takes events out of a batch", "Take parts of the other axes")
    if len(places) * prod(x.shape) // size > MOST_VALUES:
        raise layer.unsupported(f"its result has {len(places)} places along axis {axis}", "Use smaller tensors")
    if any(each is not None and each.size != 1 for each in (x.scale, x.offset)):
        x = layer.applied(x)
    if len(x.axes[axis]) != 1:
        x = layer.arranged(x)
    (own,) = x.axes[axis]
    runs = _runs(places)
    if len(runs) > MOST_RUNS:
        raise layer.unsupported(f"it takes {len(runs)} separate parts of a tensor", "Use fewer")
    parts = [_sliced(layer, x.node, own, run, f"part_{n}" if len(runs) > 1 else "") for n, run in enumerate(runs)]
    node = parts[0] if len(parts) == 1 else layer.add(Concatenate(own), *parts)
    return replace(x, node=node, shape=(*x.shape[:axis], len(places), *x.shape[axis + 1 :]))


def _runs(places: Sequence[int]) -> list[tuple[int, int, int]]:
    """Places as (first, last, step above zero), each as long as can be."""
    runs: list[tuple[int, int, int]] = []
    at = 0
    while at < len(places):
        end, step = at + 1, 1
        if end < len(places) and places[end] > places[at]:
            step = places[end] - places[at]
            while end < len(places) and places[end] - places[end - 1] == step:
                end += 1
        runs.append((places[at], places[end - 1], step))
        at = end
    return runs


def _sliced(layer: Layer, node: str, axis: int, run: tuple[int, int, int], suffix: str) -> str:
    dims = layer.shape(node)
    first, last, step = run
    if (first, last, step) == (0, dims[axis] - 1, 1):
        return node
    starts, stops, steps = [0] * len(dims), list(dims), [1] * len(dims)
    starts[axis], stops[axis], steps[axis] = first, last + 1, step
    return layer.add(Slice(tuple(starts), tuple(stops), tuple(steps)), node, suffix=suffix)


def slices(layer: Layer) -> Value:
    """Slice; a negative step reverses."""
    x = layer.as_node(layer.raw(0))
    given = [None, *(None if layer.optional(at) is None else layer.known(at) for at in range(1, 5))]
    found = boxes(layer.call, given, len(x.shape))
    ranges = [range(size)[box] for size, box in zip(x.shape, found, strict=True)]
    whole = all(x.axes[axis] == (BATCH,) or len(x.axes[axis]) == 1 for axis in range(len(x.shape)))
    plain = all(len(places) and places.step > 0 for places in ranges)
    if not (whole and plain and (x.scale is None or x.scale.size == 1) and (x.offset is None or x.offset.size == 1)):
        for axis, places in enumerate(ranges):
            x = taken(layer, x, axis, list(places))
        return x
    dims = layer.shape(x.node)
    starts, stops, steps = [0] * len(dims), list(dims), [1] * len(dims)
    for (axis,), places, size in zip(x.axes, ranges, x.shape, strict=True):
        if axis == BATCH and len(places) != size:
            raise layer.unsupported("Slice takes events out of a batch", "Take parts of the other axes")
        if axis != BATCH:
            starts[axis], stops[axis], steps[axis] = places[0], places[-1] + 1, places.step if len(places) > 1 else 1
    shape = tuple(len(places) for places in ranges)
    if shape == x.shape:
        return x
    return replace(x, node=layer.add(Slice(tuple(starts), tuple(stops), tuple(steps)), x.node), shape=shape)


def split(layer: Layer) -> tuple[Value, ...]:
    """Split."""
    x = layer.as_node(layer.raw(0))
    axis = x.axis(int(layer.attribute("axis", 0)))
    sizes = split_sizes(layer.call, layer.numbers("split", 1), x.shape[axis])
    ends = [int(end) for end in np.cumsum(sizes)]
    return tuple(taken(layer, x, axis, range(end - size, end)) for end, size in zip(ends, sizes, strict=True))


def gather(layer: Layer) -> Value:
    """Gather by constant places, or of constant rows by an index."""
    rows, index = layer.raw(0), layer.raw(1)
    if rows.array is not None and index.array is None:
        return _rows(layer, real_array(rows), layer.in_order(layer.input(1)))
    x, places = layer.as_node(layer.raw(0)), layer.known(1).astype(np.int64)
    axis = x.axis(int(layer.attribute("axis", 0)))
    size = x.shape[axis]
    numbers = [int(place) for place in places.reshape(-1)]
    found = taken(layer, x, axis, [place + size if place < 0 else place for place in numbers])
    shape = (*x.shape[:axis], *places.shape, *x.shape[axis + 1 :])
    return found if found.shape == shape else layer.reshaped_value(found, shape)


def _rows(layer: Layer, stored: Array, index: Value) -> Value:
    """Rows of a constant matrix by a computed index."""
    if stored.ndim != 2 or int(layer.attribute("axis", 0)) != 0:
        raise layer.unsupported(f"Gather of a constant of shape {stored.shape}", "Gather rows of a matrix")
    node = layer.rounded(embedded(layer, index.node, stored, "the model"))
    return Value((*index.shape, stored.shape[1]), node, (*index.axes, (len(layer.shape(node)) - 1,)))


def tile(layer: Layer) -> Value:
    """Tile."""
    x = layer.as_node(layer.raw(0))
    for axis, count in enumerate(layer.known(1).reshape(-1)):
        if not 0 < count <= MOST_RUNS:
            raise layer.wrong(f"it repeats {count} times")
        x = taken(layer, x, axis, list(range(x.shape[axis])) * int(count))
    return x


def expand(layer: Layer) -> Value:
    """Expand: places of axes of size 1, repeated."""
    x = layer.as_node(layer.raw(0))
    shape = np.broadcast_shapes(x.shape, tuple(int(size) for size in layer.known(1).reshape(-1)))
    if prod(shape) > MOST_VALUES:
        raise layer.unsupported(f"it makes a tensor of shape {shape}", "Use smaller tensors")
    if len(shape) > len(x.shape):
        x = layer.reshaped_value(x, (1,) * (len(shape) - len(x.shape)) + x.shape)
    for axis, size in enumerate(shape):
        if size != x.shape[axis]:
            x = taken(layer, _with_axis(layer, x, axis), axis, [0] * size)
    return x


def _with_axis(layer: Layer, x: Value, axis: int) -> Value:
    """A tensor whose node has an axis of the file, even one of size 1."""
    return x if x.axes[axis] else layer.arranged(x)


def concat(layer: Layer) -> Value:
    """Concat."""
    raw = [layer.raw(position) for position in range(len(layer.call.inputs))]
    scales = {None if value.scale is None else value.scale.tobytes() for value in raw}
    alike = len(scales) == 1 and all(value.offset is None and _single(value) for value in raw)
    values = [layer.as_node(value if alike else layer.applied(value)) for value in raw]
    axis = values[0].axis(int(layer.attribute("axis", 0)))
    if len(values) == 1:
        return values[0]
    values = same_batch(layer, values)
    if values[0].axes[axis] == (BATCH,):
        raise layer.unsupported("Concat of batches", "Concatenate along another axis")
    layouts = {(value.axes, len(layer.shape(value.node))) for value in values}
    if len(layouts) > 1 or any(len(group) != 1 for group in values[0].axes):
        values = lying_alike(layer, values)
    node = layer.add(Concatenate(values[0].axes[axis][0]), *(value.node for value in values))
    shape = list(values[0].shape)
    shape[axis] = sum(value.shape[axis] for value in values)
    return replace(values[0], node=node, shape=tuple(shape))


def _single(value: Value) -> bool:
    return value.scale is None or value.scale.size == 1


def pad(layer: Layer) -> Value:
    """Pad: with a constant, or with places of the tensor itself (edge, reflect, wrap); negative pads crop."""
    x = layer.input(0)
    pads = layer.numbers("pads", 1) or []
    axes = layer.numbers("axes", 3)
    axes = list(range(len(x.shape))) if axes is None else [x.axis(axis) for axis in axes]
    if len(pads) != 2 * len(axes) or any(abs(number) >= 1 << 15 for number in pads):
        raise layer.wrong(f"pads of {pads} for {len(axes)} axes")
    sides = {axis: (pads[at], pads[at + len(axes)]) for at, axis in enumerate(axes)}
    mode = str(layer.attribute("mode", "constant"))
    for axis, (before, after) in sides.items():
        kept = range(max(-before, 0), x.shape[axis] - max(-after, 0))
        x = taken(layer, x, axis, list(kept))
    grown = {axis: (max(before, 0), max(after, 0)) for axis, (before, after) in sides.items()}
    if mode != "constant":
        for axis, both in grown.items():
            x = taken(layer, x, axis, list(np.pad(np.arange(x.shape[axis]), both, mode=mode)))  # type: ignore[call-overload]
        return x
    return _with_constant(layer, x, {axis: both for axis, both in grown.items() if any(both)})


def _with_constant(layer: Layer, x: Value, sides: dict[int, tuple[int, int]]) -> Value:
    if not sides:
        return x
    given = layer.optional(2)
    value = float(layer.attribute("value", 0.0)) if given is None else float(layer.known(2).reshape(-1)[0])
    if any(x.axes[axis] == (BATCH,) for axis in sides):
        raise layer.unsupported("Pad adds events to a batch", "Pad the other axes")
    if any(len(x.axes[axis]) != 1 for axis in sides):
        x = layer.arranged(x)
    if value:  # the Graph pads with zeros
        x = layer.applied(affine(layer, x, np.ones(()), np.asarray(-value), "lowered"))
    both = [(0, 0)] * len(layer.shape(x.node))
    for axis, pads in sides.items():
        both[x.axes[axis][0]] = pads
    node = layer.add(Pad(tuple(both)), x.node, suffix="padded" if value else "")
    shape = tuple(size + sum(sides.get(axis, (0, 0))) for axis, size in enumerate(x.shape))
    x = replace(x, node=node, shape=shape)
    return layer.applied(affine(layer, x, np.ones(()), np.asarray(value))) if value else x


def resize(layer: Layer) -> Value:
    """Resize and Upsample to the nearest place."""
    x = layer.as_node(layer.raw(0))
    mode = str(layer.attribute("mode", "nearest"))
    if mode != "nearest":
        raise layer.unsupported(f"it interpolates ({mode})", "Use mode nearest")
    scales, sizes = _sizes(layer, x)
    places = [_nearest(layer, x.shape[axis], sizes[axis], scales[axis]) for axis in range(len(x.shape))]
    factors = [new // old for old, new in zip(x.shape, sizes, strict=True)]
    repeated = [list(np.repeat(np.arange(old), f)) for old, f in zip(x.shape, factors, strict=True)]
    if len(x.shape) > 2 and places == repeated and factors[:2] == [1, 1] and x.batch == 0:
        x = layer.channels_last(x)
        return replace(x, node=layer.add(UpSample(tuple(factors[2:])), x.node), shape=tuple(sizes))
    for axis, each in enumerate(places):
        x = taken(layer, x, axis, each)
    return x


def _sizes(layer: Layer, x: Value) -> tuple[list[float], list[int]]:
    """The scale and the new size of each axis: Upsample's and Resize's inputs differ by operator set."""
    rank = len(x.shape)
    newer = layer.call.kind == "Resize" and layer.call.version >= 11
    at = 2 if newer else 1
    if newer and layer.optional(3) is not None and layer.known(3).size:
        given = [int(size) for size in layer.known(3).reshape(-1)]
        scales = []
    else:
        found = layer.attribute("scales") if layer.optional(at) is None else layer.known(at).reshape(-1)
        given, scales = [], [float(np.float32(scale)) for scale in ([] if found is None else found)]
    axes = [x.axis(int(axis)) for axis in layer.attribute("axes") or range(rank)]
    if len(axes) != len(given or scales):
        raise layer.wrong(f"it resizes {len(axes)} axes by {given or scales}")
    all_scales, sizes = [1.0] * rank, list(x.shape)
    for number, axis in enumerate(axes):
        old = x.shape[axis]
        sizes[axis] = given[number] if given else int(np.floor(old * scales[number]))
        all_scales[axis] = sizes[axis] / old if given else scales[number]
        if not 0 < sizes[axis] < 1 << 20:
            raise layer.wrong(f"it resizes axis {axis} to {sizes[axis]}")
    return all_scales, sizes


def _nearest(layer: Layer, old: int, new: int, scale: float) -> list[int]:
    """For each new place the old one.

    Source: ONNX, Operators, Resize: coordinate_transformation_mode, nearest_mode.
    """
    if (old, scale) == (new, 1.0):
        return list(range(old))
    old_set = layer.call.kind == "Upsample" or layer.call.version < 11
    mode = "asymmetric" if old_set else str(layer.attribute("coordinate_transformation_mode", "half_pixel"))
    to = "floor" if old_set else str(layer.attribute("nearest_mode", "round_prefer_floor"))
    places = np.arange(new, dtype=np.float64)
    match mode:
        case "asymmetric":
            real = places / scale
        case "half_pixel" | "pytorch_half_pixel":
            real = (places + 0.5) / scale - 0.5
            if mode == "pytorch_half_pixel" and new == 1:
                real = np.zeros(1)
        case "half_pixel_symmetric":
            adjusted = new / (old * scale)
            real = old / 2 * (1 - adjusted) + (places + 0.5) / scale - 0.5
        case "tf_half_pixel_for_nn":
            real = (places + 0.5) / scale
        case "align_corners":
            real = places * (old - 1) / max(new - 1, 1)
        case _:
            raise layer.unsupported(f"it has coordinates of the kind {mode}", "Use asymmetric or half_pixel")
    match to:
        case "floor":
            found = np.floor(real)
        case "ceil":
            found = np.ceil(real)
        case "round_prefer_floor":
            found = np.ceil(real - 0.5)
        case "round_prefer_ceil":
            found = np.floor(real + 0.5)
        case _:
            raise layer.wrong(f"it rounds places by `{to}`")
    return [int(place) for place in np.clip(found, 0, old - 1)]
