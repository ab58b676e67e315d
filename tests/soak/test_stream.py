"""Streams of random events: the same everywhere, whatever part of them is asked for, and of every kind of code."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.soak.stream import NEIGHBOURS, PERIOD, Stream
from tests.soak import graphs


def codes(stream: Stream, first: int, count: int) -> np.ndarray:
    return np.concatenate([part["x"].integers for part in stream.events(first, count)])


def test_blocks_are_the_same_on_every_machine() -> None:
    block = Stream(graphs.dense(), 1, {}).block(3)["x"].integers
    digest = hashlib.sha256(block.astype("<i8").tobytes()).hexdigest()
    assert digest == "508571280b5a5e69ec56157ee6fe3707a0bdfa86906a9f49f237ead76eed2265"
    other = Stream(graphs.dense(), 2, {}).block(3)["x"].integers
    assert not np.array_equal(block, other), "another seed is another stream"


@pytest.mark.parametrize("size", [1, 2, 4])
def test_an_event_is_the_same_in_whatever_part_it_is_asked_for(size: int) -> None:
    stream = Stream(graphs.dense(), 1, {})
    block = stream.block_events
    whole = codes(stream, block - 5, block + 12)
    step = len(whole) // size + 1
    parts = [codes(stream, block - 5 + start, min(step, len(whole) - start)) for start in range(0, len(whole), step)]
    assert np.array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("graph", [graphs.dense(), graphs.mixed(), graphs.wide()])
def test_codes_are_within_the_type_and_reach_its_corners(graph: Graph) -> None:
    values = Stream(graph, 7, {}).block(0)["x"]
    span = graph.ranges["x"]
    found = values.at(span.unit)
    assert np.array_equal(found.min(axis=0), span.low)
    assert np.array_equal(found.max(axis=0), span.high)
    low, high = (np.all(found == end, axis=1).any() for end in (span.low, span.high))
    assert low, "no event with all elements at their minimum"
    assert high, "no event with all elements at their maximum"


def test_elements_keep_to_their_own_step() -> None:
    values = Stream(graphs.mixed(), 7, {}).block(0)["x"]
    assert values.fractional == 2
    assert set(np.unique(values.integers[:, 1])) == set(range(0, 64, 8)), "every code of 3 bits, in steps of 2"
    assert not values.integers[:, 2].any()
    assert len(np.unique(values.integers[:, 0])) == 256


def test_uniform_codes_are_uniform() -> None:
    stream = Stream(graphs.dense(inputs=1, width=3), 1, {})
    rows = stream.block(0)["x"].integers[0::PERIOD, 0]
    counts = np.bincount(rows + 4, minlength=8)
    expected = len(rows) / 8
    assert ((counts - expected) ** 2 / expected).sum() < 24.3  # chi square of 7 degrees of freedom: 1 in 1,000


def test_neighbours_are_near_known_events() -> None:
    graph = graphs.dense(inputs=20)
    known = FixedArray(np.random.default_rng(5).integers(-32, 32, (3, 20)), 2)
    rows = Stream(graph, 1, {"x": known}).block(0)["x"].integers[NEIGHBOURS[0] :: PERIOD]
    away = np.abs(rows[:, None, :] - known.integers[None]).max(axis=2)
    assert away.min(axis=1).max() <= 8
    assert len({tuple(row) for row in rows.tolist()}) > len(rows) * 9 // 10
    assert set(away.argmin(axis=1)) == {0, 1, 2}
