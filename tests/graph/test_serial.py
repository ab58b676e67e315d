"""The JSON form: it round-trips, always has the same bytes, and bad text is a clear error."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaml.errors import FpgamlError
from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.serial import from_json, graph_hash, to_json
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from tests.graph.build import BYTE, fixed, running_sum
from tests.strategies import graphs

GOLDEN_HASH = "de4bd40ae19603ecfd70e4fedd36b5c4d5451664749e6e27ac43f57084108022"
"""Of `small_graph()`: it changes only with the format's version."""


def small_graph() -> Graph:
    builder = GraphBuilder("small")
    kind = Quantizer(FixedType([1, 0], [3, 2], [4, -1]), Rounding.RND_CONV, Overflow.SAT_SYM)
    x = builder.add(o.Input((2,), kind), name="x", source="input_1")
    y = builder.add(o.Dense(fixed([[2**70, -3], [0, 5]], 4), fixed([1, -1], 1)), x, name="fc", source="dense")
    z = builder.add(o.EinsumDense(fixed([[1], [2]]), None, "c,cd->d"), y, name="mix")
    c = builder.add(o.Constant(fixed([7], -2)), name="c")
    r = builder.add(o.Reduce(o.Reduction.MAX, (-1,)), z, name="top", source="couche é")
    builder.layers = {"dense": y, "couche é": r}
    return builder.build([builder.add(o.Add(), r, c, name="sum"), y])


def exact_parts(graph: Graph) -> list[Any]:
    """What equality of numbers does not see: the binary point of every constant."""
    arrays = [v for node in graph.nodes for v in vars(node.op).values() if isinstance(v, type(fixed(0)))]
    return [(a.fractional, a.integers.dtype, a.integers.tolist()) for a in arrays]


@settings(max_examples=150)
@given(graphs(max_nodes=10) | graphs(max_bits=150, point=70))
def test_round_trip(graph: Graph) -> None:
    text = to_json(graph)
    back = from_json(text)
    assert back == graph
    assert exact_parts(back) == exact_parts(graph)
    assert to_json(back) == text
    assert graph_hash(back) == graph_hash(graph)
    assert list(back.layers.items()) == list(graph.layers.items())


def test_golden_hash() -> None:
    assert graph_hash(small_graph()) == GOLDEN_HASH


def test_text_is_ascii_with_integers_only_and_a_tensor_a_line() -> None:
    text = to_json(small_graph())
    assert text.isascii()
    assert text.endswith("}\n")
    lines = text.splitlines()
    assert '   "kernel": {"shape": [2, 2], "fractional": 4, "integers": [1180591620717411303424, -3, 0, 5]},' in lines
    kernel = json.loads(text, parse_float=pytest.fail)["nodes"][1]["kernel"]
    assert kernel["integers"][0] == 2**70


def test_big_integers_come_back_exactly() -> None:
    op = from_json(to_json(small_graph()))["fc"].op
    assert isinstance(op, o.Dense)
    assert op.kernel.integers.tolist() == [[2**70, -3], [0, 5]]


@pytest.mark.parametrize(
    "changed",
    [
        lambda g: Graph("other", g.nodes, g.outputs, g.layers),
        lambda g: Graph(g.name, g.nodes, g.outputs[::-1], g.layers),
        lambda g: Graph(g.name, g.nodes, g.outputs),
        lambda g: Graph(g.name, (Node("x", g["x"].op, (), "renamed"), *g.nodes[1:]), g.outputs, g.layers),
    ],
)
def test_every_part_counts_in_the_hash(changed: Any) -> None:
    assert graph_hash(changed(small_graph())) != graph_hash(small_graph())


