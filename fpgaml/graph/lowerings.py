"""What a target says of operations that it has no lowering for."""

from __future__ import annotations

from collections.abc import Container

from fpgaml.errors import Problem
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Operation

ADVICE = "Replace this layer in the model, or choose another --target"


def no_lowering(node: Node, target: str) -> Problem:
    """A target has no rule for a node's operation."""
    return Problem(node.source or node.name, f"{target} has no lowering for {type(node.op).__name__}", ADVICE)


def missing(graph: Graph, lowered: Container[type[Operation]], target: str) -> list[Problem]:
    """A problem for each node whose operation is not among those that a target lowers.

    Args:
        target: its name, as the user knows it.
    """
    return [no_lowering(node, target) for node in graph.nodes if type(node.op) not in lowered]
