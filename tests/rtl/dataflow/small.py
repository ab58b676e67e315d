"""A small network that streams, with everything that a mutation can break, and what it is asked."""

from __future__ import annotations

import numpy as np

from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray

ROWS = 12


def residual_graph() -> Graph:
    """A waveform of 2 channels -> a residual convolution -> pools with padding -> a Dense over all of it."""
    rng = np.random.default_rng(5)

    def weights(*shape: int) -> FixedArray:
        return FixedArray(rng.integers(1, 8, shape) * rng.choice([-1, 1], shape), 3)

    builder = GraphBuilder("residual")
    x = builder.add(o.Input((ROWS, 2), Quantizer(FixedType(1, 3, 2))), name="x")
    h = builder.add(o.Conv1D(weights(3, 2, 2), weights(2), (1,), (2,), ((2, 2),)), x, name="inside")
    h = builder.add(o.uniform_quantize(1, 3, 2), h, name="rounded")
    h = builder.add(o.Add(), x, h, name="meet")
    h = builder.add(o.MaxPool((3,), (2,), ((1, 1),)), h, name="pool")
    h = builder.add(o.Reshape((12,)), h, name="flat")
    y = builder.add(o.Dense(weights(12, 3), weights(3)), h, name="dense")
    return builder.build([y])
