"""Two Graphs as one, beside the two run one after the other."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.join import Fed, join
from fpgaml.graph.ops import Dense, Input, Transpose
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray

INPUT = Quantizer(FixedType(1, 7, 0))


def network(name: str, shape: tuple[int, ...], factor: int) -> Graph:
    """One layer that multiplies: called alike in all of them."""
    builder = GraphBuilder(name)
    x = builder.add(Input(shape, Quantizer(FixedType(1, 20, 0))), name="x", source="x")
    kernel = FixedArray(factor * np.eye(shape[-1], dtype=np.int64), 0)
    y = builder.add(Dense(kernel, None), x, name="y", source="dense")
    builder.layers["dense"] = y
    return builder.build([y])


def run(graph: Graph, x: np.ndarray) -> dict[str, np.ndarray]:
    (node,) = graph.inputs
    return {name: value.integers for name, value in interpret(graph, {node.name: FixedArray(x, 0)}).items()}


def test_both_are_computed_and_names_stay_apart() -> None:
    first, second = network("a", (3,), 2), network("b", (3,), -5)
    joined = join(first, second, [Fed("x", "y")], "b", keep_outputs=True)
    x = np.arange(6).reshape(2, 3)
    assert joined.renamed == {"x": "y", "y": "y_2"}
    assert {name: values.tolist() for name, values in run(joined.graph, x).items()} == {
        "y": (2 * x).tolist(),
        "y_2": (-10 * x).tolist(),
    }
    assert joined.graph.layers == {"dense": "y", "b/dense": "y_2"}
    assert [node.source for node in joined.graph.nodes] == ["x", "dense", "b/dense"]


def test_axes_are_brought_into_the_order_that_the_second_reads() -> None:
    first, second = network("a", (2, 3), 1), network("b", (3, 2), 10)
    joined = join(first, second, [Fed("x", "y", (1, 0))], "b")
    x = np.arange(6).reshape(1, 2, 3)
    assert joined.graph.outputs == ("y_2",)
    assert any(isinstance(node.op, Transpose) for node in joined.graph.nodes)
    assert np.array_equal(run(joined.graph, x)["y_2"], 10 * x.transpose(0, 2, 1))


def test_layers_that_would_be_called_alike_are_refused() -> None:
    first, second = network("a", (3,), 2), network("b", (3,), 3)
    once = join(first, second, [Fed("x", "y")], "b").graph
    with pytest.raises(FpgamlError, match="b/dense"):
        join(once, second, [Fed("x", "y_2")], "b")


def test_an_output_does_not_leave_twice() -> None:
    builder = GraphBuilder("b")
    same = builder.build([builder.add(Input((3,), INPUT), name="x", source="x")])
    with pytest.raises(FpgamlError, match="leaves already"):
        join(network("a", (3,), 2), same, [Fed("x", "y")], "b", keep_outputs=True)
    assert join(network("a", (3,), 2), same, [Fed("x", "y")], "b").graph.outputs == ("y",)
