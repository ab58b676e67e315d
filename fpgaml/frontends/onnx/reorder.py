"""Transposes in front of a Dense: its rows take another order, and no data moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Concatenate, Dense, LeakyRelu, Lookup, Quantize, Relu, Reshape, Transpose
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray

ALIKE = (Relu, LeakyRelu, Lookup)
"""Operations that do the same to every element."""


@dataclass(frozen=True)
class Flattened:
    """A transposed tensor, flattened.

    Args:
        transpose, reshape: the nodes; order: the place in the tensor of each element of the result.
    """

    transpose: Node
    reshape: Node
    order: Ints


def without_transposes(graph: Graph) -> Graph:
    """The Graph with transposed tensors that are flattened for a Dense, alone or beside others, left as they lie.

    Layers whose elements come in another order then are not in `layers` any more.
    """
    for node in graph.nodes:
        if isinstance(node.op, Dense) and len(graph.shapes[node.inputs[0]]) == 1:
            graph = _reordered(graph, node)
    return graph


def _reordered(graph: Graph, dense: Node) -> Graph:
    way = list(_way(graph, dense))
    start = way[-1] if way else dense
    parts = _parts(graph, start)
    found = {index: part for index, part in enumerate(parts) if isinstance(part, Flattened)}
    if not found:
        return graph
    sizes = [prod(part.order.shape) if isinstance(part, Flattened) else graph.shapes[part][0] for part in parts]
    starts = np.cumsum([0, *sizes])
    places = np.arange(starts[-1])
    for index, part in found.items():
        places[starts[index] : starts[index + 1]] = part.order + starts[index]
    assert isinstance(dense.op, Dense)
    rows = np.empty_like(places)
    rows[places] = np.arange(len(places))
    kernel = FixedArray(dense.op.kernel.integers[rows], dense.op.kernel.fractional)
    new: dict[str, list[Node]] = {dense.name: [replace(dense, op=replace(dense.op, kernel=kernel))]}
    for part in found.values():
        new[part.transpose.name] = []
        new[part.reshape.name] = [replace(part.reshape, inputs=part.transpose.inputs)]
    moved = {node.name for node in way} | {part.reshape.name for part in found.values()}
    moved |= {part.transpose.name for part in found.values()}
    layers = {label: name for label, name in graph.layers.items() if name not in moved}
    return replace(graph, layers=layers).rewired(new)


def _way(graph: Graph, dense: Node) -> Iterator[Node]:
    """The nodes in front of a Dense, backwards, that nobody else reads and that do the same to every element.

    Up to a Concatenate, which is the last one, or to a node that does more than that.
    """
    node = dense
    while True:
        before = graph[node.inputs[0]]
        if not _only(graph, before):
            return
        if isinstance(before.op, Concatenate):
            yield before
            return
        uniform = isinstance(before.op, Quantize) and before.op.quantizer.type.is_uniform
        if not (uniform or isinstance(before.op, ALIKE)):
            return
        yield before
        node = before


def _parts(graph: Graph, start: Node) -> list[Flattened | str]:
    """What a node reads, part by part: flattened tensors, or the names of others."""
    return [_flattened(graph, name) or name for name in start.inputs]


def _flattened(graph: Graph, name: str) -> Flattened | None:
    reshape = graph[name]
    if not isinstance(reshape.op, Reshape) or not _only(graph, reshape) or len(reshape.op.dims) != 1:
        return None
    transpose = graph[reshape.inputs[0]]
    if not isinstance(transpose.op, Transpose) or not _only(graph, transpose):
        return None
    shape = graph.shapes[transpose.inputs[0]]
    return Flattened(
        transpose, reshape, np.arange(prod(shape)).reshape(shape).transpose(transpose.op.order).reshape(-1)
    )


def _only(graph: Graph, node: Node) -> bool:
    """Whether one node alone reads it."""
    return len(graph.consumers[node.name]) == 1 and node.name not in graph.outputs
