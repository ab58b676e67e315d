"""Small Graphs whose events are compared."""

from __future__ import annotations

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Dense, Input
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray


def dense(inputs: int = 10, width: int = 6, outputs: int = 2) -> Graph:
    """Signed inputs of `width` bits, two of them fractional, and sums of products with small weights."""
    i, j = np.arange(inputs)[:, None], np.arange(outputs)
    return _of(FixedType(1, width - 3, 2), (inputs,), FixedArray((3 * i + 5 * j + 1) % 7 - 3, 0))


def mixed() -> Graph:
    """Three inputs: 8 bits signed, 3 bits unsigned with a coarser step, one that is always zero."""
    kind = FixedType(np.array([1, 0, 0]), np.array([5, 4, 0]), np.array([2, -1, 0]))
    return _of(kind, (3,), FixedArray(np.ones((3, 1), np.int64), 0))


def wide() -> Graph:
    """Two inputs of 70 bits."""
    return _of(FixedType(1, 40, 29), (2,), FixedArray(np.ones((2, 1), np.int64), 0))


def _of(kind: FixedType, shape: tuple[int, ...], kernel: FixedArray) -> Graph:
    builder = GraphBuilder("small")
    x = builder.add(Input(shape, Quantizer(kind)), name="x", source="in")
    return builder.build([builder.add(Dense(kernel, None), x, name="y", source="out")])
