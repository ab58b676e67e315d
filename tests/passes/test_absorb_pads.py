"""A convolution takes the zeros before it as its own padding, with the same results."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Conv1D, Conv2D, Input, Operation, Pad
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.passes.absorb_pads import AbsorbPads
from fpgaml.proof.vectors import corner_vectors

RNG = np.random.default_rng(1)


def padded(shape: tuple[int, ...], pads: tuple[tuple[int, int], ...], op: Operation) -> Graph:
    builder = GraphBuilder("padded")
    x = builder.add(Input(shape, Quantizer(FixedType(1, 3, 2))), name="x")
    zeros = builder.add(Pad(pads), x, name="zeros", source="zeros")
    builder.layers |= {"zeros": zeros}
    return builder.build([builder.add(op, zeros, name="y")])


def kernel(*shape: int) -> FixedArray:
    return FixedArray(RNG.integers(-9, 10, shape), 2)


@pytest.mark.parametrize(
    "graph",
    [
        padded((6, 2), ((2, 0), (0, 0)), Conv1D(kernel(3, 2, 3), None, (2,), (1,), ((0, 1),))),
        padded((6, 2), ((3, 1), (0, 0)), Conv1D(kernel(3, 2, 3), None, (1,), (2,), ((0, 0),))),
        padded((4, 5, 2), ((1, 0), (0, 2), (0, 0)), Conv2D(kernel(2, 3, 2, 3), None, (1, 1), (1, 1), ((0, 0),) * 2)),
    ],
)
def test_the_zeros_are_the_convolutions_own(graph: Graph) -> None:
    found = AbsorbPads().apply(graph)
    assert [node.name for node in found.nodes] == ["x", "y"] and not found.layers
    values = corner_vectors(graph, 20, 1)
    wanted, same = (interpret(each, values)["y"].to_float() for each in (graph, found))
    assert np.array_equal(wanted, same)


@pytest.mark.parametrize(
    "graph",
    [
        padded((6, 2), ((3, 0), (0, 0)), Conv1D(kernel(3, 2, 3), None, (1,), (1,), ((0, 0),))),  # a window of zeros
        padded((6, 2), ((1, 0), (0, 1)), Conv1D(kernel(3, 3, 3), None, (1,), (1,), ((0, 0),))),  # a channel more
    ],
)
def test_what_it_cannot_take_stays(graph: Graph) -> None:
    assert AbsorbPads().apply(graph) is graph
