"""What each node of a Graph is held in and computed in, for the record."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.cpp.facts import NodeArithmetic
from fpgaml.emulator.integers import IntType
from fpgaml.emulator.plan import Plan, plan
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Linear


def arithmetic(graph: Graph) -> tuple[NodeArithmetic, ...]:
    """Every node of a Graph, in order.

    Raises:
        UnsupportedError: as for `plan`.
    """
    made = plan(graph)
    held = {step.result for step in made.steps} | {node.name for node in graph.inputs}
    computed = {node.name for step in made.steps for node in step.nodes}
    return tuple(_rows(made, held, computed))


def _rows(made: Plan, held: set[str], computed: set[str]) -> Iterator[NodeArithmetic]:
    for node in made.graph.nodes:
        tensor = made.tensor(node.name, "")
        where = _short(tensor.type) if node.name in held else ""
        how = _how(node, _short(tensor.computed)) if node.name in computed else ""
        yield NodeArithmetic(node=node.name, held=where, computed=how)


def _how(node: Node, kind: str) -> str:
    return f"{kind} products and sums" if isinstance(node.op, Linear) else kind


def _short(kind: IntType) -> str:
    return kind.cpp.removeprefix("std::").removesuffix("_t")
