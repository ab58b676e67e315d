"""A wrong shape or setting is an error that names the layer of the source model and the operation."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder, Node, identifier
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Operation
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from tests.graph.build import BYTE, fixed, graph_of


def ones(*shape: int) -> FixedArray:
    return fixed(np.ones(shape, dtype=np.int64))


def conv1(kernel: tuple[int, ...], **changed: object) -> o.Conv1D:
    plain = {"strides": (1,), "dilation": (1,), "pads": ((0, 0),), "groups": 1, "bias": None}
    return o.Conv1D(ones(*kernel), **(plain | changed))  # type: ignore[arg-type]


def conv2(kernel: tuple[int, ...], **changed: object) -> o.Conv2D:
    plain = {"strides": (1, 1), "dilation": (1, 1), "pads": ((0, 0), (0, 0)), "groups": 1, "bias": None}
    return o.Conv2D(ones(*kernel), **(plain | changed))  # type: ignore[arg-type]


def cell(step: FixedType = BYTE, kept: FixedType = BYTE) -> Graph:
    """Of a step of two and a state of three in BYTE."""
    builder = GraphBuilder("cell")
    x, h = (builder.add(o.Input((n,), Quantizer(t)), name=name) for name, n, t in (("x", 2, step), ("h", 3, BYTE)))
    total = builder.add(o.Add(), builder.add(o.Dense(ones(2, 3), None), x, name="dense"), h, name="total")
    new = builder.add(o.Quantize(Quantizer(kept)), total, name="new")
    return builder.build([new, new])


BAD: list[tuple[Operation, list[tuple[int, ...]]]] = [
    (o.Input((0,), Quantizer(BYTE)), []),
    (o.Input((), Quantizer(BYTE)), []),
    (o.Input((4,), Quantizer(FixedType([1, 0, 1], 2, 2))), []),
    (o.Constant(fixed(3)), []),
    (o.Quantize(Quantizer(FixedType(1, [1, 2], 2))), [(3,)]),
    (o.Quantize(Quantizer(FixedType(1, [[1, 2], [3, 4]], 2))), [(2,)]),
    (o.Quantize(Quantizer(FixedType(1, [[1], [2]], 2))), [(1, 4)]),
    (o.Dense(ones(3, 2), None), [(4,)]),
    (o.Dense(ones(3), None), [(3,)]),
    (o.Dense(ones(3, 2), ones(3)), [(3,)]),
    (conv1((2, 3, 4)), [(5, 2)]),
    (conv1((2, 3, 4)), [(5, 5, 3)]),
    (conv1((2, 3)), [(5, 3)]),
    (conv1((6, 3, 4)), [(5, 3)]),
    (conv1((3, 3, 4), dilation=(3,)), [(5, 3)]),
    (conv1((2, 3, 4), bias=ones(3)), [(5, 3)]),
    (conv1((2, 3, 4), strides=(0,)), [(5, 3)]),
    (conv1((2, 3, 4), strides=(1, 1)), [(5, 3)]),
    (conv1((2, 3, 4), pads=((-1, 0),)), [(5, 3)]),
    (conv1((2, 1, 4), groups=3), [(5, 3)]),
    (conv1((2, 1, 3), groups=2), [(5, 3)]),
    (conv1((2, 3, 4), groups=0), [(5, 3)]),
    (conv2((2, 2, 3, 4)), [(5, 3)]),
    (conv2((2, 2, 3, 4)), [(5, 5, 4)]),
    (conv2((2, 6, 3, 4)), [(5, 5, 3)]),
    (conv2((2, 2, 3, 4), pads=((0, 0),)), [(5, 5, 3)]),
    (o.EinsumDense(ones(3, 2), None, "tc,cd->td"), [(3,)]),
    (o.EinsumDense(ones(3, 2), None, "c,cd->d"), [(4,)]),
    (o.EinsumDense(ones(3, 2), None, "c,cd->e"), [(3,)]),
    (o.EinsumDense(ones(3, 2), None, "c,cd->dd"), [(3,)]),
    (o.EinsumDense(ones(3, 2), None, "c,cd"), [(3,)]),
    (o.EinsumDense(ones(3, 2), None, "...c,cd->...d"), [(3,)]),
    (o.EinsumDense(ones(3), None, "c,c->"), [(3,)]),
    (o.Einsum("tc,cd->td"), [(3, 2), (3, 2)]),
    (o.Einsum("tc,cd->td"), [(3, 2), (2,)]),
    (o.Einsum("...c,cd->...d"), [(3, 2), (2, 3)]),
    (o.EinsumDense(ones(3, 2), ones(5), "c,cd->d"), [(3,)]),
    (o.EinsumDense(ones(3, 2), ones(1, 2), "c,cd->d"), [(3,)]),
    (o.Scale(ones(3), ones(1)), [(4,)]),
    (o.Scale(ones(1), ones(2, 4)), [(4,)]),
    (o.Scale(ones(4), ones(1)), [(1,)]),
    (o.Add(), [(3,)]),
    (o.Add(), [(3,), (4,)]),
    (o.Subtract(), [(3,), (4,)]),
    (o.Multiply(), [(3,), (3, 3)]),
    (o.Maximum(), [(3,), (3,), (3,)]),
    (o.Minimum(), [(2, 3), (3, 2)]),
    (o.Concatenate(0), []),
    (o.Concatenate(0), [(2, 3), (2, 4)]),
    (o.Concatenate(2), [(2, 3), (2, 3)]),
    (o.Concatenate(0), [(2, 3), (2,)]),
    (o.Relu(), [(2,), (2,)]),
    (o.LeakyRelu(-1), [(2,)]),
    (o.LeakyRelu(1000), [(2,)]),
    (o.Lookup(BYTE, ones(255)), [(2,)]),
    (o.Lookup(FixedType(1, 2, 4), ones(128)), [(2,)]),
    (o.Lookup(FixedType(1, 3, 3), ones(128)), [(2,)]),
    (o.Lookup(FixedType(0, -3, 1), ones(1)), [(2,)]),
    (o.Lookup(FixedType(1, [2, 3], 4), ones(256)), [(2,)]),
    (o.MaxPool((2,), (2,), ((0, 0),)), [(4,)]),
    (o.MaxPool((2,), (2,), ((2, 0),)), [(4, 1)]),
    (o.MaxPool((), (), ()), [(4,)]),
    (o.AveragePool((2,), (2,), ((0, 0),), ones(1)), [(4, 1)]),
    (o.AveragePool((2,), (2,), ((0, 0),), ones(3, 1)), [(4, 1)]),
    (o.AveragePool((5,), (2,), ((0, 0),), ones(1, 1)), [(4, 1)]),
    (o.Reduce(o.Reduction.SUM, ()), [(4,)]),
    (o.Reduce(o.Reduction.SUM, (1,)), [(4,)]),
    (o.Reduce(o.Reduction.MAX, (0, -1)), [(4,)]),
    (o.Reshape((5,)), [(4,)]),
    (o.Reshape((-1,)), [(4,)]),
    (o.Reshape(()), [(1,)]),
    (o.Transpose((0,)), [(4, 2)]),
    (o.Transpose((0, 0)), [(4, 2)]),
    (o.Pad(((0, 0),)), [(4, 2)]),
    (o.Pad(((-1, 0),)), [(4,)]),
    (o.Slice((0,), (5,), (1,)), [(4,)]),
    (o.Slice((2,), (2,), (1,)), [(4,)]),
    (o.Slice((0,), (2,), (0,)), [(4,)]),
    (o.Slice((0,), (2,), (1,)), [(4, 2)]),
    (o.UpSample((2, 2)), [(4, 2)]),
    (o.UpSample((0,)), [(4, 2)]),
    (o.GroupSort(3), [(4,)]),
    (o.GroupSort(0), [(4,)]),
    (Scan(cell(), (ones(3),)), [(4,)]),
    (Scan(cell(), (ones(3),)), [(4, 3)]),  # steps of three
    (Scan(cell(), (ones(2),)), [(4, 2)]),  # a state of three
    (Scan(cell(), ()), [(4, 2)]),
    (Scan(cell(), (None,)), [(4, 2)]),
    (Scan(cell(), (ones(3),)), [(4, 2), (3,)]),
    (Scan(cell(step=FixedType(1, 3, 3)), (ones(3),)), [(4, 2)]),  # steps have four fractional bits
    (Scan(cell(step=FixedType(1, 2, 4)), (ones(3),)), [(4, 2)]),
    (Scan(cell(), (fixed([0, 8, 0]),)), [(4, 2)]),  # 8 is no value of the state's type
    (Scan(cell(kept=FixedType(1, 4, 4)), (ones(3),)), [(4, 2)]),  # nor are the next ones
    (Scan(cell(), (None,)), [(4, 2), (3, 3)]),
    (o.Choose(), [(4,)]),
    (o.Choose(), [(4,), (4,), (3,)]),
    (o.Choose(), [(4,), (4,), (4,)]),  # the index has a sign
    (o.Gather(0), [(3, 2), (4,)]),
    (o.Gather(0), [(3, 2), (4, 1)]),  # the index has a fraction
    (o.ScatterAdd(0, 3), [(3, 2), (4, 1)]),
]


@pytest.mark.parametrize(("op", "shapes"), BAD, ids=[f"{type(op).__name__}-{j}" for j, (op, _) in enumerate(BAD)])
def test_error_names_the_layer_and_the_operation(op: Operation, shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(FpgamlError) as caught:
        graph_of(op, *shapes)
    assert caught.value.where == "layer_7"
    assert type(op).__name__ in caught.value.reason


def test_every_operation_that_can_fail_is_covered() -> None:
    assert {type(op).__name__ for op, _ in BAD} == set(o.OPERATIONS)


X = Node("x", o.Input((2,), Quantizer(BYTE)))


@pytest.mark.parametrize(
    ("nodes", "outputs", "where"),
    [
        ((X, X), ("x",), "x"),
        ((X, Node("y", o.Relu(), ("z",))), ("y",), "y"),
        ((Node("y", o.Relu(), ("x",)), X), ("y",), "y"),
        ((X,), ("y",), "y"),
    ],
)
def test_wrong_names(nodes: tuple[Node, ...], outputs: tuple[str, ...], where: str) -> None:
    with pytest.raises(FpgamlError) as caught:
        Graph("bad", nodes, outputs)
    assert caught.value.where == where


def test_shapes_of_a_graph_made_from_nodes_are_checked() -> None:
    graph = Graph("bad", (X, Node("y", o.Dense(ones(3, 1), None), ("x",), "dense_1")), ("y",))
    with pytest.raises(FpgamlError, match="dense_1"):
        _ = graph.shapes


def test_builder_reads_earlier_nodes_only() -> None:
    with pytest.raises(FpgamlError, match="act: reads nothing_like_it"):
        GraphBuilder("g").add(o.Relu(), "nothing_like_it", name="act")


def test_builder_makes_identifiers() -> None:
    builder = GraphBuilder("g")
    wanted = ("dense/kernel:0", "dense_kernel_0", "1x", "__a__b__", "é")
    names = [builder.add(o.Input((1,), Quantizer(BYTE)), name=name) for name in wanted]
    assert names == ["dense_kernel_0", "dense_kernel_0_2", "n_1x", "a_b", "n"]
    assert [identifier(name) for name in names] == names


def two_inputs() -> Graph:
    builder = GraphBuilder("two")
    a = builder.add(o.Input((2,), Quantizer(BYTE, Rounding.RND, Overflow.SAT)), name="a")
    b = builder.add(o.Input((1,), Quantizer(BYTE)), name="b")
    c = builder.add(o.Constant(fixed([1, 2, 3], 1)), name="c")
    builder.layers["constant"] = c
    return builder.build([builder.add(o.Concatenate(0), a, c, b, name="y"), c])


def test_inputs_are_read_by_their_quantizers_and_constants_follow_the_batch() -> None:
    graph = two_inputs()
    values = read_inputs(graph, {"a": [[0.03125, 99.0], [-0.5, -99.0]], "b": [[0.99], [-0.01]]})
    results = interpret(graph, values)
    assert results["y"] == fixed([[1, 127, 8, 16, 24, 15], [-8, -128, 8, 16, 24, -1]], 4)
    assert results["c"] == fixed([[1, 2, 3]] * 2, 1)


@pytest.mark.parametrize(
    ("reals", "where", "reason"),
    [
        ({"a": [[0.0, 0.0]]}, "b", "no data"),
        ({"a": [[0.0, 0.0, 0.0]], "b": [[0.0]]}, "a", "shape"),
        ({"a": [[0.0, float("nan")]], "b": [[0.0]]}, "a", "(0, 1)"),
        ({"a": [[0.0, 0.0]], "b": [[float("inf")]]}, "b", "(0, 0)"),
    ],
)
def test_bad_data(reals: dict[str, list[list[float]]], where: str, reason: str) -> None:
    with pytest.raises(FpgamlError) as caught:
        read_inputs(two_inputs(), reals)
    assert caught.value.where == where
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    "values",
    [
        {"a": fixed([[1, 2]])},
        {"a": fixed([[1, 2]]), "b": fixed([[1], [2]])},
        {"a": fixed([[1, 2]]), "b": fixed([1])},
        {"a": fixed([[1, 2, 3]]), "b": fixed([[1]])},
    ],
)
def test_values_that_do_not_fit_the_inputs(values: dict[str, FixedArray]) -> None:
    with pytest.raises(FpgamlError, match=r"^[ab]: "):
        interpret(two_inputs(), values)
