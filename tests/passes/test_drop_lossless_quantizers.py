"""Only quantizers that change no value go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Input, Quantize, Relu
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.passes.drop_lossless_quantizers import DropLosslessQuantizers
from tests.strategies import graphs, input_values

BYTE = FixedType(1, 3, 4)


def after(quantizer: Quantizer) -> Graph:
    """An 8-bit input that meets the quantizer, then a ReLU."""
    builder = GraphBuilder("case")
    x = builder.add(Input((3,), Quantizer(BYTE)), name="x")
    q = builder.add(Quantize(quantizer), x, name="q", source="layer")
    builder.layers["layer"] = q
    return DropLosslessQuantizers().apply(builder.build([builder.add(Relu(), q, name="y")]))


def test_a_type_that_holds_everything_goes() -> None:
    graph = after(Quantizer(FixedType(1, 4, 4), Rounding.RND_CONV, Overflow.SAT))
    assert [node.name for node in graph.nodes] == ["x", "y"]
    assert graph["y"].inputs == ("x",)
    assert graph.layers == {"layer": "x"}


def test_types_that_round_or_overflow_stay() -> None:
    for kind in (FixedType(1, 3, 3), FixedType(1, 2, 4), FixedType(0, 3, 4)):
        for overflow in Overflow:
            assert len(after(Quantizer(kind, Rounding.TRN, overflow)).nodes) == 3


def test_a_symmetric_type_loses_the_lowest_code() -> None:
    assert len(after(Quantizer(BYTE, Rounding.TRN, Overflow.SAT_SYM)).nodes) == 3


@given(st.data())
def test_no_output_changes(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    values = data.draw(input_values(graph, 8))
    before, dropped = interpret(graph, values), interpret(DropLosslessQuantizers().apply(graph), values)
    assert all(before[name] == dropped[name] for name in graph.outputs)
