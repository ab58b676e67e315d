"""Operators that pick, or add up, elements by a computed index: of one event's tensor by that event's own."""

from __future__ import annotations

import numpy as np

from fpgaml.frontends.building.indexed import gathered, one_hot, rows_of, scattered, unexpanded
from fpgaml.frontends.onnx.arrangement import BATCH
from fpgaml.frontends.onnx.layer import Layer, real_array
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.ops import Add, Constant
from fpgaml.graph.values import FixedArray

WHO = "the model"


def gather_elements(layer: Layer) -> Value:
    """GatherElements along an axis of the event."""
    x, index, axis = _pair(layer, 1)
    _same_beside(layer, x, index, axis)
    node = gathered(layer, x.node, unexpanded(layer, index.node, axis - 1), axis - 1, WHO)
    return _result(layer, index.shape, node)


def gather_rows(layer: Layer) -> Value:
    """GatherND with the batch apart: rows of the first axis behind it."""
    if int(layer.attribute("batch_dims", 0)) != 1:
        raise layer.unsupported("GatherND takes events out of a batch", "Give it batch_dims=1, or use GatherElements")
    x, index = _behind_batch(layer, 0), _behind_batch(layer, 1)
    if index.shape[-1] != 1 or len(index.shape) < 2 or len(x.shape) < 2:
        raise layer.unsupported("GatherND with an index of several axes", "Pick along one axis")
    places = layer.reshaped(index.node, index.shape[1:-1] or (1,), "index")
    return _result(layer, (*index.shape[:-1], *x.shape[2:]), rows_of(layer, x.node, places, 0, WHO))


def scatter_elements(layer: Layer) -> Value:
    """ScatterElements with reduction add: what an index brings to a place is added to what is there."""
    if str(layer.attribute("reduction", "none")) != "add":
        raise layer.unsupported("ScatterElements overwrites, in an order that is not said", 'Give it reduction="add"')
    x, index, axis = _pair(layer, 1)
    updates, size = _behind_batch(layer, 2), x.shape[axis]
    _same_beside(layer, x, updates, axis)
    if int(layer.graph.range(index.node).low.min()) < 0:
        raise layer.unsupported("its index may be negative", "Give an index that counts from the start")
    places = unexpanded(layer, index.node, axis - 1)
    found = scattered(layer, updates.node, places, axis - 1, size, WHO)
    span = layer.graph.range(x.node)
    if not span.low.any() and not span.high.any():  # a tensor of zeros to begin with
        return _result(layer, x.shape, found)
    return _result(layer, x.shape, layer.rounded(layer.add(Add(), x.node, found)))


def hot(layer: Layer) -> Value:
    """OneHot with values 0 and 1 along the last axis."""
    depth, values = int(layer.known(1).reshape(-1)[0]), layer.known(2).reshape(-1)
    index = layer.in_order(layer.input(0))
    if int(layer.attribute("axis", -1)) not in (-1, len(index.shape)) or list(values) != [0, 1]:
        raise layer.unsupported(f"OneHot of {list(values)} along another axis", "Use 0 and 1 along the last axis")
    node = index.node
    low = int(layer.graph.range(node).low.min())
    if low < 0:  # ONNX counts a negative index from the end
        rows = layer.add(Constant(FixedArray(np.eye(depth, dtype=np.int64), 0)), suffix="rows")
        found = rows_of(layer, rows, node, 0, WHO)
    else:
        found = one_hot(layer, node, depth)
    return Value((*index.shape, depth), found, (*index.axes, (len(layer.shape(found)) - 1,)))


def _pair(layer: Layer, position: int) -> tuple[Value, Value, int]:
    """The tensor, its index, and the axis of the file, which is none of the batch."""
    x, index = _behind_batch(layer, 0), _behind_batch(layer, position)
    axis = x.axis(int(layer.attribute("axis", 0)))
    if axis == 0:
        raise layer.unsupported(f"{layer.call.kind} goes along the batch", "Let it go along an axis of the event")
    if len(index.shape) != len(x.shape):
        raise layer.wrong(f"an index of shape {index.shape} for a tensor of {x.shape}")
    return x, index, axis


def _same_beside(layer: Layer, x: Value, other: Value, axis: int) -> None:
    """Whether two tensors have the same axes but one, and the batch."""
    if any(a != b for place, (a, b) in enumerate(zip(x.shape, other.shape, strict=True)) if place not in (0, axis)):
        raise layer.unsupported(
            f"{layer.call.kind} of {x.shape} reads a part of it, {other.shape}", "Slice the tensor before it"
        )


def _behind_batch(layer: Layer, position: int) -> Value:
    """An input in the file's order, the batch first; a constant is the same for all events."""
    raw = layer.raw(position)
    if raw.array is not None:
        numbers = real_array(raw)
        if numbers.ndim < 1 or (numbers != numbers[:1]).any():
            raise layer.unsupported(f"{layer.call.kind} of a constant that differs by event", "Give the same for all")
        node = layer.as_node(Value(numbers.shape[1:], array=numbers[0]), f"constant_{position}").node
        return Value(numbers.shape, node, ((BATCH,), *((axis,) for axis in range(numbers.ndim - 1))))
    value = layer.in_order(layer.input(position))
    if value.batch != 0:
        raise layer.unsupported(f"{layer.call.kind} of a tensor whose first axis is no batch", "Put the batch first")
    return value


def _result(layer: Layer, shape: tuple[int, ...], node: str) -> Value:
    """A node with the file's axes behind the batch, in order."""
    node = layer.reshaped(node, tuple(shape[1:]) or (1,), "shaped")
    return Value((layer.batch, *shape[1:]), node, ((BATCH,), *((axis,) for axis in range(len(shape) - 1))))
