"""A Scan as its cell once a step computes the same, and leaves out what nobody needs."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.values import FixedArray
from fpgaml.passes.unroll_scans import UnrollScans
from tests.graph.build import running_sum
from tests.strategies import graphs, input_values


@settings(max_examples=60)
@given(st.data())
def test_the_same_outputs(data: st.DataObject) -> None:
    graph = data.draw(graphs(max_nodes=3, ops=("Scan", "Dense", "Constant", "Transpose"), ranks=(1, 2)))
    unrolled = UnrollScans().apply(graph)
    values = data.draw(input_values(graph, 4))
    assert interpret(unrolled, values) == interpret(graph, values)
    assert unrolled.shapes.items() >= {name: graph.shapes[name] for name in graph.outputs}.items()
    assert not any(isinstance(node.op, Scan) for node in unrolled.nodes)


STEPS = FixedArray([[[16, 0], [0, 8], [4, 4]]], 4)
"""Steps of two: 1 + 2*0, 0 + 2*1/2, 1/4 + 2*1/4."""


def test_steps_forwards_and_backwards() -> None:
    forwards = interpret(running_sum(True), {"x": STEPS})["y"].to_float()
    assert forwards.tolist() == [[[3.0], [3.5], [3.875]]]  # states 4, 5, 5.75; half of each and one more
    backwards = interpret(running_sum(True, reverse=True), {"x": STEPS})["y"].to_float()
    assert backwards.tolist() == [[[3.875], [3.375], [2.875]]]  # states 3.75, 4.75, 5.75 from the last step on
    for reverse in (False, True):
        assert interpret(running_sum(False, reverse), {"x": STEPS})["y"].to_float().tolist() == [[3.875]]


def test_only_the_last_step_has_an_output() -> None:
    names = [node.name for node in UnrollScans().apply(running_sum(False)).nodes]
    assert [name for name in names if name.endswith("half")] == ["y_2_half"]
    assert [name for name in names if name.endswith("new")] == ["y_0_new", "y_1_new", "y_2_new"]
    assert names.count("y_one") == 1  # a constant of the cell is one of all steps
