"""Passes that call themselves exact are, and what a pass does to the ports is watched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Add, Constant, Input, Operation
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.hls.lower.prepare import LimitReaders, PadApart
from fpgaml.passes.base import Pass, run
from fpgaml.passes.drop_dead_nodes import DropDeadNodes, needed
from fpgaml.passes.fold_constants import FoldConstants
from fpgaml.passes.pipeline import FEWEST_OPERATIONS, of_file, of_requantisation
from tests.strategies import graphs, input_values

EXACT = (*FEWEST_OPERATIONS, PadApart(), LimitReaders())


def with_constants() -> Graph:
    """x + (c + c), with a sum that no output needs and an input that nothing reads."""
    builder = GraphBuilder("constants")
    builder.add(Input((2,), Quantizer(FixedType(1, 3, 2))), name="x", source="in")
    builder.add(Input((2,), Quantizer(FixedType(1, 3, 2))), name="unread", source="other")
    builder.add(Constant(FixedArray([3, -1], 1)), name="c")
    builder.add(Add(), "c", "c", name="doubled", source="double")
    builder.add(Add(), "x", "c", name="dead", source="dead")
    builder.add(Add(), "x", "doubled", name="sum", source="sum")
    builder.layers |= {"double": "doubled", "dead": "dead", "sum": "sum"}
    return builder.build(["sum"])


@pytest.mark.parametrize("step", EXACT, ids=lambda step: step.name)
@given(data=st.data())
def test_no_output_changes(step: Pass, data: st.DataObject) -> None:
    assert step.exact
    graph = data.draw(graphs())
    values = data.draw(input_values(graph, 4))
    before, rewritten = interpret(graph, values), run((step,), graph)
    after = interpret(rewritten, values)
    assert [before[name] for name in graph.outputs] == [after[name] for name in rewritten.outputs]


def test_those_that_change_values_say_so() -> None:
    assert not any(step.exact for step in (*of_file(given=()), *of_requantisation(8)))


def test_names_are_unique() -> None:
    names = [step.name for step in (*EXACT, *of_file(given=()), *of_requantisation(8))]
    assert len(set(names)) == len(names)


def test_constants_are_folded_and_the_dead_dropped() -> None:
    folded = FoldConstants().apply(with_constants())
    doubled = folded["doubled"]
    assert doubled.op == Constant(FixedArray([6, -2], 1)) and doubled.inputs == ()
    live = DropDeadNodes().apply(folded)
    assert [node.name for node in live.nodes] == ["x", "unread", "doubled", "sum"]
    assert live.layers == {"double": "doubled", "sum": "sum"}


def test_what_is_needed_may_be_read_another_way() -> None:
    graph = with_constants()
    names = [node.name for node in needed(graph, lambda node: ("dead",) if node.name == "sum" else node.inputs)]
    assert names == ["x", "unread", "c", "dead", "sum"]


@dataclass(frozen=True)
class Loses(Pass):
    """A faulty pass: it forgets the last output."""

    name: ClassVar[str] = "loses"

    def apply(self, graph: Graph) -> Graph:
        return replace(graph, outputs=graph.outputs[:-1])


def test_a_pass_that_loses_a_port_is_caught_by_name() -> None:
    with pytest.raises(AssertionError, match="pass loses"):
        run((Loses(),), with_constants())


def test_fewest_operations() -> None:
    operations: list[type[Operation]] = [type(node.op) for node in run(FEWEST_OPERATIONS, with_constants()).nodes]
    assert operations == [Input, Input, Constant, Add]
