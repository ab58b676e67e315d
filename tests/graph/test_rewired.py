"""The one way to rewrite a Graph."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import Add, Input, LeakyRelu, Relu
from fpgaml.graph.types import FixedType, Quantizer


def chain() -> Graph:
    """x -> a -> b -> c, and y = a + c; outputs b and y."""
    builder = GraphBuilder("chain")
    builder.add(Input((2,), Quantizer(FixedType(1, 3, 2))), name="x")
    builder.add(Relu(), "x", name="a")
    builder.add(Relu(), "a", name="b")
    builder.add(Relu(), "b", name="c")
    builder.add(Add(), "a", "c", name="y")
    builder.layers |= {"first": "a", "second": "b", "sum": "y"}
    return builder.build(["b", "y"])


def described(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Each node's inputs, in order."""
    return {node.name: node.inputs for node in graph.nodes}


def test_nothing_asked_nothing_done() -> None:
    assert chain().rewired() == chain()


def test_readers_outputs_and_layers_follow_through_chains() -> None:
    graph = chain().rewired(redirected={"b": "a", "c": "b"})
    assert described(graph) == {"x": (), "a": ("x",), "y": ("a", "a")}
    assert graph.outputs == ("a", "y")
    assert graph.layers == {"first": "a", "second": "a", "sum": "y"}


def test_several_nodes_in_the_place_of_one() -> None:
    before = Node("c_before", LeakyRelu(1), ("b",))
    graph = chain().rewired({"c": (before, replace(chain()["c"], inputs=("c_before",)))}, {"b": "a"})
    assert described(graph) == {"x": (), "a": ("x",), "c_before": ("a",), "c": ("c_before",), "y": ("a", "c")}


def test_what_still_reads_a_dropped_node_is_named() -> None:
    with pytest.raises(FpgamlError, match="c: reads b, which no earlier node gives"):
        chain().rewired({"b": ()})


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(FpgamlError, match="a: two nodes have this name"):
        chain().rewired({"c": (Node("a", Relu(), ("b",)),)})
