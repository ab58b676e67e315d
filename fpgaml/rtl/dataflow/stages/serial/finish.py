"""What becomes of a sum: its bias and the operations that follow, with constants by the number of the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import cast

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import (
    Add,
    AveragePool,
    Choose,
    Concatenate,
    Constant,
    Input,
    LeakyRelu,
    Lookup,
    Maximum,
    Minimum,
    Multiply,
    Quantize,
    Relu,
    Reshape,
    Scale,
    Subtract,
)
from fpgaml.graph.ops.linear import Linear
from fpgaml.graph.types import FixedType, Ints, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.dataflow.localise import index_input, index_table
from fpgaml.rtl.dataflow.stages.serial.sums import total_type

TOTAL, NUMBER, RESULT = "total", "number", "result"
PLAIN = (Relu, LeakyRelu, Lookup)
PAIRS = (Add, Subtract, Multiply, Maximum, Minimum)
FEW_FACTORS = 4
"""So many different factors are constants, one of which is chosen; more are multiplied with, out of a table."""


def fuses(graph: Graph, node: Node) -> bool:
    """Whether a node is computed on the results of the engine whose values it reads."""
    if isinstance(node.op, (*PLAIN, Scale, Quantize, Reshape)):
        return True
    constants = [isinstance(graph[name].op, Constant) for name in node.inputs]
    varying = [name for name, constant in zip(node.inputs, constants, strict=True) if not constant]
    if not isinstance(node.op, PAIRS) or len(varying) != 1:
        return False
    return graph.shapes[node.name] == graph.shapes[varying[0]]


@dataclass
class Finish:
    """The kernel Graph under construction.

    Args:
        graph: the network; nodes: the one that sums, then those that follow; lanes: results at once; groups: of
            results a position.
    """

    graph: Graph
    nodes: Sequence[Node]
    lanes: int
    groups: int

    @property
    def count(self) -> int:
        """Beats of a frame's results."""
        return prod(self.graph.shapes[self.nodes[0].name]) // self.lanes

    def period(self) -> int:
        """After so many beats all constants come again: 1, those of a position, or those of a frame."""
        rows = [row for node in self.nodes for row in self._settings(node)]
        for period in sorted({1, self.groups}):
            if all((row == np.tile(row[:period], (self.count // period, 1))).all() for row in rows):
                return period
        return self.count

    def build(self, name: str) -> Graph:
        """Sums of shape (lanes,), and the number of the beat within a period where that matters, to the results."""
        self._builder = builder = GraphBuilder(name)
        self._period = self.period()
        head = self.nodes[0]
        value = builder.add(Input((self.lanes,), Quantizer(total_type(self.graph, head))), name=TOTAL)
        self._number = ""
        if self._period > 1:
            self._number = builder.add(Input((1,), index_input(self._period)), name=NUMBER)
        if isinstance(head.op, Linear) and head.op.bias is not None:
            value = self._added(value, head.op.bias, head)
        if isinstance(head.op, AveragePool):
            value = self._scaled(value, head.op.factor, head)
        for node in self.nodes[1:]:
            value = self._grown(value, node)
        lift = Scale(FixedArray(np.ones((1,), dtype=np.int64), 0), FixedArray(np.zeros((1,), dtype=np.int64), 0))
        return builder.build([builder.add(lift, value, name=RESULT)])

    def _grown(self, value: str, node: Node) -> str:
        op = node.op
        if isinstance(op, Reshape):
            return value
        if isinstance(op, Quantize):
            return self._quantized(value, op, node)
        if isinstance(op, Scale):
            return self._added(self._scaled(value, op.factor, node), op.offset, node)
        if isinstance(op, PLAIN):
            return self._builder.add(op, value, name=node.name)
        if isinstance(op, PAIRS):
            names = [
                self._constant(cast(Constant, self.graph[name].op).value, node)
                if isinstance(self.graph[name].op, Constant)
                else value
                for name in node.inputs
            ]
            return self._builder.add(op, *names, name=node.name)
        raise FpgamlError(node.source or node.name, f"{type(op).__name__} does not follow a Serial engine's sums")

    def _settings(self, node: Node) -> list[Ints]:
        """All numbers of a node that may differ from element to element, each of shape (beats, lanes)."""
        op = node.op
        if isinstance(op, Linear):
            return [] if op.bias is None else [self._beats(op.bias.integers, node)]
        if isinstance(op, AveragePool):
            return [self._beats(op.factor.integers, node)]
        if isinstance(op, Scale):
            return [self._beats(value.integers, node) for value in (op.factor, op.offset)]
        if isinstance(op, Quantize):
            kind = op.quantizer.type
            return [self._beats(part, node) for part in (kind.signed, kind.integer, kind.fractional)]
        found = [self.graph[name].op for name in node.inputs]
        return [self._beats(op.value.integers, node) for op in found if isinstance(op, Constant)]

    def _beats(self, whole: Ints, node: Node) -> Ints:
        return np.broadcast_to(whole, self.graph.shapes[node.name]).reshape(self.count, self.lanes)

    def _added(self, value: str, constant: FixedArray, node: Node) -> str:
        if not constant.integers.any():
            return value
        return self._builder.add(Add(), value, self._constant(constant, node), name=f"{node.name}_offset")

    def _scaled(self, value: str, factor: FixedArray, node: Node) -> str:
        nothing = FixedArray(np.zeros((self.lanes,), dtype=np.int64), 0)
        rows = self._beats(factor.integers, node)[: self._period]
        different, numbers = _different(rows)
        if len(different) > FEW_FACTORS:
            return self._builder.add(Multiply(), value, self._constant(factor, node), name=node.name)
        options = [
            self._builder.add(Scale(FixedArray(row, factor.fractional), nothing), value, name=node.name)
            for row in different
        ]
        return self._chosen(options, numbers, node.name)

    def _quantized(self, value: str, op: Quantize, node: Node) -> str:
        if op.quantizer.type.is_uniform:
            return self._builder.add(op, value, name=node.name)
        rows = np.concatenate([row[: self._period] for row in self._settings(node)], axis=1)
        different, numbers = _different(rows)
        options = [
            self._builder.add(
                Quantize(Quantizer(FixedType(*np.split(row, 3)), op.quantizer.rounding, op.quantizer.overflow)),
                value,
                name=node.name,
            )
            for row in different
        ]
        return self._chosen(options, numbers, node.name)

    def _chosen(self, options: list[str], numbers: NDArray[np.int64], name: str) -> str:
        """The option that a beat has the number of."""
        if len(options) == 1:
            return options[0]
        index = self._builder.add(index_table(numbers.tolist()), self._number, name=f"{name}_choice")
        return self._builder.add(Choose(), index, *options, name=f"{name}_chosen")

    def _constant(self, value: FixedArray, node: Node) -> str:
        """A constant's elements, lane by lane: out of a table where they differ from beat to beat."""
        rows = self._beats(value.integers, node)[: self._period]
        if (rows == rows[:1]).all():
            return self._builder.add(Constant(FixedArray(rows[0], value.fractional)), name=f"{node.name}_constant")
        lanes = []
        for column in rows.T:
            entries = [int(n) for n in column]
            if len(set(entries)) == 1:
                same = Constant(FixedArray(np.array(entries[:1], dtype=object), value.fractional))
                lanes.append(self._builder.add(same, name=f"{node.name}_constant"))
            else:
                table = index_table(entries, value.fractional)
                lanes.append(self._builder.add(table, self._number, name=f"{node.name}_constant"))
        return self._builder.add(Concatenate(0), *lanes, name=f"{node.name}_constants")


def _different(rows: Ints) -> tuple[list[Ints], NDArray[np.int64]]:
    """The different rows, and for each row which of them it is."""
    found: dict[tuple[int, ...], int] = {}
    numbers = [found.setdefault(tuple(int(n) for n in row), len(found)) for row in rows]
    return [np.array(row, dtype=object) for row in found], np.array(numbers)
