"""Tensors whose axes lie in another order in the model file than in the Graph: channels-first files, for one.

An order says for each axis of the Graph's tensor which of the file's it is, the events not counted: (1, 2, 0) for
images of (channels, height, width) in a Graph of (height, width, channels).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.axes import plan_layout
from fpgaml.data.dataset import DataSet
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Shape

Orders = Mapping[str, tuple[int, ...]]
"""By the tensor's name, for those alone that lie otherwise."""


def in_graph_order(data: DataSet, orders: Orders) -> DataSet:
    """The same events, with their axes as the Graph has them."""
    sources = {
        name: replace(source, layout=replace(source.layout, order=orders[name])) if name in orders else source
        for name, source in data.sources.items()
    }
    return replace(data, sources=sources)


def file_shape(shape: Shape, order: tuple[int, ...] | None) -> Shape:
    """The shape that a tensor of the Graph has in the file."""
    return shape if order is None else tuple(shape[order.index(axis)] for axis in range(len(order)))


def file_shapes(graph: Graph, orders: Orders) -> dict[str, Shape]:
    """Each input's shape as the file has it, by its layer."""
    return {layer: file_shape(graph.shapes[node], orders.get(layer)) for layer, node in graph.input_layers.items()}


def to_file(values: NDArray[Any], order: tuple[int, ...] | None) -> NDArray[Any]:
    """Events of shape (n, *graph) with their axes as the file has them."""
    return values if order is None else values.transpose(0, *(order.index(axis) + 1 for axis in range(len(order))))


def to_graph(values: NDArray[Any], order: tuple[int, ...] | None, shape: Shape, where: str) -> NDArray[Any]:
    """Events as the file has them, or flattened, with their axes as the Graph has them.

    Args:
        shape: the Graph's; where: whose values they are, for messages.

    Raises:
        FpgamlError: the shapes do not go together.
    """
    if order is None:
        return values
    whole = plan_layout(values.shape[1:], file_shape(shape, order), where).apply(values)
    return np.asarray(whole.transpose(0, *(axis + 1 for axis in order)))
