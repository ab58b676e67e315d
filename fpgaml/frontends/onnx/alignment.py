"""Several tensors brought into nodes whose axes lie alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

import numpy as np

from fpgaml.frontends.onnx.arrangement import BATCH, Axes
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.ops import Shape


def broadcast(layer: Layer, a: Value, b: Value) -> tuple[Value, Value, Shape]:
    """Two tensors, real values, in nodes that broadcast to one another.

    Returns:
        Both with the same rank and the same axes, and the shape of the result as the file has it.

    Raises:
        UnsupportedError: the batch of one meets another axis of the other.
        ValueError: the shapes do not fit together.
    """
    shape = tuple(int(size) for size in np.broadcast_shapes(a.shape, b.shape))
    rank = len(shape)
    first, second = (_of_rank(layer.as_node(value, "constant"), rank) for value in (a, b))
    first, second = same_batch(layer, (first, second))
    if first.axes == second.axes and len(layer.shape(first.node)) == len(layer.shape(second.node)):
        return first, second, shape
    first, second = lying_alike(layer, (first, second))
    return first, second, shape


def _of_rank(value: Value, rank: int) -> Value:
    """A tensor with axes of size 1 in front."""
    missing = rank - len(value.shape)
    return replace(value, shape=(1,) * missing + value.shape, axes=((),) * missing + value.axes)


def same_batch(layer: Layer, values: Sequence[Value]) -> list[Value]:
    """Tensors of one rank with the batch in the same place.

    Raises:
        UnsupportedError: it meets another axis.
    """
    places = {value.batch for value in values if value.batch is not None}
    if not places:
        return list(values)
    place = min(places)

    def placed(value: Value) -> Value:
        if value.batch == place:
            return value
        if value.batch is not None or value.shape[place] not in (1, layer.batch):
            raise layer.unsupported(
                f"{layer.call.kind} of tensors whose batches lie along different axes",
                "Let the first axis of both be the batch",
            )
        if value.shape[place] != 1:
            raise layer.unsupported("a constant that varies along the batch", "Export the model with a batch of one")
        axes: Axes = (*value.axes[:place], (BATCH,), *value.axes[place + 1 :])
        return replace(value, axes=axes)

    return [placed(value) for value in values]


def lying_alike(layer: Layer, values: Sequence[Value]) -> list[Value]:
    """Tensors of one rank, batch in the same place, in nodes with the file's axes whole and in one order.

    The largest tensor stays as it lies, the others follow.
    """
    lead = max(values, key=lambda value: prod(value.shape))
    lead = layer.arranged(lead)
    order = sorted(lead.real, key=lambda axis: lead.axes[axis])
    return [layer.arranged(value, order) for value in values]
