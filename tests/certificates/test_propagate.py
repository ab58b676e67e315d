"""Bounds of values and of changes hold for every pair of inputs in a box, in every operation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaml.certificates import changes, reach
from fpgaml.certificates.interval import Interval
from fpgaml.certificates.propagate import Propagation
from fpgaml.certificates.space import Space
from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from tests.graph.build import BYTE, fixed
from tests.strategies import graphs

PAIRS = 6


def holds(interval: Interval, value: FixedArray) -> bool:
    """Whether an interval, the same for all events, holds some values."""
    unit = max(interval.unit, value.fractional)
    low, high = interval.at(unit)
    return bool((low <= value.at(unit)).all() and (value.at(unit) <= high).all())


def changed(before: FixedArray, after: FixedArray) -> FixedArray:
    """after - before."""
    unit = max(before.fractional, after.fractional)
    return FixedArray(np.asarray(after.at(unit).astype(object) - before.at(unit).astype(object)), unit)


def all_values(graph: Graph, values: dict[str, FixedArray]) -> dict[str, FixedArray]:
    """Of every node."""
    seen: dict[str, FixedArray] = {}

    def watch(node: Node, given_values: list[FixedArray], result: FixedArray) -> None:
        seen[node.name] = result

    interpret(graph, values, watch)
    return seen


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_pairs_of_inputs_stay_within_the_bounds_of_every_node(data: st.DataObject) -> None:
    graph = data.draw(graphs(max_outputs=1))
    space = Space.of(graph)
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    ends = random.integers(space.low, space.high, (2, space.elements), endpoint=True)
    if data.draw(st.booleans()):  # a small box, where bounds are tight
        ends[1] = np.clip(ends[0] + random.integers(-2, 2, space.elements, endpoint=True), space.low, space.high)
    low, high = ends.min(axis=0), ends.max(axis=0)
    still = random.random(space.elements) < data.draw(st.sampled_from((0.0, 0.8)))
    points = random.integers(low, high, (2, PAIRS, space.elements), endpoint=True)
    points[1] = np.where(still, points[0], points[1])
    moves = (points[1] - points[0]).min(axis=0), (points[1] - points[0]).max(axis=0)
    boxes = space.boxes(low[None], high[None])
    values, found = Propagation(graph, graph.outputs[0]).everything(boxes, space.boxes(*(each[None] for each in moves)))
    before, after = (all_values(graph, space.values(each)) for each in points)
    for node in graph.nodes:
        assert holds(values[node.name], before[node.name]) and holds(values[node.name], after[node.name]), node
        assert holds(found[node.name], changed(before[node.name], after[node.name])), node


def test_every_operation_has_a_rule_or_is_known_to_have_none() -> None:
    """One without is allowed, and coarse."""
    for rules in (reach.RULES, changes.RULES):
        without = {name for name, op in o.OPERATIONS.items() if not any(kind in rules for kind in op.__mro__)}
        assert without <= {"Input", "Constant", "Scan", "Gather", "ScatterAdd"}


def change_of(op: o.Operation, low: list[int], high: list[int], steps: tuple[list[int], list[int]]) -> list[list[int]]:
    """Bounds of the change of one operation's result, in sixteenths, for a box and bounds of its input's change."""
    builder = GraphBuilder("one")
    x = builder.add(o.Input((len(low),), Quantizer(BYTE)), name="x")
    graph = builder.build([builder.add(op, x, name="y")])
    box = Interval.of(np.array([low]), np.array([high]), 4)
    step = Interval.of(np.array([steps[0]]), np.array([steps[1]]), 4)
    found = Propagation(graph, "y").change({"x": box}, {"x": step})
    return [end[0].tolist() for end in found.at(max(found.unit, 4))]


def test_a_sum_of_changes_is_exact() -> None:
    dense = o.Dense(fixed([[1, -2], [3, 4]]), fixed([5, 6]))
    assert change_of(dense, [-128, -128], [127, 127], ([1, 0], [1, 0])) == [[1, -2], [1, -2]]
    assert change_of(dense, [-128, -128], [127, 127], ([1, -1], [1, 1])) == [[-2, -6], [4, 2]]


def test_a_sort_changes_within_what_can_come_there() -> None:
    sort = o.GroupSort(3)
    # Anything can come anywhere: between the smallest and the largest change.
    assert change_of(sort, [0] * 3, [50] * 3, ([-3, 1, 2], [-3, 1, 2])) == [[-3] * 3, [2] * 3]
    # The third is above the others: the last place changes as it does.
    assert change_of(sort, [0, 0, 60], [50, 50, 90], ([-3, 1, 2], [-3, 1, 2])) == [[-3, -3, 2], [1, 1, 2]]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [([1], [9], [[4], [4]]), ([-9], [-1], [[0], [0]]), ([-9], [9], [[0], [4]])],
)
def test_a_relu_knows_its_side(low: list[int], high: list[int], expected: list[list[int]]) -> None:
    assert change_of(o.Relu(), low, high, ([4], [4])) == expected


@pytest.mark.parametrize(
    ("rounding", "low", "expected"),
    [
        # A change of 1.25 steps of a quarter: one step, or two.
        (Rounding.TRN, -100, [[4], [8]]),
        (Rounding.RND, -100, [[4], [8]]),
        (Rounding.TRN_ZERO, 0, [[4], [8]]),  # above zero it rounds down everywhere
        (Rounding.TRN_ZERO, -100, [[0], [12]]),  # -1.25 + 1.25 steps: -1 to 0; -0.75 + 1.25: 0 to 0
        (Rounding.RND_CONV, -100, [[0], [12]]),
    ],
)
def test_rounding_adds_its_slack(rounding: Rounding, low: int, expected: list[list[int]]) -> None:
    quantize = o.Quantize(Quantizer(FixedType(1, 5, 2), rounding, Overflow.SAT))
    assert change_of(quantize, [low], [100], ([5], [5])) == expected


@pytest.mark.parametrize(
    ("overflow", "expected"),
    [(Overflow.SAT, [[0], [4]]), (Overflow.WRAP, [[-15], [15]]), (Overflow.SAT_ZERO, [[-15], [15]])],
)
def test_overflow_keeps_the_order_only_where_it_saturates(overflow: Overflow, expected: list[list[int]]) -> None:
    quantize = o.Quantize(Quantizer(FixedType(1, -1, 4), Rounding.TRN, overflow))  # -8 to 7 sixteenths
    assert change_of(quantize, [-5], [20], ([4], [4])) == expected
    assert change_of(quantize, [-5], [7], ([4], [4])) == [[4], [4]]


def test_a_table_changes_by_its_steps_in_reach() -> None:
    domain = FixedType(0, -1, 4)  # 0 to 7 sixteenths
    table = o.Lookup(domain, fixed([0, 1, 3, 6, 5, 5, 5, 5], 4))
    builder = GraphBuilder("one")
    x = builder.add(o.Input((1,), Quantizer(domain)), name="x")
    graph = builder.build([builder.add(table, x, name="y")])
    propagation = Propagation(graph, "y")
    for low, high, expected in ((0, 3, [1, 3]), (2, 4, [-1, 3]), (5, 7, [0, 0])):
        box = Interval.of(np.array([[low]]), np.array([[high]]), 4)
        one = Interval.of(np.array([[1]]), np.array([[1]]), 4)
        found = propagation.change({"x": box}, {"x": one})
        assert [int(end.item()) for end in found.at(4)] == expected
