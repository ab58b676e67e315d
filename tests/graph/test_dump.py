"""The table that a person reads."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from fpgaml.graph import ops as o
from fpgaml.graph.dump import describe, dump
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Operation
from fpgaml.graph.serial import graph_hash
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from tests.graph.build import fixed, running_sum
from tests.strategies import graphs


def test_whole_table() -> None:
    builder = GraphBuilder("tiny")
    kind = Quantizer(FixedType(1, 2, 3), Rounding.RND, Overflow.SAT)
    x = builder.add(o.Input((4, 2), kind), name="x")
    kernel = fixed([[[1, 0, 3], [2, 2, 2]], [[1, 0, 1], [-4, 2, 2]]], 2)
    conv = builder.add(o.Conv1D(kernel, fixed([1, 2, 3], 2), (2,), (1,), ((0, 1),)), x, name="conv")
    relu = builder.add(o.Relu(), conv, name="relu")
    q = builder.add(o.Quantize(Quantizer(FixedType(0, 3, 1), Rounding.RND_CONV)), relu, name="q")
    graph = builder.build([q])
    head, _, table = dump(graph).partition("\n\n")
    assert head.splitlines() == [
        "graph tiny: 4 nodes, 12 weights, 2 zeros among them",
        "  input   x: 4x2 ap_fixed<6,3>",
        "  output  q: 2x3 ap_ufixed<4,3>",
        f"  sha256  {graph_hash(graph)}",
    ]
    rows = [re.split(r" {2,}", line) for line in table.splitlines()]
    settings_of_conv = "kernel 2x2x3 ap_fixed<3,1> 16% zero, bias 3 ap_ufixed<2,0>, strides 2, pads 0+1"
    assert rows[0] == ["name", "operation", "settings", "shape", "type", "inputs"]
    assert rows[2:] == [
        ["x", "Input", "RND SAT", "4x2", "ap_fixed<6,3>"],
        ["conv", "Conv1D", settings_of_conv, "2x3", "per element, 8 to 10 bits within ap_fixed<10,5>", "x"],
        ["relu", "Relu", "2x3", "per element, 7 to 9 bits within ap_ufixed<9,4>", "conv"],
        ["q *", "Quantize", "ap_ufixed<4,3> RND_CONV WRAP", "2x3", "ap_ufixed<4,3>", "relu"],
    ]
    starts = [line.index("  2x3  ") for line in table.splitlines()[3:]]
    assert len(set(starts)) == 1


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (o.Relu(), ""),
        (o.LeakyRelu(3), "shift 3"),
        (o.Scale(fixed([3], 4), fixed([0])), "factor 3*2^-4"),
        (o.Scale(fixed([3], -2), fixed([[5, 6]], 1)), "factor 3*2^2, offset 1x2 ap_ufixed<3,2>"),
        (o.Dense(fixed([[1, 2]]), None), "kernel 1x2 ap_ufixed<2,2>, no bias"),
        (o.EinsumDense(fixed([[-1, 2]]), None, "c,cd->d"), "kernel 1x2 ap_fixed<3,3>, no bias, equation c,cd->d"),
        (o.Conv2D(fixed([[[[1, 2]]]]), None, (1, 1), (2, 1), ((0, 0), (0, 0)), 1),
         "kernel 1x1x1x2 ap_ufixed<2,2>, no bias, dilation 2x1"),
        (o.Conv1D(fixed([[[1, 2]]]), None, (1,), (1,), ((0, 0),), 2),
         "kernel 1x1x2 ap_ufixed<2,2>, no bias, groups 2"),
        (o.MaxPool((2,), (1,), ((0, 0),)), "size 2"),
        (o.Reduce(o.Reduction.MAX, (-1,)), "kind max, axes (-1,)"),
        (o.Reshape((2, 3)), "dims 2x3"),
        (o.Pad(((1, 0), (0, 2))), "pads 1+0 0+2"),
        (o.Transpose((1, 0)), "order (1, 0)"),
        (o.Lookup(FixedType(0, 1, 0), fixed([1, 2])), "domain ap_ufixed<1,1>, table 2 ap_ufixed<2,2>"),
    ],
)  # fmt: skip
def test_settings_in_one_line(op: Operation, text: str) -> None:
    assert describe(op) == text


@settings(max_examples=60)
@given(graphs())
def test_every_graph_has_a_line_per_node(graph: Graph) -> None:
    text = dump(graph)
    lines = text.splitlines()
    table = [line for line in lines[lines.index("") + 3 :] if not line.startswith(" ")]  # not those of cells
    assert len(table) == len(graph.nodes)
    for line, node in zip(table, graph.nodes, strict=True):
        assert line.split()[0] == node.name
        assert (line.split()[1] == "*") == (node.name in graph.outputs)
        assert str(graph.types[node.name]) in line


def test_a_cell_stands_below_its_scan() -> None:
    lines = [line.split() for line in dump(running_sum(sequence=False, reverse=True)).splitlines()]
    start = next(n for n, words in enumerate(lines) if words[:2] == ["y", "*"])
    assert lines[start][2:] == "Scan cell of 8 nodes, from 3, reverse, no sequence 1 ap_fixed<9,4> x".split()
    assert [words[0] for words in lines[start + 1 :]] == ["x", "h", "product", "sum", "new", "half", "one", "shifted"]
