"""Write a Scan as its cell once a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Concatenate, Constant, Input, Operation, Reshape, Slice
from fpgaml.graph.ops.scan import Scan
from fpgaml.passes.base import Pass
from fpgaml.passes.drop_dead_nodes import needed


@dataclass(frozen=True)
class UnrollScans(Pass):
    """Every step of a Scan becomes nodes of its own: for targets that have nothing better for it.

    A node of the cell is called after the Scan, the step's place in x and itself. What no later step and no output
    needs is left out.

    Args:
        chosen: which Scans; all by default.
    """

    name: ClassVar[str] = "unroll-scans"
    chosen: Callable[[Scan], bool] = lambda _: True

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit, under the same names; their types may be narrower."""
        # A cell may hold Scans too.
        while scans := [node for node in graph.nodes if isinstance(node.op, Scan) and self.chosen(node.op)]:
            taken = {node.name for node in graph.nodes}
            graph = graph.rewired({node.name: _Unrolled(graph, node, taken).nodes() for node in scans})
        return graph


class _Unrolled:
    """One Scan on its way to nodes.

    Args:
        taken: the names that are in use; grows.
    """

    def __init__(self, graph: Graph, node: Node, taken: set[str]) -> None:
        assert isinstance(node.op, Scan)
        self._node, self._op, self._taken = node, node.op, taken
        self._shape = graph.shapes[node.inputs[0]]
        self._nodes: list[Node] = []
        self._constants: dict[str, str] = {}

    def nodes(self) -> tuple[Node, ...]:
        """What stands in the Scan's place; the last one has its name."""
        op, places = self._op, self._op.places(self._shape[0])
        states, outputs = self._before(), {}
        for place in places:
            whole = op.sequence or place == places[-1]
            known = self._step(place, states, op.cell.outputs if whole else op.new_states)
            states = [known[name] for name in op.new_states]
            if whole:
                outputs[place] = known[op.output]
        dims = op.cell.shapes[op.output]
        if not op.sequence:
            self._nodes.append(Node(self._node.name, Reshape(dims), (outputs[places[-1]],), self._node.source))
            return tuple(self._nodes)
        rows = [self._add(f"{at}_row", Reshape((1, *dims)), outputs[at]) for at in sorted(outputs)]
        self._nodes.append(Node(self._node.name, Concatenate(0), tuple(rows), self._node.source))
        return tuple(self._nodes)

    def _before(self) -> list[str]:
        """The states before the first step."""
        given = iter(self._node.inputs[1:])
        pairs = zip(self._op.initial, self._op.states, strict=True)
        return [next(given) if v is None else self._add(f"first_{s.name}", Constant(v)) for v, s in pairs]

    def _step(self, place: int, states: list[str], wanted: tuple[str, ...]) -> Mapping[str, str]:
        """The cell's nodes for one step; by the name in the cell the name in the graph."""
        cell, rest = self._op.cell, self._shape[1:]
        starts, stops = (place, *(0 for _ in rest)), (place + 1, *rest)
        row = self._add(f"{place}_slice", Slice(starts, stops, (1,) * len(stops)), self._node.inputs[0])
        known = {self._op.step.name: self._add(f"{place}_{self._op.step.name}", Reshape(rest), row)}
        known |= {node.name: state for node, state in zip(self._op.states, states, strict=True)}
        for node in needed(replace(cell, outputs=wanted, layers={})):
            if isinstance(node.op, Input):
                continue
            if isinstance(node.op, Constant):
                if node.name not in self._constants:
                    self._constants[node.name] = self._add(node.name, node.op)
                known[node.name] = self._constants[node.name]
            else:
                known[node.name] = self._add(f"{place}_{node.name}", node.op, *(known[name] for name in node.inputs))
        return known

    def _add(self, name: str, op: Operation, *inputs: str) -> str:
        name = unique = f"{self._node.name}_{name}"
        number = 1
        while unique in self._taken:
            number += 1
            unique = f"{name}_{number}"
        self._taken.add(unique)
        self._nodes.append(Node(unique, op, inputs, self._node.source or self._node.name))
        return unique
