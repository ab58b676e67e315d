"""Quantize and ReLU before a Reshape instead of behind it, where they are the same: windows that overlap share them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Quantize, Relu, Reshape
from fpgaml.graph.types import FixedType


def reshape_late(graph: Graph) -> Graph:
    """The same network, every Reshape behind the element-wise operations that follow it alone.

    Elements keep their row-major order through a Reshape, so each meets the same operation on either side of it.
    """
    while (pair := _pair(graph)) is not None:
        graph = _swapped(graph, *pair)
    return graph


def _pair(graph: Graph) -> tuple[Node, Node] | None:
    """A Reshape and what alone reads it."""
    for node in graph.nodes:
        if isinstance(node.op, Reshape) and node.name not in graph.outputs:
            readers = graph.consumers[node.name]
            reader = readers[0] if len(readers) == 1 else None
            if reader is not None and isinstance(reader.op, Quantize | Relu) and reader.name not in graph.outputs:
                return node, reader
    return None


def _swapped(graph: Graph, reshape: Node, reader: Node) -> Graph:
    source = reshape.inputs[0]
    first = replace(_on(graph, reader, source), inputs=(source,))
    second = replace(reshape, inputs=(reader.name,))
    nodes = []
    for node in graph.nodes:
        if node.name == reshape.name:
            nodes += [first, second]
        elif node.name != reader.name:
            inputs = tuple(reshape.name if name == reader.name else name for name in node.inputs)
            nodes.append(replace(node, inputs=inputs))
    return Graph(graph.name, tuple(nodes), graph.outputs, graph.layers)


def _on(graph: Graph, node: Node, source: str) -> Node:
    """An element-wise operation on a tensor of another shape with as many elements."""
    if not isinstance(node.op, Quantize) or node.op.quantizer.type.is_uniform:
        return node
    kind, shape = node.op.quantizer.type, graph.shapes[node.name]
    parts = (kind.signed, kind.integer, kind.fractional)
    there = (np.broadcast_to(part, shape).reshape(graph.shapes[source]) for part in parts)
    quantizer = replace(node.op.quantizer, type=FixedType(*there))
    return replace(node, op=Quantize(quantizer))
