"""A small network with everything that a mutation can break."""

from __future__ import annotations

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Dense, Input, Lookup, Relu, uniform_quantize
from fpgaml.graph.types import FixedType, Quantizer, Rounding
from fpgaml.graph.values import FixedArray


def small_graph() -> Graph:
    """6 inputs -> Dense 5 -> ReLU, rounded to 4 bits -> Dense 3 -> a table: outputs of both signs."""
    builder = GraphBuilder("small")
    rng = np.random.default_rng(3)
    x = builder.add(Input((6,), Quantizer(FixedType(1, 3, 2))), name="x")
    first = Dense(FixedArray(rng.integers(-7, 8, (6, 5)), 3), FixedArray(rng.integers(-9, 10, 5), 4))
    h = builder.add(first, x, name="first", source="first")
    h = builder.add(Relu(), h, name="relu", source="relu")
    h = builder.add(uniform_quantize(0, 3, 1, Rounding.RND), h, name="rounded", source="relu")
    h = builder.add(Dense(FixedArray(rng.integers(-5, 6, (5, 3)), 2), None), h, name="second", source="second")
    h = builder.add(uniform_quantize(1, 4, 1), h, name="narrow", source="second")
    table = FixedArray(np.round(100 * np.tanh(np.arange(-32, 32) / 9)).astype(np.int64), 6)
    y = builder.add(Lookup(FixedType(1, 4, 1), table), h, name="tanh", source="tanh")
    return builder.build([y])
