"""What a float network keeps of a Graph."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.errors import UnsupportedError
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.softmax import softmax
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Dense, EinsumDense, GroupSort, Input, Lookup, Quantize, Relu
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.tflite.making.lower import check_supported, lower
from fpgaml.tflite.making.network import FloatNetwork
from fpgaml.tflite.making.reach import observe

WIDE = FixedType(1, 7, 8)


def _network(quantizer: Quantizer, data: list[list[float]], relu: bool = False) -> tuple[Graph, FloatNetwork]:
    """Two values through a quantizer, on data."""
    builder = GraphBuilder("q")
    node = builder.add(Input((2,), Quantizer(WIDE)), name="x")
    if relu:
        node = builder.add(Relu(), node, name="relu")
    graph = builder.build([builder.add(Quantize(quantizer), node, name="q", source="layer")])
    values = {"x": FixedArray.from_float(np.array(data))}
    return graph, lower(graph, observe(graph, [values]).reaches)


def test_a_quantizer_that_only_rounds_is_left_out() -> None:
    _, network = _network(Quantizer(FixedType(1, 3, 2), Rounding.RND, Overflow.SAT), [[7.9, -8.2], [0.1, 3.3]])
    assert network.dropped == 1
    assert network.outputs == ("x",)
    assert not network.steps


def test_a_quantizer_that_saturates_on_the_data_becomes_a_limit() -> None:
    _, network = _network(Quantizer(FixedType(1, 3, 2), Rounding.RND, Overflow.SAT), [[9.0, 1.0], [0.0, -1.0]])
    (step,) = network.steps
    assert step.kind == "clip"
    assert {key: float(value.flat[0]) for key, value in step.arrays.items()} == {"high": 7.75}
    assert network.clips == ("q: at most 7.75",)


def test_a_symmetric_quantizer_ends_at_minus_its_largest_value() -> None:
    _, network = _network(Quantizer(FixedType(1, 3, 2), Rounding.RND, Overflow.SAT_SYM), [[-20.0, 1.0]])
    assert float(network.steps[0].arrays["low"].flat[0]) == -7.75


def test_an_unsigned_quantizer_of_negative_values_is_a_relu() -> None:
    _, network = _network(Quantizer(FixedType(0, 4, 4), Rounding.RND, Overflow.SAT), [[-3.0, 4.0]])
    assert [step.kind for step in network.steps] == ["relu"]


def test_values_that_wrap_are_a_warning() -> None:
    _, network = _network(Quantizer(FixedType(1, 3, 2), Rounding.TRN, Overflow.WRAP), [[9.0, 1.0], [12.0, -1.0]])
    assert not network.steps
    (warning,) = network.warnings
    assert "2 of 4 values" in warning
    assert "WRAP" in warning


def test_elements_without_bits_become_zero() -> None:
    kind = FixedType(np.array([1, 0]), np.array([3, 0]), np.array([2, 0]))
    _, network = _network(Quantizer(kind, Rounding.RND, Overflow.WRAP), [[1.0, 5.0]])
    (step,) = network.steps
    assert step.kind == "times"
    np.testing.assert_array_equal(step.arrays["value"], [[1, 0]])


def test_a_softmax_becomes_one_step() -> None:
    builder = GraphBuilder("s")
    x = builder.add(Input((5,), Quantizer(FixedType(1, 3, 6))), name="x")
    graph = builder.build([softmax(Emitter(builder, "p"), x)])
    network = lower(graph, observe(graph, [{"x": FixedArray(np.zeros((1, 5), np.int64), 6)}]).reaches)
    assert [step.kind for step in network.steps] == ["softmax"]


def test_weights_are_the_graphs_own() -> None:
    builder = GraphBuilder("d")
    kernel, bias = np.array([[0.25, -1.5], [3.0, 0.125]]), np.array([0.5, -0.75])
    x = builder.add(Input((2,), Quantizer(WIDE)), name="x")
    op = Dense(FixedArray.from_float(kernel), FixedArray.from_float(bias))
    (step,) = lower(builder.build([builder.add(op, x, name="y")]), {}).steps
    np.testing.assert_array_equal(step.arrays["kernel"], kernel)
    np.testing.assert_array_equal(step.arrays["bias"], bias)


def test_what_cannot_be_expressed_is_named_all_at_once() -> None:
    builder = GraphBuilder("bad")
    x = builder.add(Input((3, 3), Quantizer(FixedType(1, 3, 4))), name="x")
    sine = Lookup(FixedType(1, 3, 4), FixedArray.from_float(np.sin(np.arange(-128, 128) / 16).astype(np.float32)))
    table = builder.add(sine, x, name="sine", source="wave")
    ones = FixedArray(np.ones((3, 3, 2), np.int64), 0)
    batched = builder.add(EinsumDense(ones, None, "tc,tcd->td"), x, name="einsum", source="per_step")
    sign = builder.add(Quantize(Quantizer(FixedType(1, 0, 0))), x, name="sign", source="decide")
    triple = builder.add(GroupSort(3), x, name="sorted", source="sort3")
    graph = builder.build([table, batched, sign, triple])
    with pytest.raises(UnsupportedError) as error:
        check_supported(graph)
    assert [problem.where for problem in error.value.problems] == [
        "wave (sine)",
        "per_step (einsum)",
        "decide (sign)",
        "sort3 (sorted)",
    ]
