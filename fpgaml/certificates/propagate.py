"""Boxes of inputs through a Graph: what each output can be in them, and by how much it can change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fpgaml.certificates import changes, reach
from fpgaml.certificates.interval import Interval, meet
from fpgaml.certificates.reach import rule_of
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Constant, Input


class Propagation:
    """Through the part of a Graph that an output needs.

    Args:
        graph: the network; output: one of its nodes.
    """

    def __init__(self, graph: Graph, output: str) -> None:
        self._graph, self._output = graph, output
        needed = {output}
        nodes = []
        for node in reversed(graph.nodes):
            if node.name in needed:
                needed.update(node.inputs)
                nodes.append(node)
        self._nodes = nodes[::-1]

    def change(self, boxes: Mapping[str, Interval], steps: Mapping[str, Interval]) -> Interval:
        """By how much the output changes, where its inputs change by something and stay in a box.

        Args:
            boxes: of each Input, shape (boxes, *shape); steps: how each changes.

        Returns:
            Shape (boxes, *shape of the output); the true changes lie in it, which may be wider.
        """
        return self.everything(boxes, steps)[1][self._output]

    def everything(
        self, boxes: Mapping[str, Interval], steps: Mapping[str, Interval]
    ) -> tuple[dict[str, Interval], dict[str, Interval]]:
        """As `change`: what each node can be, and by how much it can change."""
        values: dict[str, Interval] = {}
        moves: dict[str, Interval] = {}
        count = next(iter(boxes.values())).shape[0]
        for node in self._nodes:
            if isinstance(node.op, Input):
                values[node.name], moves[node.name] = boxes[node.name], steps[node.name]
                continue
            xs, ds = ([known[name] for name in node.inputs] for known in (values, moves))
            values[node.name] = y = self._value(node, xs, count)
            moves[node.name] = self._change(node, xs, ds, y)
        return values, moves

    def _value(self, node: Node, xs: list[Interval], boxes: int) -> Interval:
        if isinstance(node.op, Constant):
            return reach.of_constant(node.op, boxes)
        rule: Any = rule_of(reach.RULES, node.op)
        if rule is not None:
            found: Interval = rule(node.op, xs)
            return found
        known = self._graph.ranges[node.name]
        shape = (boxes, *known.shape)
        return Interval.of(np.broadcast_to(known.low, shape), np.broadcast_to(known.high, shape), known.unit)

    def _change(self, node: Node, xs: list[Interval], ds: list[Interval], y: Interval) -> Interval:
        if all(d.is_zero for d in ds):
            return Interval.zero(y.shape)
        rule: Any = rule_of(changes.RULES, node.op)
        most = changes.widest(y)
        if rule is None:
            return most
        return meet(rule(node.op, xs, ds, y, self._graph.ranges[node.inputs[0]].fractional), most)
