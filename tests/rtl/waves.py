"""A small network on a waveform."""

from __future__ import annotations

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Conv1D, Dense, Input, MaxPool, Quantize, Relu, Reshape, uniform_quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

WINDOW, CHANNELS = 24, 2


def waves(per_position: bool = False, typed_input: bool = False) -> Graph:
    """Two convolutions with a pool between, and a sum over all positions; types that differ by position if asked.

    Args:
        per_position: those of a layer; typed_input: those of the input.
    """
    rng = np.random.default_rng(2)
    builder = GraphBuilder("waves")
    kind = FixedType(1, np.tile(np.array([[4], [2], [3]]), (WINDOW // 3, CHANNELS)) if typed_input else 4, 0)
    x = builder.add(Input((WINDOW, CHANNELS), Quantizer(kind, Rounding.RND, Overflow.SAT)), name="x")
    kernel = FixedArray(rng.integers(-3, 4, (3, CHANNELS, 2)), 1)
    y = builder.add(Conv1D(kernel, FixedArray(np.array([3, -2]), 1), (1,), (1,), ((0, 0),)), x, name="a")
    y = builder.add(Relu(), y, name="b")
    y = builder.add(uniform_quantize(0, 4, 0), y, name="c")
    y = builder.add(MaxPool((2,), (2,), ((0, 0),)), y, name="d")
    y = builder.add(Conv1D(FixedArray(rng.integers(-3, 4, (2, 2, 2)), 0), None, (1,), (2,), ((0, 0),)), y, name="e")
    count = builder.shape(y)[0]
    if per_position:
        kind = FixedType(1, np.tile(np.array([[5], [4], [6]]), (count // 3, 2)), 0)
        y = builder.add(Quantize(Quantizer(kind, Rounding.TRN, Overflow.SAT)), y, name="f")
    y = builder.add(Reshape((2 * count,)), y, name="g")
    weights = FixedArray(rng.integers(-3, 4, (2 * count, 3)), 0)
    return builder.build([builder.add(Dense(weights, None), y, name="h")])
