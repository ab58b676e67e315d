"""Each operation against naive loops over Fractions, with random settings, types and inputs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import OPERATIONS, Input
from fpgaml.graph.values import FixedArray
from tests.graph.naive import element_type, evaluate, reals
from tests.strategies import graphs, input_values

EVENTS = 5


def trace(graph: Graph, values: dict[str, FixedArray]) -> list[tuple[Node, list[FixedArray], FixedArray]]:
    """Every node with what went in and what came out."""
    seen: list[tuple[Node, list[FixedArray], FixedArray]] = []
    interpret(graph, values, lambda node, given, result: seen.append((node, given, result)))
    return seen


def check_node(node: Node, given: list[FixedArray], result: FixedArray) -> None:
    """A node's output for each event equals the naive one."""
    if isinstance(node.op, Input):
        return
    inputs = [reals(x) for x in given]
    outputs = reals(result)
    for event in range(result.shape[0]):
        expected = evaluate(node.op, [x[event % len(x)] for x in inputs])
        assert expected.shape == outputs[event].shape
        assert (expected == outputs[event]).all(), f"{node}, event {event}"


def check_range(graph: Graph, node: Node, result: FixedArray) -> None:
    """A node's values lie within its range, are multiples of its step, and fit its type."""
    known, kind = graph.ranges[node.name], graph.types[node.name]
    assert result.shape[1:] == graph.shapes[node.name]
    unit = Fraction(2) ** -known.unit
    for at in np.ndindex(known.shape):
        low, high = int(known.low[at]) * unit, int(known.high[at]) * unit
        signed, integer, fractional = element_type(kind, known.shape, at)
        top = Fraction(2) ** integer
        for value in reals(result)[(slice(None), *at)]:
            assert low <= value <= high
            if value:
                assert (value * Fraction(2) ** int(known.fractional[at])).denominator == 1
                assert (value * Fraction(2) ** fractional).denominator == 1
                assert -signed * top <= value <= top - Fraction(2) ** -fractional


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - {"Input", "Constant"}))
@settings(max_examples=50)
@given(data=st.data())
def test_operation_equals_naive_arithmetic(name: str, data: st.DataObject) -> None:
    needed = {"Conv1D": (1,), "Conv2D": (2,), "MaxPool": (1, 2), "AveragePool": (1, 2), "UpSample": (1, 2)}
    graph = data.draw(graphs(max_nodes=2, ops=(name, "Constant"), ranks=needed.get(name, (0, 1, 2))))
    for node, given_, result in trace(graph, data.draw(input_values(graph, EVENTS))):
        check_node(node, given_, result)
        check_range(graph, node, result)


@settings(max_examples=200)
@given(data=st.data())
def test_random_graphs_are_exact_and_within_their_ranges(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    for node, given_, result in trace(graph, data.draw(input_values(graph, EVENTS))):
        check_node(node, given_, result)
        check_range(graph, node, result)


@settings(max_examples=200)
@given(data=st.data())
def test_widths_far_above_64_bits_stay_exact(data: st.DataObject) -> None:
    graph = data.draw(graphs(max_nodes=6, max_bits=150, point=70))
    for node, given_, result in trace(graph, data.draw(input_values(graph, EVENTS))):
        check_node(node, given_, result)
        check_range(graph, node, result)


def test_strategies_reach_every_operation() -> None:
    seen: set[str] = set()

    @settings(max_examples=600, database=None)
    @given(graphs())
    def collect(graph: Graph) -> None:
        seen.update(type(node.op).__name__ for node in graph.nodes)

    collect()
    assert seen == set(OPERATIONS)


@settings(max_examples=100)
@given(graph=graphs(max_nodes=6))
def test_no_events_at_all(graph: Graph) -> None:
    nothing = {n.name: FixedArray(np.zeros((0, *graph.shapes[n.name]), np.int64), 0) for n in graph.inputs}
    for name, result in interpret(graph, nothing).items():
        assert result.shape == (0, *graph.shapes[name])
