"""Random Graphs for the emulator: every operation, also inside cells, from one bit to widths that no machine has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import OPERATIONS, Input, Shape
from fpgaml.graph.values import FixedArray
from tests.graph.proposals import Growth, Limits, grow
from tests.strategies import ALL_OVERFLOWS, ALL_ROUNDINGS, choose_outputs, prune, quantizer_strategy

WIDTHS = (4, 8, 12, 12, 16, 24, 32, 48, 64, 128)
"""The widest type that a Quantize makes; results in between are wider."""
POINTS = (0, 2, 6, 20)
"""How far a binary point lies outside of a word, at most."""
CONSTANTS = (3, 5, 5, 8, 12, 20, 40, 70)
"""Bits of weights, at most."""
SHAPES = (
    *((4,), (1,), (6,), (16,), (33,)),
    *((5, 2), (8, 1), (4, 4), (1, 3), (7, 3)),
    *((4, 4, 1), (3, 4, 2), (5, 3, 2), (2, 2, 4), (4, 3, 3)),
)
TOGETHER = 25
"""Graphs drawn from one seed: those of one seed are alike."""


def seeded_arrays(bits: int) -> Callable[..., st.SearchStrategy[FixedArray]]:
    """Constants of up to so many bits with the sign, a fifth of them zero, made from a seed."""

    @st.composite
    def arrays(draw: st.DrawFn, shape: Shape, point: int = 4) -> FixedArray:
        rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
        drawn = np.array([int.from_bytes(rng.bytes(16), "little", signed=True) for _ in range(int(np.prod(shape)))])
        codes = (drawn.astype(object) >> (128 - bits)) * (rng.random(drawn.shape) < 0.8).astype(object)
        return FixedArray(codes.reshape(shape), draw(st.integers(-point, bits + point)))

    return arrays


@st.composite
def emulated_graphs(draw: st.DrawFn) -> Graph:
    """A Graph of at most 12 operations; sometimes an Input, a Constant or the same node twice is an output."""
    everything = frozenset(OPERATIONS)
    bits, point = draw(st.sampled_from(WIDTHS)), draw(st.sampled_from(POINTS))
    limits = Limits(
        everything, frozenset((0, 1, 2)), True, bits, 0, point, True, ALL_ROUNDINGS, ALL_OVERFLOWS,
        cell_ops=everything,
    )  # fmt: skip
    arrays = seeded_arrays(draw(st.sampled_from(CONSTANTS)))
    growth = Growth(draw, GraphBuilder("random"), limits, arrays, quantizer_strategy(limits))
    for number in range(draw(st.integers(1, 2))):
        shape = growth.pick(SHAPES)
        growth.names.append(growth.builder.add(Input(shape, growth.quantizer(shape)), name=f"in_{number}"))
    for _ in range(draw(st.integers(2, 12))):
        grow(growth)
    graph = growth.builder.build([growth.names[-1]])
    graph = prune(graph, choose_outputs(draw, graph, 3))
    if growth.number(0, 7) == 7:
        more = growth.pick([node.name for node in graph.nodes])
        graph = Graph(graph.name, graph.nodes, (*graph.outputs, more), graph.layers)
    return graph


def drawn(number: int, count: int) -> list[Graph]:
    """So many Graphs, the same for the same seed."""
    found: list[Graph] = []
    for part in range(0, count, TOGETHER):
        found += _drawn(number * 1_000_003 + part, min(TOGETHER, count - part))
    return found


def _drawn(number: int, count: int) -> list[Graph]:
    found: list[Graph] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(emulated_graphs())
    def collect(graph: Graph) -> None:
        found.append(graph)

    collect()
    return found
