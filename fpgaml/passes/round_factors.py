"""Rescale by factors of few bits: cheaper, and another result here and there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Scale
from fpgaml.graph.values import FixedArray
from fpgaml.passes.base import Pass


def rescales(node: Node) -> bool:
    """Whether a node brings integers from one scale to another."""
    return isinstance(node.op, Scale) and node.op.rescales


@dataclass(frozen=True)
class RoundFactors(Pass):
    """Every rescaling factor rounded to so many significant bits.

    Args:
        bits: 1 for the nearest power of two (by ratio), which costs no adder at all.
    """

    name: ClassVar[str] = "round-factors"
    exact: ClassVar[bool] = False
    bits: int

    def apply(self, graph: Graph) -> Graph:
        """A network that differs: by how much is to be measured."""
        return graph.rewired({node.name: (self._rounded(node),) for node in graph.nodes if rescales(node)})

    def _rounded(self, node: Node) -> Node:
        assert isinstance(node.op, Scale)
        factor = node.op.factor
        integers = np.array([round_bits(int(n), self.bits) for n in factor.integers.flat], dtype=object)
        rounded = FixedArray(integers.reshape(factor.shape), factor.fractional).normalised()
        return replace(node, op=replace(node.op, factor=rounded))


def round_bits(n: int, bits: int) -> int:
    """The nearest integer with that many significant bits, ties up; for one bit the nearest by ratio."""
    size = abs(n)
    drop = size.bit_length() - bits
    if drop <= 0:
        return n
    if bits == 1:
        up = size * size > 1 << (2 * drop + 1)  # beyond 2**drop times the square root of 2
        nearest = 1 << (drop + up)
    else:
        nearest = (size + (1 << (drop - 1))) >> drop << drop
    return nearest if n > 0 else -nearest
