"""What each node of a Graph is held in and computed in, for the record."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.cpp.facts import NodeArithmetic
from fpgaml.emulator.bodies.linear import in_pairs
from fpgaml.emulator.integers import INT16, IntType
from fpgaml.emulator.plan import Plan, plan
from fpgaml.emulator.site import Site
from fpgaml.emulator.tables import Tables
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
        how = _how(made, node) if node.name in computed else ""
        yield NodeArithmetic(node=node.name, held=where, computed=how)


def _how(made: Plan, node: Node) -> str:
    result = made.tensor(node.name, "")
    kind = _short(result.computed)
    if not isinstance(node.op, Linear):
        return kind
    operands = tuple(made.tensor(name, "") for name in node.inputs)
    pairs = in_pairs(Site(node.op, operands, result, node.name, Tables()))
    products = " and ".join(sorted(_short(INT16) if each else kind for each in pairs))
    return f"{products} products, {kind} sums"


def _short(kind: IntType) -> str:
    return kind.cpp.removeprefix("std::").removesuffix("_t").removeprefix("fpgaml::")