def edited(path: list[Any], value: Any) -> str:
    """The small graph's text with one part replaced, or taken out where the value is `...`."""
    data = json.loads(to_json(small_graph()))
    part = data
    for key in path[:-1]:
        part = part[key]
    if value is ...:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a graph"),
        ('{"format": "onnx"}', "not a graph"),
        (edited(["version"], 2), "version 2"),
        (edited(["version"], ...), "version None"),
        (edited(["outputs"], ...), "outputs missing"),
        (edited(["extra"], 1), "extra unknown"),
        (edited(["outputs"], []), "no outputs"),
        (edited(["outputs"], ["nobody"]), "no node has this name"),
        (edited(["nodes"], 3), "not a list"),
        (edited(["layers"], []), "not an object"),
        (edited(["nodes", 1], 3), "node 1: 3 is not an object"),
        (edited(["nodes", 1, "name"], "a b"), "not an identifier"),
        (edited(["nodes", 1, "name"], "x\n"), "not an identifier"),
        (edited(["nodes", 1, "name"], ...), "not a string"),
        (edited(["nodes", 1, "op"], "Lambda"), "node 'fc': unknown operation 'Lambda'"),
        (edited(["nodes", 1, "op"], "Operation"), "unknown operation"),
        (edited(["nodes", 1, "bias"], ...), "bias missing"),
        (edited(["nodes", 1, "mode"], 1), "mode unknown"),
        (edited(["nodes", 1, "inputs"], ["y"]), "no earlier node"),
        (edited(["nodes", 1, "kernel"], None), "kernel: None is not an object"),
        (edited(["nodes", 1, "kernel", "shape"], [3, 2]), "4 integers for shape [3, 2]"),
        (edited(["nodes", 1, "kernel", "shape"], [-2, -2]), "4 integers for shape [-2, -2]"),
        (edited(["nodes", 1, "kernel", "integers", 0], 0.5), "0.5 is not a whole number"),
        (edited(["nodes", 1, "kernel", "integers", 0], True), "True is not a whole number"),
        (edited(["nodes", 1, "kernel", "fractional"], 10**9), "bits are more than"),
        (edited(["nodes", 1, "kernel", "fractional"], float("nan")), "nan is not a whole number"),
        (edited(["nodes", 1, "kernel", "shape"], [4, 1]), "a kernel of (4, 1) for inputs (2,)"),
        (edited(["nodes", 0, "dims"], [2, "2"]), "'2' is not a whole number"),
        (edited(["nodes", 0, "quantizer", "type", "signed"], 2), "sign"),
        (edited(["nodes", 0, "quantizer", "type", "integer"], [1, 2, 3]), "quantizer.type"),
        (edited(["nodes", 0, "quantizer", "type", "integer"], [[1], [2, 3]]), "different or no length"),
        (edited(["nodes", 0, "quantizer", "type", "integer"], []), "different or no length"),
        (edited(["nodes", 0, "quantizer", "rounding"], "ROUND"), "'ROUND' is no rounding"),
        (edited(["nodes", 0, "quantizer", "rounding"], []), "[] is no rounding"),
        (edited(["nodes", 4, "kind"], "mean"), "'mean' is no reduction"),
        (edited(["nodes", 4, "axes"], [3]), "axis 3"),
    ],
)
def test_bad_text(text: str, reason: str) -> None:
    with pytest.raises(FpgamlError) as caught:
        from_json(text, "graph.json")
    assert reason in str(caught.value)


JUNK = st.sampled_from([None, True, -1, 0, 1, 2, 3, 5, 0.5, "", "x", "Relu", "c,cd->d", [], [1], [1, 2], [[1, 2]], {}])


@settings(max_examples=300)
@given(graph=graphs(max_nodes=4), value=JUNK, data=st.data())
def test_damaged_text_raises_nothing_but_our_error(graph: Graph, value: Any, data: st.DataObject) -> None:
    document = json.loads(to_json(graph))
    part: Any = document["nodes"]
    while True:
        key = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        child = part[key]
        if not isinstance(child, dict | list) or not child or data.draw(st.integers(0, 5)) == 5:
            break
        part = child
    part[key] = value
    with contextlib.suppress(FpgamlError):
        from_json(json.dumps(document))


def test_an_operation_of_nobody_is_refused() -> None:
    class Relu(o.Relu):
        pass

    nodes = (Node("x", o.Input((1,), Quantizer(BYTE))), Node("y", Relu(), ("x",)))
    with pytest.raises(TypeError, match="not among the operations"):
        to_json(Graph("g", nodes, ("y",)))


def scaled(rescales: bool) -> Graph:
    """A Scale of one value."""
    nodes = (
        Node("x", o.Input((1,), Quantizer(FixedType(1, 3, 2)))),
        Node("y", o.Scale(fixed([3], 1), fixed([0]), rescales=rescales), ("x",)),
    )
    return Graph("scaled", nodes, ("y",))


def test_an_optional_field_is_written_only_where_it_says_something() -> None:
    plain, marked = to_json(scaled(False)), to_json(scaled(True))
    assert "rescales" not in plain  # the text, and with it the hash, of a graph from before the field
    assert marked.replace(',\n   "rescales": true', "") == plain
    assert from_json(plain) == scaled(False)
    assert from_json(marked) == scaled(True)


def test_an_optional_field_is_true_or_false() -> None:
    with pytest.raises(FpgamlError, match="rescales: 1 is neither true nor false"):
        from_json(to_json(scaled(True)).replace('"rescales": true', '"rescales": 1'))


def test_a_cell_is_a_graph_within_the_graph() -> None:
    graph = running_sum(True, reverse=True)
    text = to_json(graph)
    assert from_json(text) == graph
    assert '"cell": {"name": "cell", "nodes": [{"name": "x", "op": "Input"' in text
    with pytest.raises(FpgamlError, match="cell: node 'sum': unknown operation 'Add2'"):
        from_json(text.replace('"Add"', '"Add2"', 1))
    with pytest.raises(FpgamlError, match="the type of h does not hold sum"):
        from_json(text.replace('"new", "shifted"]', '"sum", "shifted"]'))
