"""What is certified is so for every input, and what breaks a claim is real: by running all inputs of small Graphs."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fpgaml.certificates.certify import By, Effort, certify
from fpgaml.certificates.claim import Claim
from fpgaml.certificates.finding import Finding
from fpgaml.certificates.space import Space
from fpgaml.certificates.tiles import Tiling
from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.record.monotonicity import ClaimStatus, Direction
from tests.graph.build import fixed
from tests.strategies import graphs

RISES, FALLS = Direction.NON_DECREASING, Direction.NON_INCREASING
SMALL = {"ranks": (0,), "max_bits": 3, "point": 1, "max_inputs": 1, "max_outputs": 1}


def all_changes(graph: Graph, element: int) -> list[Fraction]:
    """Every change of the one output in one step of an element of the inputs, in whatever order."""
    space = Space.of(graph)
    codes = np.array(list(product(*(range(int(a), int(b) + 1) for a, b in zip(space.low, space.high, strict=True)))))
    moved = codes[codes[:, element] < space.high[element]]
    if not len(moved):
        return []
    up = moved.copy()
    up[:, element] += 1
    values = interpret(graph, space.values(np.concatenate([moved, up])))[graph.outputs[0]]
    before, after = values.integers.reshape(2, len(moved), -1)
    return [int(change) * Fraction(2) ** -values.fractional for change in np.unique(after - before)]


def check(graph: Graph, finding: Finding) -> None:
    """What a finding says is so."""
    changes, claim = all_changes(graph, finding.claim.element), finding.claim
    good = all(change * claim.direction.sign >= 0 for change in changes)
    if finding.standing is ClaimStatus.PROVED:
        assert good
        step = Fraction(2) ** -int(Space.of(graph).fractional[claim.element])
        if changes and finding.slope is not None:
            assert finding.slope.least <= min(changes) / step <= max(changes) / step <= finding.slope.most
    if finding.standing is ClaimStatus.BROKEN:
        found = finding.counterexample
        assert found is not None and not good
        space = Space.of(graph)
        codes = np.array([found.codes, found.codes])
        codes[1, found.element] += 1
        assert (space.low <= codes).all() and (codes <= space.high).all()
        values = interpret(graph, space.values(codes))[claim.output]
        before, after = values.integers.reshape(2, -1)[:, found.place] * Fraction(2) ** -values.fractional
        assert (before, after) == (found.before, found.after)
        assert (after - before) * claim.direction.sign < 0


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_whatever_is_certified_of_a_random_graph_is_so(data: st.DataObject) -> None:
    graph = data.draw(graphs(max_nodes=5, **SMALL))
    space = Space.of(graph)
    assume(space.points <= 5000)
    element = data.draw(st.integers(0, space.elements - 1))
    claims = [Claim(graph.outputs[0], element, direction) for direction in Direction]
    boxes = data.draw(st.sampled_from((1, 20, 400)))
    for finding in certify(graph, claims, Effort(By.INTERVALS, boxes=boxes)):
        check(graph, finding)
    for finding in certify(graph, claims, Effort(By.EXHAUSTION)):
        assert finding.standing is not ClaimStatus.NOT_PROVED
        check(graph, finding)


BITS = 4
STEP = FixedType(0, 0, BITS)
"""0 to 15 sixteenths."""


def lipschitz(weights: list[list[int]], residual: list[int], quantizer: Quantizer | None = None) -> Graph:
    """Two inputs -> Dense -> sort -> mean of the two -> plus a multiple of each input; weights in quarters."""
    builder = GraphBuilder("lipschitz")
    x = builder.add(o.Input((2,), Quantizer(STEP)), name="x")
    hidden = builder.add(o.Dense(fixed(weights, 2), None), x, name="hidden")
    if quantizer is not None:
        hidden = builder.add(o.Quantize(quantizer), hidden, name="rounded")
    ordered = builder.add(o.GroupSort(2), hidden, name="ordered")
    score = builder.add(o.Dense(fixed([[1], [-1]], 1), None), ordered, name="score")
    straight = builder.add(o.Dense(fixed([[each] for each in residual], 2), None), x, name="straight")
    return builder.build([builder.add(o.Add(), score, straight, name="y")])


def found(graph: Graph, element: int, direction: Direction, effort: Effort) -> Finding:
    """What becomes of one claim on `y`; and that it is so."""
    [finding] = certify(graph, [Claim("y", element, direction)], effort)
    check(graph, finding)
    return finding


def test_a_residual_as_steep_as_the_network_is_proved_at_once() -> None:
    # The hidden values change by at most a quarter of the input's step, their half difference by at most a quarter.
    graph = lipschitz([[1, -1], [0, 1]], [1, 1])
    finding = found(graph, 0, RISES, Effort(By.INTERVALS))
    assert (finding.standing, finding.looked) == (ClaimStatus.PROVED, 1)
    assert finding.slope is not None and (finding.slope.least, finding.slope.most) == (0, Fraction(1, 2))


def test_one_less_steep_is_broken_and_both_ways_find_it() -> None:
    graph = lipschitz([[1, -1], [1, 0]], [0, 1])
    for by in By:
        assert found(graph, 0, RISES, Effort(by)).standing is ClaimStatus.BROKEN


def test_what_boxes_do_not_tell_is_not_proved_and_running_every_input_tells() -> None:
    graph = lipschitz([[2, -1], [-1, 2]], [1, 1], Quantizer(FixedType(1, 1, 1), Rounding.TRN, Overflow.WRAP))
    few = found(graph, 0, FALLS, Effort(By.INTERVALS, boxes=0))
    assert few.standing is ClaimStatus.NOT_PROVED and "after 0 boxes" in few.why
    assert found(graph, 0, FALLS, Effort(By.AUTO, boxes=0)).standing is ClaimStatus.BROKEN


def test_careless_rounding_breaks_what_exact_sums_keep() -> None:
    """A hidden value that is rounded moves by a whole step where its input moves by less."""
    weights, residual = [[1, -1], [1, 0]], [1, 1]
    assert found(lipschitz(weights, residual), 0, RISES, Effort()).standing is ClaimStatus.PROVED
    careless = lipschitz(weights, residual, Quantizer(FixedType(1, 1, 2), Rounding.RND, Overflow.SAT))
    finding = found(careless, 0, RISES, Effort())
    assert finding.standing is ClaimStatus.BROKEN
    assert finding.counterexample is not None and finding.counterexample.after < finding.counterexample.before


@pytest.mark.parametrize("points", [1, 7, 64, 10_000])
def test_tiles_of_any_size_see_every_step_once_or_twice(points: int) -> None:
    graph = lipschitz([[2, -1], [-1, 2]], [1, 1])
    space = Space.of(graph)
    tiling = Tiling.of(space, {1}, points)
    seen = np.concatenate([tiling.tile(number).codes() for number in range(len(tiling))])
    assert len(seen) == tiling.runs
    assert len(np.unique(seen, axis=0)) == space.points == 256
    pairs = {
        (int(a), int(b))
        for number in range(len(tiling))
        for a, b in tiling.tile(number).codes()
        if b + 1 < tiling.tile(number).stop[1]
    }
    assert pairs == {(a, b) for a in range(16) for b in range(15)}


def test_an_input_of_one_value_breaks_nothing() -> None:
    builder = GraphBuilder("one")
    x = builder.add(o.Input((2,), Quantizer(FixedType([0, 0], [0, 0], [0, 2]))), name="x")
    graph = builder.build([builder.add(o.Dense(fixed([[-1], [1]]), None), x, name="y")])
    for by in By:
        assert found(graph, 0, RISES, Effort(by)).standing is ClaimStatus.PROVED
