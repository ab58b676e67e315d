"""Gather and ScatterAdd on a small graph of nodes and edges, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Constant, Gather, Input, Operation, ScatterAdd
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.proof.float32 import rounding_bounds
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.lower.indexed import MOST_CHOICES
from tests.graph.build import fixed

NIBBLE = FixedType(1, 2, 1)
"""-4 to 3.5."""
NODES, EDGES = 3, 4


def network(op: Operation, x: tuple[int, ...], index: tuple[int, ...], kind: FixedType) -> Graph:
    """An operation on values and an index of a type."""
    builder = GraphBuilder("messages")
    builder.add(Input(x, Quantizer(NIBBLE)), name="x")
    builder.add(Input(index, Quantizer(kind)), name="index")
    return builder.build([builder.add(op, "x", "index", name="y", source="layer_7")])


def test_each_edge_reads_its_node() -> None:
    graph = network(Gather(0), (NODES, 2), (EDGES, 1), FixedType(0, 2, 0))
    x = FixedArray(np.array([[[1, 2], [3, 4], [5, 6]]]), 1)
    index = FixedArray(np.array([[[2], [0], [3], [2]]]), 0)  # there is no node 3
    answer = interpret(graph, {"x": x, "index": index})["y"]
    assert answer == FixedArray(np.array([[[5, 6], [1, 2], [0, 0], [5, 6]]]), 1)


def test_messages_meet_at_their_node() -> None:
    graph = network(ScatterAdd(0, NODES), (EDGES, 2), (EDGES, 1), FixedType(1, 2, 0))
    x = FixedArray(np.array([[[1, 2], [3, 4], [5, 6], [7, -7]]]), 1)
    index = FixedArray(np.array([[[2], [0], [2], [-1]]]), 0)  # the last is no edge
    answer = interpret(graph, {"x": x, "index": index})["y"]
    assert answer == FixedArray(np.array([[[3, 4], [0, 0], [6, 8]]]), 1)


def test_a_gathered_range_is_that_of_what_the_index_reaches() -> None:
    builder = GraphBuilder("g")
    builder.add(Constant(fixed([[-7], [1], [2], [100]])), name="rows")
    builder.add(Input((1, 1), Quantizer(FixedType(0, 1, 0))), name="bit")
    builder.add(Input((1, 1), Quantizer(FixedType(1, 1, 0))), name="signed")
    builder.add(Gather(0), "rows", "bit", name="two")
    builder.add(Gather(0), "rows", "signed", name="three")
    ranges = builder.build(["two", "three"]).ranges
    assert (int(ranges["two"].low[0, 0]), int(ranges["two"].high[0, 0])) == (-7, 1)
    assert (int(ranges["three"].low[0, 0]), int(ranges["three"].high[0, 0])) == (-7, 1)  # -2 to 1: 0 too, -7, 1
    assert ranges["two"].unit == 0


def test_a_summed_range_counts_the_terms_that_can_meet() -> None:
    """Four terms of -4 to 3.5; the first goes to node 0, the second to node 2 or nowhere, the others anywhere."""
    builder = GraphBuilder("g")
    builder.add(Input((EDGES,), Quantizer(NIBBLE)), name="x")
    kind = FixedType(np.array([0, 0, 0, 0]), np.array([0, 2, 2, 2]), np.array([0, -1, 0, 0]))  # 0; 0, 2; 0 to 3
    builder.add(Input((EDGES,), Quantizer(kind)), name="index")
    builder.add(ScatterAdd(0, NODES), "x", "index", name="y")
    found = builder.build(["y"]).ranges["y"]
    assert found.unit == 1
    assert [int(n) for n in found.low] == [-8 * 4, -8 * 3, -8 * 3]
    assert [int(n) for n in found.high] == [7 * 4, 7 * 3, 7 * 3]


@pytest.mark.parametrize(
    ("op", "x", "index", "kind", "reason"),
    [
        (Gather(0), (3, 2), (4,), FixedType(0, 2, 0), "the ranks differ"),
        (Gather(0), (3, 2), (4, 3), FixedType(0, 2, 0), "do not fit together beside axis 0"),
        (Gather(2), (3, 2), (4, 1), FixedType(0, 2, 0), "axis 2 of a tensor with 2 axes"),
        (Gather(0), (3, 2), (4, 1), FixedType(0, 2, 1), "the index is no integer"),
        (Gather(0), (3, 2), (4, 1), FixedType(0, 31, 0), "more than 30 bits"),
        (ScatterAdd(0, 3), (3, 2), (4, 1), FixedType(0, 2, 0), "4 indices for 3 values along axis 0"),
        (ScatterAdd(0, 0), (4, 2), (4, 1), FixedType(0, 2, 0), "0 places"),
    ],
)
def test_what_does_not_fit_is_named(
    op: Operation, x: tuple[int, ...], index: tuple[int, ...], kind: FixedType, reason: str
) -> None:
    with pytest.raises(FpgamlError, match=reason) as caught:
        network(op, x, index, kind)
    assert caught.value.where == "layer_7"


def test_too_many_wires_are_refused_by_name() -> None:
    places = MOST_CHOICES // 64 + 1
    graph = network(ScatterAdd(0, places), (64,), (64,), FixedType(0, 11, 0))
    with pytest.raises(FpgamlError, match=f"layer_7: ScatterAdd takes {places * 64:,} choices in wires"):
        to_netlist(graph)


def test_float32_sums_few_small_messages_exactly() -> None:
    graph = network(ScatterAdd(0, NODES), (EDGES,), (EDGES,), FixedType(0, 2, 0))
    values = {"x": FixedArray(np.array([[1, 2, 3, -8]]), 1), "index": FixedArray(np.array([[0, 1, 1, 3]]), 0)}
    assert not rounding_bounds(graph, values)["y"].any()
