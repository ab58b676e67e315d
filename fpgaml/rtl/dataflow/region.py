"""A part of a network on whole tensors, as a Graph of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import Constant


def grow_region(
    builder: GraphBuilder, graph: Graph, nodes: Sequence[Node], values: Mapping[str, str]
) -> dict[str, str]:
    """Append nodes as they are, with the constants that they read.

    Args:
        builder: of the new Graph; values: for each tensor that the nodes read from outside its name there.

    Returns:
        `values`, and with them each node's name in the new Graph.
    """
    known = dict(values)
    for node in nodes:
        for name in node.inputs:
            if name not in known and isinstance(graph[name].op, Constant):
                known[name] = builder.add(graph[name].op, name=name)
        known[node.name] = builder.add(node.op, *(known[name] for name in node.inputs), name=node.name)
    return known
