"""A table and the quantizer behind it are one table: one rounding, and no wide entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Lookup, Quantize, Scale
from fpgaml.graph.types import Quantizer
from fpgaml.graph.values import FixedArray, quantize


def with_joined_tables(graph: Graph) -> Graph:
    """The Graph with each Lookup that a quantizer of one type alone reads as a table of what that gives.

    A scale of one number between them goes into the table too. Exact: the entries are computed as the Graph would.
    """
    for node in graph.nodes:
        if isinstance(node.op, Lookup):
            way = list(_way(graph, node))
            last = max((at for at, each in enumerate(way) if isinstance(each.op, Quantize)), default=None)
            if last is not None:
                graph = _joined(graph, node, way[: last + 1])
    return graph


def _way(graph: Graph, node: Node) -> Iterator[Node]:
    """The nodes behind a table, as long as one alone reads the one before and does the same to every element."""
    while True:
        readers = graph.consumers[node.name]
        if len(readers) != 1 or node.name in graph.outputs:
            return
        node = readers[0]
        one = isinstance(node.op, Scale) and node.op.factor.integers.size == node.op.offset.integers.size == 1
        if not one and not (isinstance(node.op, Quantize) and node.op.quantizer.type.is_uniform):
            return
        yield node


def _joined(graph: Graph, table: Node, way: list[Node]) -> Graph:
    assert isinstance(table.op, Lookup)
    entries = table.op.table
    for node in way:
        entries = _through(node, entries)
    gone = {node.name for node in (table, *way[:-1])}
    made = replace(way[-1], op=Lookup(table.op.domain, entries), inputs=table.inputs)
    layers = {label: name for label, name in graph.layers.items() if name not in gone}
    return replace(graph, layers=layers).rewired({way[-1].name: [made], **{name: [] for name in gone}})


def _through(node: Node, entries: FixedArray) -> FixedArray:
    """What an operation makes of each entry."""
    if isinstance(node.op, Scale):
        factor, offset = (FixedArray(c.integers.reshape(1), c.fractional) for c in (node.op.factor, node.op.offset))
        return Scale(factor, offset).run([entries])
    assert isinstance(node.op, Quantize)
    kept = node.op.quantizer
    return quantize(entries, Quantizer(kept.type.uniform(), kept.rounding, kept.overflow)).normalised()
