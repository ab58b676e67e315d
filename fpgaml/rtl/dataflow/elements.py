"""Beats of a few elements in row-major order, less than a position of the first axis: pixels of an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Choose, Constant, Dense, GroupSort, Reshape, Shape
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


def elements_of(graph: Graph, nodes: Sequence[Node], count: int) -> list[Elements] | None:
    """Which elements of each node's result a beat stands for whose input has `count` elements.

    None where some node does not follow from a beat's own elements.
    """
    found = []
    for node in nodes:
        op, varying = node.op, {name for name in node.inputs if not isinstance(graph[name].op, Constant)}
        shape, result = graph.shapes[node.inputs[0]], graph.shapes[node.name]
        if len(varying) != 1 or isinstance(op, Choose):
            return None
        if isinstance(op, Dense | GroupSort) and len(result) > 1:
            if count % shape[-1]:
                return None
            count = count // shape[-1] * result[-1]
        elif not isinstance(op, Reshape) and not (op.elementwise and graph.shapes[varying.pop()] == result):
            return None
        if (len(result) > 1 and count % result[-1]) or count > prod(result):
            return None
        found.append(Elements(count))
    return found
