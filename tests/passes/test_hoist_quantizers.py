"""Quantizers before what only moves values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Input, Move, Pad, Quantize, Relu, Reshape, Slice, Transpose, UpSample
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.passes.hoist_quantizers import HoistQuantizers
from tests.strategies import quantizers

WIDE = Quantizer(FixedType(1, 20, 20), Rounding.RND, Overflow.SAT)
MOVES = (Reshape((3, 2)), Transpose((1, 0)), Pad(((1, 0), (0, 2))), UpSample((2,)), Slice((0, 1), (2, 3), (1, 1)))


def moved_then_quantized(move: Move, quantizer: Quantizer, twice: bool = False) -> Graph:
    """A ReLU, a move, a quantizer.

    Args:
        twice: the moved values are an output too.
    """
    builder = GraphBuilder("hoist")
    builder.add(Input((2, 3), WIDE), name="x")
    builder.add(Relu(), "x", name="relu")
    builder.add(move, "relu", name="moved")
    builder.add(Quantize(quantizer), "moved", name="total")
    return builder.build(["total", "moved"] if twice else ["total"])


@given(st.sampled_from(MOVES), quantizers(), st.booleans())
def test_hoisting_changes_no_value(move: Move, quantizer: Quantizer, twice: bool) -> None:
    graph = moved_then_quantized(move, quantizer, twice)
    hoisted = HoistQuantizers().apply(graph)
    assert hoisted.outputs == graph.outputs
    inputs = read_inputs(graph, {"x": np.random.default_rng(5).normal(0, 40, (50, 2, 3))})
    assert interpret(graph, inputs) == interpret(hoisted, inputs)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: type(move).__name__)
def test_which_are_hoisted(move: Move) -> None:
    operations = [type(node.op) for node in HoistQuantizers().apply(moved_then_quantized(move, WIDE)).nodes]
    cut = isinstance(move, Slice)
    assert operations == [Input, Relu, *((type(move), Quantize) if cut else (Quantize, type(move)))]
