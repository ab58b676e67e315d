"""What a recurrent cell makes of its step alone is computed before the Scan: the way from state to state is shorter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Concatenate, Constant, Input, Slice
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.rtl.dataflow.turns import in_turn


def steps_ahead(graph: Graph) -> Graph:
    """The same values, bit for bit, under the same names."""
    scans = [node for node in graph.nodes if isinstance(node.op, Scan)]
    return graph.rewired({node.name: tuple(_Ahead(graph, node).nodes()) for node in scans}) if scans else graph


class _Ahead:
    """One Scan: which nodes of its cell need no state, and what of them the others read."""

    def __init__(self, graph: Graph, node: Node) -> None:
        assert isinstance(node.op, Scan)
        self._graph, self._node, self._op = graph, node, node.op
        self._cell, self._step = node.op.cell, node.op.step.name
        self._alone = self._of_step()
        while (move := next(self._last_moves(), None)) is not None:
            self._alone.remove(move)  # cheaper behind than before: what is moved is there once

    def nodes(self) -> Iterator[Node]:
        """What stands in the Scan's place; the last one has its name."""
        ahead = self._lifted()
        if ahead is None:
            yield self._node
            return
        prefix, (x, *given) = f"{self._node.name}_", self._node.inputs
        names = {name: f"{prefix}{name}" for name in (node.name for node in ahead.nodes)} | {self._step: x}
        for node in ahead.nodes:
            if not isinstance(node.op, Input):
                yield Node(names[node.name], node.op, tuple(names[name] for name in node.inputs), self._node.source)
        known = [names[name] for name in ahead.outputs]
        if len(known) > 1:
            yield Node(f"{prefix}ahead", Concatenate(1), tuple(known), self._node.source)
            known = [f"{prefix}ahead"]
        yield replace(self._node, op=replace(self._op, cell=self._rest(ahead.outputs)), inputs=(known[0], *given))

    def _of_step(self) -> set[str]:
        """The nodes that follow from the step and constants."""
        found = {self._step}
        for node in self._cell.nodes:
            varying = [name for name in node.inputs if not isinstance(self._cell[name].op, Constant)]
            if varying and all(name in found for name in varying):
                found.add(node.name)
        return found

    @property
    def _read(self) -> tuple[str, ...]:
        """Of these nodes those that others read, or that leave the cell."""
        cell = self._cell
        outside = (reader for reader in cell.nodes if reader.name not in self._alone)
        read = {name for reader in outside for name in reader.inputs} | {*cell.outputs}
        return tuple(node.name for node in cell.nodes if node.name in self._alone & read)

    def _last_moves(self) -> Iterator[str]:
        """Slices that only others read."""
        for name in self._read:
            inside = any(reader.name in self._alone for reader in self._cell.consumers[name])
            if isinstance(self._cell[name].op, Slice) and not inside:
                yield name

    def _lifted(self) -> Graph | None:
        """These nodes on all steps at once; None where there is nothing to gain, or a step is no vector."""
        cell, read = self._cell, self._read
        if self._alone == {self._step} or any(len(cell.shapes[node.name]) != 1 for node in cell.nodes):
            return None
        inside = [node for node in cell.nodes if node.name in self._alone]
        constants = {name for node in inside for name in node.inputs} - self._alone
        nodes = tuple(node for node in cell.nodes if node.name in self._alone | constants)
        try:
            return in_turn(Graph(cell.name, nodes, read), self._graph.shapes[self._node.inputs[0]][0])
        except FpgamlError:
            return None

    def _rest(self, read: tuple[str, ...]) -> Graph:
        """The cell without them: its step is what was read of them, one behind another."""
        cell = self._cell
        sizes = [cell.shapes[name][0] for name in read]
        types = [cell.types[name] for name in read]
        parts = (
            np.concatenate(
                [np.broadcast_to(getattr(kind, part), size) for kind, size in zip(types, sizes, strict=True)]
            )
            for part in ("signed", "integer", "fractional")
        )
        whole = len(read) == 1
        nodes = [Node(read[0] if whole else self._step, Input((sum(sizes),), Quantizer(FixedType(*parts))))]
        first = 0
        for name, size in zip(read, sizes, strict=True):
            if not whole:
                box = Slice((first,), (first + size,), (1,))
                nodes.append(Node(f"{name}_ahead" if name == self._step else name, box, (self._step,)))
            first += size
        renamed = {self._step: f"{self._step}_ahead"} if not whole else {}
        for node in cell.nodes:
            if node.name not in self._alone:
                nodes.append(replace(node, inputs=tuple(renamed.get(name, name) for name in node.inputs)))
        return Graph(cell.name, tuple(nodes), tuple(renamed.get(name, name) for name in cell.outputs))
