"""Weights and biases of more bits than hls4ml's headers hold, taken apart into what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Add, Constant, Linear
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.hls.layers import MAX_LITERAL_BITS, is_literal
from fpgaml.passes.base import Pass


@dataclass(frozen=True)
class SplitWideConstants(Pass):
    """Sums of products whose weights and biases are doubles, and additions of what is left of them.

    hls4ml writes weights as decimal numbers that C++ reads as double. A bias of more bits becomes an addition, whose
    constant fpgaml writes itself. A kernel of more bits becomes a sum of kernels: what a multiplier of a few bits, as
    FPGAs have them, does with it in any case.
    """

    name: ClassVar[str] = "split-wide-constants"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit."""
        taken = {node.name for node in graph.nodes}
        replaced: dict[str, tuple[Node, ...]] = {}
        for node in graph.nodes:
            if isinstance(node.op, Linear) and not _is_held(node.op):
                replaced[node.name] = tuple(_split(node, node.op, len(graph.shapes[node.name]), taken))
        return graph.rewired(replaced)


def _is_held(op: Linear) -> bool:
    return is_literal(op.kernel) and (op.bias is None or is_literal(op.bias))


def _split(node: Node, op: Linear, rank: int, taken: set[str]) -> Iterable[Node]:
    """Nodes of which the last has the node's name and value."""
    kernels = _parts(op.kernel)
    held = op.bias if op.bias is None or is_literal(op.bias) else None
    terms = [replace(op, kernel=kernel, bias=held if k == 0 else None) for k, kernel in enumerate(kernels)]
    addends = [Node(_unique(f"{node.name}_part", taken), term, node.inputs, node.source) for term in terms]
    if op.bias is not held:
        assert op.bias is not None
        spread = op.bias.integers.reshape((1,) * (rank - op.bias.integers.ndim) + op.bias.shape)
        constant = Constant(FixedArray(spread, op.bias.fractional))
        addends.append(Node(_unique(f"{node.name}_bias", taken), constant, (), node.source))
    yield from addends
    total = addends[0].name
    for last, addend in zip([*[False] * (len(addends) - 2), True], addends[1:], strict=True):
        name = node.name if last else _unique(f"{node.name}_sum", taken)
        yield Node(name, Add(), (total, addend.name), node.source)
        total = name


def _parts(value: FixedArray) -> list[FixedArray]:
    """Numbers of few bits that add up to the value, the finest first."""
    parts, rest, fractional = [], value, value.fractional
    while not is_literal(rest):
        mask = (1 << MAX_LITERAL_BITS) - 1
        integers = rest.integers.astype(object)
        parts.append(FixedArray(_as_array(integers & mask), fractional))
        fractional -= MAX_LITERAL_BITS
        rest = FixedArray(_as_array(integers >> MAX_LITERAL_BITS), fractional)
    return [*parts, rest]


def _as_array(integers: Ints) -> Ints:
    return np.asarray(integers, dtype=object)


def _unique(wanted: str, taken: set[str]) -> str:
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}_{count}"
    taken.add(name)
    return name
