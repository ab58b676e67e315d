"""Golden vectors: in range, the same for the same seed, and at every corner."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Input
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.proof.vectors import corner_vectors, varied_vectors


def one_input(kind: FixedType, dims: tuple[int, ...], overflow: Overflow = Overflow.SAT) -> Graph:
    builder = GraphBuilder("g")
    name = builder.add(Input(dims, Quantizer(kind, Rounding.RND, overflow)), name="x")
    return builder.build([name])


def rows(graph: Graph, events: int = 200, seed: int = 1) -> np.ndarray:
    vectors = corner_vectors(graph, events, seed)["x"]
    assert vectors.shape == (events, *graph.shapes["x"])
    return vectors.at(graph.ranges["x"].unit)


def test_corners_come_first() -> None:
    first = rows(one_input(FixedType(1, 3, 4), (5,)))[:7]
    low, high = -128, 127
    expected = [[0] * 5, [low] * 5, [high] * 5, [low, high, low, high, low], [high, low, high, low, high]]
    assert np.array_equal(first, [*expected, [1] * 5, [-1] * 5])


def test_one_hot_reaches_every_position() -> None:
    drawn = {tuple(row) for row in rows(one_input(FixedType(1, 3, 4), (2, 3))).reshape(200, -1)}
    for position in range(6):
        for extreme in (-128, 127):
            assert tuple(extreme if i == position else 0 for i in range(6)) in drawn


def test_one_hot_spreads_where_not_all_positions_fit() -> None:
    drawn = rows(one_input(FixedType(0, 4, 0), (1000,)), 47)[7:17]
    hot = [int(np.argmax(row)) for row in drawn if np.count_nonzero(row) == 1]
    assert hot[0] == 0 and hot[-1] == 999 and len(hot) == 5


def test_random_codes_cover_the_type_and_small_magnitudes() -> None:
    codes = rows(one_input(FixedType(1, 0, 15), (16,)), 4000)[2000:]
    assert codes.min() < -32700 and codes.max() > 32700
    lengths = {int(abs(n)).bit_length() for n in codes.flat}
    assert lengths >= set(range(16))
    assert set(rows(one_input(FixedType(1, 1, 1), (4,)), 400).flat) == set(range(-4, 4))


def test_types_per_element() -> None:
    kind = FixedType([1, 0, 1, 0], [2, 3, -1, 0], [1, 0, 5, 0])  # the last element has no bits at all
    graph = one_input(kind, (4,))
    codes = rows(graph, 500)
    unit = graph.ranges["x"].unit
    assert unit == 5
    steps = np.array([16, 32, 1, 1])
    low, high = np.array([-8 * 16, 0, -16, 0]), np.array([7 * 16, 7 * 32, 15, 0])
    assert (codes % steps == 0).all() and (codes >= low).all() and (codes <= high).all()
    assert np.array_equal(codes.min(axis=0), low) and np.array_equal(codes.max(axis=0), high)


def test_symmetric_inputs_never_hold_the_most_negative_code() -> None:
    codes = rows(one_input(FixedType(1, 3, 0), (4,), Overflow.SAT_SYM), 500)
    assert codes.min() == -7 and codes.max() == 7


@pytest.mark.parametrize(("signed", "integer", "fractional"), [(1, 100, 30), (0, 40, 30), (1, 61, 0), (1, 50, 0)])
def test_any_width(signed: int, integer: int, fractional: int) -> None:
    codes = rows(one_input(FixedType(signed, integer, fractional), (3,)), 300)
    top = 2 ** (integer + fractional)
    numbers = [int(n) for n in codes.flat]
    assert min(numbers) == -top * signed and max(numbers) == top - 1
    random = [int(n) for n in codes[200:].flat]
    assert max(random) > top // 2 and len({n % 1024 for n in random}) > 150


def test_determinism_and_several_inputs() -> None:
    builder = GraphBuilder("g")
    kind = Quantizer(FixedType(1, 3, 2))
    names = [builder.add(Input(dims, kind), name=name) for name, dims in (("a", (3,)), ("b", (2, 2)))]
    graph = builder.build(names)
    first, again, other = (corner_vectors(graph, 100, seed) for seed in (7, 7, 8))
    assert list(first) == ["a", "b"] and first == again and first != other
    assert first["b"].shape == (100, 2, 2)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1), st.integers(-5, 40), st.integers(-5, 40), st.integers(1, 40), st.integers(0, 5))
def test_always_in_range(signed: int, integer: int, fractional: int, events: int, seed: int) -> None:
    graph = one_input(FixedType(signed, integer, fractional), (2, 2))
    codes, limits = rows(graph, events, seed), graph.ranges["x"]
    assert (codes >= limits.low).all() and (codes <= limits.high).all()
    assert not codes[0].any()


def test_nothing_asked_for() -> None:
    graph = one_input(FixedType(1, 3, 2), (2,))
    with pytest.raises(FpgamlError, match="0 events prove nothing"):
        corner_vectors(graph, 0, 1)
    with pytest.raises(FpgamlError, match="negative"):
        corner_vectors(graph, 1, -1)


@pytest.mark.parametrize(
    "kind", [FixedType(1, 3, 4), FixedType(0, 60, 20), FixedType([1, 0, 1, 0], [2, 3, -1, 0], [1, 0, 5, 0])]
)
def test_variations_stay_within_the_type_and_its_steps(kind: FixedType) -> None:
    graph = one_input(kind, (4,))
    pool = corner_vectors(graph, 50, 1)
    found, again = (varied_vectors(graph, pool, 300, 7)["x"] for _ in "ab")
    span = graph.ranges["x"]
    codes = found.at(span.unit)
    assert np.array_equal(codes, again.at(span.unit))
    assert (codes >= span.low).all() and (codes <= span.high).all()
    for element, step in enumerate(np.broadcast_to(kind.fractional, (4,))):
        spare = span.unit - int(step)
        assert all(int(code) % (1 << spare) == 0 for code in codes[:, element] if code)
    assert len({tuple(row) for row in codes.tolist()}) > 150  # not the pool over again
