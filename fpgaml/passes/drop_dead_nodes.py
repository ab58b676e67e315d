"""Take out what no output needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input
from fpgaml.passes.base import Pass


@dataclass(frozen=True)
class DropDeadNodes(Pass):
    """Nodes that no output needs go; inputs stay, since they are the network's ports."""

    name: ClassVar[str] = "drop-dead-nodes"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit; layers whose node went are no longer there."""
        nodes = needed(graph)
        if len(nodes) == len(graph.nodes):
            return graph
        kept = {node.name for node in nodes}
        return replace(graph, nodes=nodes, layers={layer: n for layer, n in graph.layers.items() if n in kept})


def _inputs(node: Node) -> Iterable[str]:
    return node.inputs


def needed(graph: Graph, reads: Callable[[Node], Iterable[str]] = _inputs) -> tuple[Node, ...]:
    """The inputs, and the nodes that the outputs come from, in order.

    Args:
        reads: the names of the nodes that a node reads, where it does not read its own inputs.
    """
    wanted = set(graph.outputs)
    for node in reversed(graph.nodes):
        if node.name in wanted:
            wanted.update(reads(node))
    return tuple(node for node in graph.nodes if node.name in wanted or isinstance(node.op, Input))
