"""Which function a table holds."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.softmax import softmax
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Input, Lookup, Multiply
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize_reals
from fpgaml.tflite.making.tables import FUNCTIONS, Known, recognise, softmax_of

DOMAIN = FixedType(1, 3, 4)
X = np.arange(-128, 128) / 16


def _table(values: np.ndarray, kind: FixedType) -> Lookup:
    return Lookup(DOMAIN, quantize_reals(values, Quantizer(kind, Rounding.RND, Overflow.SAT)))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_recognised_from_a_fine_table(name: str) -> None:
    values = FUNCTIONS[name](X)
    assert recognise(_table(values, FixedType(1, 13, 16))) == Known(name)


def test_a_coarse_table_is_the_function_that_it_rounds() -> None:
    assert recognise(_table(np.tanh(X), FixedType(1, 0, 5))) == Known("tanh")
    assert recognise(_table(1 / (1 + np.exp(-X)), FixedType(0, 0, 6))) == Known("sigmoid")


def test_a_table_that_saturates_keeps_its_ends() -> None:
    found = recognise(_table(np.square(X), FixedType(0, 3, 8)))
    assert found == Known("square", None, 8 - 2**-8)


def test_another_function_is_not_guessed() -> None:
    assert recognise(_table(np.sin(X), FixedType(1, 0, 10))) is None
    assert recognise(_table(np.tanh(X) + 0.05, FixedType(1, 1, 10))) is None
    assert recognise(_table(np.sign(X), FixedType(1, 1, 4))) is None, "three values fit too many functions"


def test_a_softmax_is_found_whole() -> None:
    builder = GraphBuilder("s")
    x = builder.add(Input((5,), Quantizer(FixedType(1, 3, 6))), name="x")
    last = softmax(Emitter(builder, "p"), x)
    graph = builder.build([last])
    product = next(node for node in graph.nodes if isinstance(node.op, Multiply))
    found = softmax_of(graph, product)
    assert found is not None
    assert found.logits == "x"
    assert found.scale == 1.0


def test_a_product_of_other_tables_is_no_softmax() -> None:
    builder = GraphBuilder("s")
    x = builder.add(Input((5,), Quantizer(DOMAIN)), name="x")
    table = Lookup(DOMAIN, FixedArray.from_float(np.exp(-np.abs(X)).astype(np.float32)))
    a = builder.add(table, x, name="a")
    b = builder.add(table, x, name="b")
    graph = builder.build([builder.add(Multiply(), a, b, name="y")])
    assert softmax_of(graph, graph["y"]) is None
