"""A model's own first quantizer becomes the type of its input, with the same outputs for the same data."""

from __future__ import annotations

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Add, Input, Pad, Quantize, Relu, Reshape
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.passes.fold_input_quantizers import FoldInputQuantizers

WIDE = Quantizer(FixedType(1, 20, 20), Rounding.RND, Overflow.SAT)
NARROW = Quantizer(FixedType(1, 3, 2), Rounding.RND, Overflow.SAT_SYM)
OTHER = Quantizer(FixedType(1, 3, 4), Rounding.RND, Overflow.SAT_SYM)


def two_paths(first: Quantizer, second: Quantizer) -> Graph:
    """An input that is reshaped, then quantized on two paths."""
    builder = GraphBuilder("paths")
    x = builder.add(Input((2, 3), WIDE), name="x", source="x")
    flat = builder.add(Reshape((6,)), x, name="flat", source="flat")
    a = builder.add(Quantize(first), flat, name="a", source="a")
    b = builder.add(Quantize(second), flat, name="b", source="b")
    relu = builder.add(Relu(), a, name="relu", source="relu")
    total = builder.add(Add(), relu, b, name="total", source="total")
    builder.layers |= {"x": x, "flat": flat, "a": a, "total": total}
    return builder.build([total])


def outputs(graph: Graph, reals: np.ndarray) -> np.ndarray:
    """What the graph makes of recorded data."""
    return interpret(graph, read_inputs(graph, {"x": reals}))["total"].to_float()


def test_one_quantizer_on_all_paths_is_folded() -> None:
    graph = two_paths(NARROW, NARROW)
    folded = FoldInputQuantizers().apply(graph)
    op = folded["x"].op
    assert isinstance(op, Input)
    assert op.quantizer == NARROW
    assert not any(isinstance(node.op, Quantize) for node in folded.nodes)
    reals = np.random.default_rng(3).normal(0, 4, (200, 2, 3))
    assert np.array_equal(outputs(graph, reals), outputs(folded, reals))


def test_layers_before_the_quantizer_are_no_longer_compared() -> None:
    folded = FoldInputQuantizers().apply(two_paths(NARROW, NARROW))
    assert folded.layers == {"a": "flat", "total": "total"}


def test_different_quantizers_stay() -> None:
    graph = two_paths(NARROW, OTHER)
    assert FoldInputQuantizers().apply(graph) is graph


def test_a_given_type_stays() -> None:
    graph = two_paths(NARROW, NARROW)
    assert FoldInputQuantizers(keep={"x"}).apply(graph) is graph


def test_a_type_per_element_is_seen_through_the_reshape() -> None:
    kind = FixedType(1, [1, 2, 3, 4, 5, 6], 2)
    folded = FoldInputQuantizers().apply(two_paths(Quantizer(kind), Quantizer(kind)))
    op = folded["x"].op
    assert isinstance(op, Input)
    assert op.quantizer.type.integer.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_type_per_element_is_seen_through_zeros_around() -> None:
    builder = GraphBuilder("padded")
    x = builder.add(Input((2, 3), WIDE), name="x", source="x")
    padded = builder.add(Pad(((1, 0), (0, 1))), x, name="padded", source="padded")
    kind = FixedType(1, np.arange(12).reshape(3, 4), 2)
    y = builder.add(Quantize(Quantizer(kind, Rounding.RND, Overflow.SAT)), padded, name="y")
    graph = builder.build([builder.add(Relu(), y, name="total")])
    folded = FoldInputQuantizers().apply(graph)
    op = folded["x"].op
    assert isinstance(op, Input)
    assert op.quantizer.type.integer.tolist() == [[4, 5, 6], [8, 9, 10]]
    reals = np.random.default_rng(3).normal(0, 100, (50, 2, 3))
    assert np.array_equal(outputs(graph, reals), outputs(folded, reals))
