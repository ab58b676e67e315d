"""Beats of a few elements in row-major order, less than a position of the first axis: pixels of an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Choose, Concatenate, Constant, Dense, GroupSort, Reshape, Shape
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.types import Ints


@dataclass(frozen=True)
class Elements:
    """Which elements of a tensor a beat holds: `count` of them, beat m those from count * m on."""

    count: int

    def local(self, shape: Shape) -> Shape:
        """Of a beat of a tensor: whole entries of its last axis, or elements of a vector."""
        return (*(1,) * (len(shape) - 2), self.count // shape[-1], shape[-1]) if len(shape) > 1 else (self.count,)

    def constant(self, value: Ints, shape: Shape) -> Ints:
        """A constant operand of an elementwise result of that shape, for every element."""
        return np.broadcast_to(value, shape)

    def taken(self, whole: Ints, beats: int, axis: int) -> Ints:
        """What settings of every element are in each beat, the beats first.

        Args:
            whole: `axis` axes of settings, then those of the tensor.
        """
        flat = whole.reshape(*whole.shape[:axis], -1)
        spare = beats * self.count - flat.shape[-1]
        flat = np.pad(flat, [(0, 0)] * axis + [(0, spare)], mode="edge")
        cut = flat.reshape(*whole.shape[:axis], beats, *self.local(whole.shape[axis:]))
        return np.asarray(np.moveaxis(cut, axis, 0))


def elements_of(graph: Graph, nodes: Sequence[Node], counts: Mapping[str, int]) -> list[Elements] | None:
    """Which elements of each node's result a beat stands for; None where one does not follow from a beat's elements.

    Args:
        counts: for each tensor that the nodes read from outside, elements a beat.
    """
    known = dict(counts)
    found = []
    for node in nodes:
        count = _count(graph, node, known)
        if count is None:
            return None
        known[node.name] = count
        found.append(Elements(count))
    return found


def _count(graph: Graph, node: Node, known: Mapping[str, int]) -> int | None:
    """Elements of a node's result for a beat's elements of what it reads."""
    op, shape = node.op, graph.shapes[node.name]
    varying = [name for name in node.inputs if not isinstance(graph[name].op, Constant)]
    shapes, counts = [graph.shapes[name] for name in varying], [known[name] for name in varying]
    if isinstance(op, Concatenate):
        if len(varying) < len(node.inputs) or normal_axis(op.axis, len(shape)) != len(shape) - 1:
            return None
        return _entries(counts, shapes, shape)
    if isinstance(op, Dense | GroupSort):
        return _entries(counts, shapes, shape)
    same = isinstance(op, Reshape) or (op.elementwise and not isinstance(op, Choose) and set(shapes) == {shape})
    if not same or len(set(counts)) > 1 or counts[0] > prod(shape):
        return None
    return None if len(shape) > 1 and counts[0] % shape[-1] else counts[0]


def _entries(counts: Sequence[int], shapes: Sequence[Shape], result: Shape) -> int | None:
    """Of an operation over the last axis: as many entries of it as every beat has."""
    entries = {divmod(count, shape[-1]) for count, shape in zip(counts, shapes, strict=True)}
    number, rest = next(iter(entries))
    return None if len(result) < 2 or len(entries) > 1 or rest else number * result[-1]
