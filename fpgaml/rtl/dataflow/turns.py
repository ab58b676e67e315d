"""A network of several independent channels that come in turn, beat by beat: the channel is an axis behind time.

A tensor of (time, ...) becomes (time, channels, ...), and a vector, which has no time left, (channels, ...). In
row-major order a position of every channel then comes after another, which is how they travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import (
    AveragePool,
    Concatenate,
    Constant,
    Conv1D,
    Conv2D,
    Dense,
    Input,
    MaxPool,
    Operation,
    Pad,
    Quantize,
    Reduce,
    Scale,
    Shape,
    Slice,
)
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.ops.scan import Scan, has_scan
from fpgaml.graph.types import FixedType, Ints, Quantizer
from fpgaml.graph.values import FixedArray


def takes_turns(graph: Graph) -> bool:
    """Whether channels of a network that remembers can come beat by beat in turn."""
    if not has_scan(graph) or len(graph.outputs) > 1:
        return False
    try:
        in_turn(graph, 2)
    except FpgamlError:
        return False
    return True


def channel_axis(shape: Shape) -> int:
    """Where the channel comes in among a tensor's axes."""
    return 1 if len(shape) > 1 else 0


def with_channels(shape: Shape, channels: int) -> Shape:
    """Of all channels' tensors together."""
    at = channel_axis(shape)
    return (*shape[:at], channels, *shape[at:])


def without_channels(shape: Shape) -> Shape:
    """Of one channel."""
    at = 1 if len(shape) > 2 else 0
    return (*shape[:at], *shape[at + 1 :])


def together(values: Mapping[str, FixedArray], channels: int) -> dict[str, FixedArray]:
    """Events, each tensor of shape (events, *shape), as events of all channels; the last ones are filled up."""
    found = {}
    for name, value in values.items():
        events = -(-value.shape[0] // channels) * channels
        filled = np.take(value.integers, np.arange(events), axis=0, mode="wrap")
        apart_ = filled.reshape(events // channels, channels, *value.shape[1:])
        found[name] = FixedArray(np.moveaxis(apart_, 1, 1 + channel_axis(value.shape[1:])), value.fractional)
    return found


def apart(values: Mapping[str, FixedArray], events: int) -> dict[str, FixedArray]:
    """The way back, of so many events."""
    found = {}
    for name, value in values.items():
        at = 2 if len(value.shape) > 3 else 1
        channels = np.moveaxis(value.integers, at, 1)
        found[name] = FixedArray(channels.reshape(-1, *channels.shape[2:])[:events], value.fractional)
    return found


def in_turn(graph: Graph, channels: int) -> Graph:
    """The network on all channels.

    Raises:
        FpgamlError: an operation does not keep time and channels apart; its name.
    """
    shapes = graph.shapes
    nodes = []
    for node in graph.nodes:
        if isinstance(node.op, Constant):
            readers = graph.consumers[node.name]
            rank = len(shapes[readers[0].name]) if readers else len(shapes[node.name])
            op: Operation | None = Constant(_widened(node.op.value, rank))
        else:
            op = _on_channels(graph, node, channels)
        if op is None:
            reason = f"{type(node.op).__name__} does not keep positions apart"
            raise FpgamlError(node.source or node.name, reason, "Leave --channels out, or what does that")
        nodes.append(replace(node, op=op))
    made = Graph(graph.name, tuple(nodes), graph.outputs, graph.layers)
    for node in graph.nodes:
        if not isinstance(node.op, Constant) and made.shapes[node.name] != with_channels(shapes[node.name], channels):
            reason = f"{type(node.op).__name__} does not keep channels apart"
            raise FpgamlError(node.source or node.name, reason, "Leave --channels out, or what does that")
    return made


def _on_channels(graph: Graph, node: Node, channels: int) -> Operation | None:
    """An operation on all channels; None where one does not know of them."""
    op, shape = node.op, graph.shapes[node.name]
    rank = len(shape)
    if isinstance(op, Input):
        return Input(with_channels(shape, channels), _quantizer(op.quantizer, rank))
    if isinstance(op, Quantize):
        return Quantize(_quantizer(op.quantizer, rank))
    if isinstance(op, Scale):
        return replace(op, factor=_widened(op.factor, rank), offset=_widened(op.offset, rank))
    if isinstance(op, Scan):
        return None if op.reverse or len(node.inputs) > 1 else _scanned(op, channels)
    if isinstance(op, Conv1D):
        kernel, pads = FixedArray(op.kernel.integers[:, None], op.kernel.fractional), (*op.pads, (0, 0))
        return Conv2D(kernel, op.bias, (*op.strides, 1), (*op.dilation, 1), pads, op.groups)
    if isinstance(op, MaxPool | AveragePool) and len(op.size) == 1:
        sizes, pads = ((*op.size, 1), (*op.strides, 1)), (*op.pads, (0, 0))
        return (
            MaxPool(*sizes, pads) if isinstance(op, MaxPool) else AveragePool(*sizes, pads, _widened(op.factor, rank))
        )
    if isinstance(op, Dense):
        return op
    return _moved(op, graph.shapes[node.inputs[0]], channels) or (op if op.elementwise else None)


def _moved(op: Operation, shape: Shape, channels: int) -> Operation | None:
    """An operation that names axes."""
    at = channel_axis(shape)
    if isinstance(op, Slice):
        boxes = ((op.starts, 0), (op.stops, channels), (op.steps, 1))
        return Slice(*((*values[:at], value, *values[at:]) for values, value in boxes))
    if isinstance(op, Pad):
        return replace(op, pads=(*op.pads[:at], (0, 0), *op.pads[at:]))
    if isinstance(op, Concatenate | Reduce):
        axes = (op.axis,) if isinstance(op, Concatenate) else op.axes
        further = tuple(axis + (axis >= at) for axis in (normal_axis(axis, len(shape)) for axis in axes))
        return replace(op, axis=further[0]) if isinstance(op, Concatenate) else replace(op, axes=further)
    return None


def _scanned(op: Scan, channels: int) -> Operation | None:
    """A Scan of vectors, whose cell becomes one of all channels' vectors."""
    cell = op.cell
    if any(len(cell.shapes[node.name]) != 1 for node in cell.nodes):
        return None
    initial = (
        None if v is None else FixedArray(np.broadcast_to(v.integers, (channels, *v.shape)), v.fractional)
        for v in op.initial
    )
    return replace(op, cell=in_turn(cell, channels), initial=tuple(initial))


def _quantizer(quantizer: Quantizer, rank: int) -> Quantizer:
    kind = quantizer.type
    parts = (_spread(part, rank) for part in (kind.signed, kind.integer, kind.fractional))
    return replace(quantizer, type=FixedType(*parts))


def _widened(value: FixedArray, rank: int) -> FixedArray:
    return FixedArray(_spread(value.integers, rank), value.fractional)


def _spread(setting: Ints, rank: int) -> Ints:
    """Settings that broadcast to a tensor of so many axes, with an axis of one entry where the channel comes in."""
    behind = rank - (1 if rank > 1 else 0)  # axes behind the channel's
    at = setting.ndim - behind
    return np.expand_dims(setting, at) if at >= 0 else setting
