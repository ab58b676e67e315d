"""Vectors that are added because they move bits that the golden vectors leave as they are."""

from __future__ import annotations

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Dense, Input, Relu
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.coverage.covering import MOST_EVENTS, covering_vectors
from fpgaml.rtl.coverage.events import picked
from fpgaml.rtl.coverage.toggles import Toggles
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.netlist import Netlist
from fpgaml.rtl.run import port_codes
from tests.rtl.small import small_graph

WEIGHTS = np.array([9, -7, 5, -11, 3, 13, -1, 9, -5, 7, -3, 11])


def neuron() -> Graph:
    """Twelve inputs of six bits: the top bit of its sum moves only if nearly all are at the corner of their weights."""
    builder = GraphBuilder("neuron")
    x = builder.add(Input((12,), Quantizer(FixedType(1, 3, 2))), name="x")
    y = builder.add(Dense(FixedArray(WEIGHTS[:, None], 3), None), x, name="sum", source="sum")
    return builder.build([builder.add(Relu(), y, name="y", source="y")])


def watched(graph: Graph, events: int) -> tuple[Netlist, Toggles, dict[str, FixedArray]]:
    netlist = to_netlist(graph)
    golden = corner_vectors(graph, events, 1)
    toggles = Toggles(netlist)
    toggles.see(port_codes(netlist, golden))
    return netlist, toggles, golden


def missing_bits(toggles: Toggles) -> int:
    return sum((ones | zeros).bit_count() for _, ones, zeros in toggles.missing())


def test_every_added_event_moves_a_bit_that_none_before_it_did() -> None:
    graph = small_graph()
    netlist, toggles, golden = watched(graph, 12)
    before = missing_bits(toggles)
    found = covering_vectors(graph, toggles, golden, 1)
    count = found["x"].shape[0]
    assert 0 < count <= MOST_EVENTS
    replayed = watched(graph, 12)[1]
    left = [missing_bits(replayed)]
    for event in range(count):
        replayed.see(port_codes(netlist, picked(found, [event])))
        left.append(missing_bits(replayed))
    assert left == sorted(set(left), reverse=True)
    assert left[0] == before and left[-1] == missing_bits(toggles) < before // 2


def test_the_corner_of_a_neuron_is_found() -> None:
    graph = neuron()
    _, toggles, golden = watched(graph, 64)
    highest = int(np.abs(WEIGHTS).sum()) * 31 - int(WEIGHTS[WEIGHTS < 0].sum())  # -32 where a weight is negative
    assert max(int(row @ WEIGHTS) for row in golden["x"].integers) < 1 << (highest.bit_length() - 1)
    found = covering_vectors(graph, toggles, golden, 1)
    assert max(int(row @ WEIGHTS) for row in found["x"].integers) == highest
    assert missing_bits(toggles) == 0


def test_the_same_events_for_the_same_seed_all_within_the_type() -> None:
    graph = small_graph()
    first, second = (
        covering_vectors(graph, toggles, golden, 5) for _, toggles, golden in (watched(graph, 12) for _ in "ab")
    )
    assert first["x"].fractional == second["x"].fractional
    assert np.array_equal(first["x"].integers, second["x"].integers)
    assert first["x"].integers.min() >= -32 and first["x"].integers.max() <= 31
