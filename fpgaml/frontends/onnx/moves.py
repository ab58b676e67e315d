"""Operators that move values about, and those that leave them as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaml.frontends.building.indexed import whole
from fpgaml.frontends.onnx.fold import flat_shape, new_shape
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.simplify import FLOATS, is_float
from fpgaml.frontends.onnx.value import Value, constant

SIGNED = (3, 5, 6, 7)
"""int8, int16, int32 and int64, by their numbers (TensorProto.DataType)."""


def unchanged(layer: Layer) -> Value:
    """Identity, and Dropout at inference."""
    return layer.raw(0)


def shape(layer: Layer) -> Value:
    """Shape: a constant; the batch counts as the file has it, or as one event."""
    start, end = layer.attribute("start", 0), layer.attribute("end")
    return constant(np.array(layer.raw(0).shape[start:end], dtype=np.int64))


def size(layer: Layer) -> Value:
    """Size: a constant."""
    return constant(np.array(int(np.prod(layer.raw(0).shape)), dtype=np.int64))


def reshape(layer: Layer) -> Value:
    """Reshape."""
    x = layer.raw(0)
    wanted = layer.numbers("shape", 1) or []
    return layer.reshaped_value(x, new_shape(x.shape, wanted, layer.call))


def flatten(layer: Layer) -> Value:
    """Flatten."""
    x = layer.raw(0)
    return layer.reshaped_value(x, flat_shape(x.shape, int(layer.attribute("axis", 1))))


def transpose(layer: Layer) -> Value:
    """Transpose; only the order of axes is noted."""
    x = layer.raw(0)
    return x.transposed([int(axis) for axis in layer.attribute("perm") or reversed(range(len(x.shape)))])


def squeeze(layer: Layer) -> Value:
    """Squeeze; the axes stay in the node."""
    x = layer.raw(0)
    given = layer.numbers("axes", 1)
    axes = {axis for axis, length in enumerate(x.shape) if length == 1} if given is None else {x.axis(a) for a in given}
    if any(x.shape[axis] != 1 for axis in axes):
        raise layer.wrong(f"squeezes the axes {sorted(axes)} of a tensor of shape {x.shape}")
    kept = [axis for axis in range(len(x.shape)) if axis not in axes]
    return _with_axes(layer, x, [x.shape[axis] for axis in kept])


def unsqueeze(layer: Layer) -> Value:
    """Unsqueeze; the node need not have the new axes."""
    x = layer.raw(0)
    given = layer.numbers("axes", 1) or []
    rank = len(x.shape) + len(given)
    new = {axis % rank for axis in given}
    old = iter(x.shape)
    return _with_axes(layer, x, [1 if axis in new else next(old) for axis in range(rank)])


def _with_axes(layer: Layer, x: Value, sizes: list[int]) -> Value:
    return layer.reshaped_value(x, tuple(sizes))


def cast(layer: Layer) -> Value:
    """Cast: to floating-point types the values stay as they are, to integers they lose their fractions."""
    to = int(layer.attribute("to", 1))
    if to in SIGNED:
        value = layer.applied(layer.raw(0))
        return value if value.array is not None else replace(value, node=whole(layer, value.node))
    if not is_float(to):
        raise layer.unsupported("Cast of a computed tensor to this type", "Cast to int32 or int64")
    if to not in FLOATS:
        layer.note("a cast to 16-bit floating point is not followed: values keep their bits")
    return layer.raw(0)


def depth_to_space(layer: Layer) -> Value:
    """DepthToSpace: channels in blocks become pixels."""
    x, block = layer.raw(0), _block(layer)
    events, channels, height, width = x.shape
    if channels % block**2:
        raise layer.wrong(f"{channels} channels in blocks of {block} x {block}")
    depth = channels // block**2
    if str(layer.attribute("mode", "DCR")) == "CRD":
        parts = layer.reshaped_value(x, (events, depth, block, block, height, width)).transposed((0, 1, 4, 2, 5, 3))
    else:
        parts = layer.reshaped_value(x, (events, block, block, depth, height, width)).transposed((0, 3, 4, 1, 5, 2))
    return layer.reshaped_value(parts, (events, depth, height * block, width * block))


def space_to_depth(layer: Layer) -> Value:
    """SpaceToDepth: pixels in blocks become channels."""
    x, block = layer.raw(0), _block(layer)
    events, channels, height, width = x.shape
    if height % block or width % block:
        raise layer.wrong(f"an image of {height} x {width} in blocks of {block} x {block}")
    down, across = height // block, width // block
    parts = layer.reshaped_value(x, (events, channels, down, block, across, block)).transposed((0, 3, 5, 1, 2, 4))
    return layer.reshaped_value(parts, (events, channels * block**2, down, across))


def _block(layer: Layer) -> int:
    block = int(layer.attribute("blocksize", 0))
    if not 0 < block < 1 << 15 or len(layer.raw(0).shape) != 4:
        raise layer.wrong(f"blocks of {block} in a tensor of shape {layer.raw(0).shape}")
    return block
