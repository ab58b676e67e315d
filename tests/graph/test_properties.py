"""What operations say of themselves is so."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.types import FixedType, Overflow, Quantizer
from fpgaml.graph.values import FixedArray
from tests.graph.build import fixed
from tests.strategies import graphs, input_values

Runs = list[tuple[Node, list[FixedArray], FixedArray]]
"""Nodes with their inputs and their output."""


def runs(graph: Graph, values: dict[str, FixedArray]) -> Runs:
    """Every operation on a batch."""
    seen: Runs = []
    interpret(graph, values, lambda node, given, result: seen.append((node, given, result)))
    return seen


def reals(values: FixedArray) -> set[float]:
    """The numbers of a tensor of few bits."""
    return set(values.to_float().ravel().tolist())


@given(st.data())
def test_what_only_moves_values_makes_none(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    for node, given_values, result in runs(graph, data.draw(input_values(graph, 3))):
        if node.op.moves_only:
            assert reals(result) <= {0.0}.union(*map(reals, given_values)), node
        if isinstance(node.op, o.Move) and node.op.keeps_all:
            assert reals(result) >= reals(given_values[0]), node


@given(st.data())
def test_an_element_depends_on_its_place_alone(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    for node, given_values, result in runs(graph, data.draw(input_values(graph, 2))):
        constant = result.shape[0] == 1  # what follows from constants alone has one event
        if not node.op.elementwise or constant or any(x.shape != result.shape for x in given_values):
            continue
        # The first event with the second one's value at one place only.
        place = (0, *(data.draw(st.integers(0, size - 1)) for size in result.shape[1:]))
        mixed = []
        for x in given_values:
            integers = x.integers.copy()
            integers[place] = x.integers[(1, *place[1:])]
            mixed.append(FixedArray(integers, x.fractional))
        changed = node.op.run(mixed).to_float() != result.to_float()
        changed[place] = False
        assert not changed.any(), node


def test_the_claims() -> None:
    moving = {name for name, op in o.OPERATIONS.items() if op.moves_only}
    assert moving == {"Reshape", "Transpose", "Pad", "Slice", "UpSample", "Concatenate"}
    elementwise = {name for name, op in o.OPERATIONS.items() if op.elementwise}
    pairs = {"Add", "Subtract", "Multiply", "Maximum", "Minimum"}
    assert elementwise == pairs | {"Quantize", "Scale", "Relu", "LeakyRelu", "Lookup", "Choose"}
    linear = {name for name, op in o.OPERATIONS.items() if issubclass(op, o.Linear)}
    assert linear == {"Dense", "Conv1D", "Conv2D", "EinsumDense"}


def kernel(*shape: int) -> FixedArray:
    """Ones."""
    return fixed(np.ones(shape, dtype=int).tolist())


def test_how_often_a_weight_is_used() -> None:
    convolution = o.Conv2D(kernel(3, 3, 2, 4), None, (2, 2), (1, 1), ((1, 1), (0, 0)), groups=2)
    assert o.Dense(kernel(5, 7), None).repeats((5,)) == 1
    assert o.Dense(kernel(5, 7), None).repeats((3, 2, 5)) == 6
    assert convolution.repeats((9, 9, 4)) == 5 * 4  # (9 + 2 - 3) // 2 + 1 rows, (9 - 3) // 2 + 1 columns
    assert o.EinsumDense(kernel(5, 7), None, "tc,cd->td").repeats((3, 5)) == 3
    assert o.EinsumDense(kernel(3, 5, 7), None, "tc,tcd->td").repeats((3, 5)) == 1
    assert o.EinsumDense(kernel(7), None, "tc,d->td").repeats((3, 5)) == 15


def test_a_convolution_holds_its_windows_side_by_side() -> None:
    convolution = o.Conv1D(kernel(4, 2, 3), None, (1,), (1,), ((0, 0),))
    assert convolution.held([(10, 2)]) == 7 * 4 * 2
    assert o.Quantize(Quantizer(FixedType(1, 3, 2), overflow=Overflow.SAT)).held([(10, 2)]) == 20
