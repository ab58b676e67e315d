"""What every lowering works with: tensors of values, and the builder that makes wires."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.rtl.builder import NetlistBuilder, Value

Tensor = NDArray[Any]
"""An object array of Values, without a batch axis."""

Lowering = Callable[["Context", Node, Sequence[Tensor]], Tensor]


class Context:
    """A Graph on its way to a netlist.

    Args:
        graph: what is lowered.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.builder = NetlistBuilder()


def tensor(values: Sequence[Value], shape: tuple[int, ...]) -> Tensor:
    """Values in C order as a tensor."""
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result.reshape(shape)


def each(function: Callable[..., Value], *tensors: Tensor) -> Tensor:
    """Element by element, with broadcasting."""
    broadcast = np.broadcast_arrays(*tensors)
    return tensor([function(*values) for values in zip(*(t.flat for t in broadcast), strict=True)], broadcast[0].shape)


def tree(combine: Callable[[Value, Value], Value], values: Sequence[Value]) -> Value:
    """All values combined two by two, in a balanced tree."""
    level = list(values)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [combine(a, b) for a, b in pairs] + level[len(level) & ~1 :]
    return level[0]
