"""More golden vectors, chosen because they move bits of the netlist that the others leave as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.proof.vectors import corner_vectors, varied_vectors
from fpgaml.record.toggles import ToggleCoverage
from fpgaml.rtl.coverage.events import Events, events_of, joined, picked
from fpgaml.rtl.coverage.extremes import extremes
from fpgaml.rtl.coverage.toggles import Toggles
from fpgaml.rtl.netlist import Netlist, evaluate_wires
from fpgaml.rtl.run import port_codes

ROUNDS = 8
"""Draws of candidates of one sort at most; one that finds nothing is the last."""
CANDIDATES = 512
MOST_EVENTS = 128
"""Events that are added at most."""
MOST_CELLS = 1 << 26
"""Of the table of candidates against missing bits: bytes."""


def cover(graph: Graph, netlist: Netlist, golden: Events, seed: int) -> tuple[Events, ToggleCoverage | None]:
    """More golden vectors for a netlist, as `covering_vectors`, and what all of them move; None where nothing can."""
    toggles = Toggles(netlist)
    toggles.see(port_codes(netlist, golden))
    added = covering_vectors(graph, toggles, golden, seed)
    layers, count = toggles.layers(), events_of(added)
    if not layers:
        return added, None
    events = events_of(golden) + count
    return added, ToggleCoverage(events=events, added=count, constant=toggles.constant, layers=layers)


def covering_vectors(graph: Graph, toggles: Toggles, golden: Mapping[str, FixedArray], seed: int) -> Events:
    """Events that show wire bits at 0 or 1 where the golden vectors do not; the same for the same arguments.

    Args:
        toggles: has seen the golden vectors; sees what is found here too.
        golden: for each input values of shape (events, *shape).
        seed: of the candidates: vectors made anew, variations of those that are there, and extremes of single wires.

    Returns:
        At most MOST_EVENTS events; each shows something that no other before it does.
    """
    search = _Search(toggles, dict(golden))
    for _ in range(ROUNDS):
        if not search.take(extremes(toggles.netlist, search.pool, [wire for wire, _, _ in toggles.missing()])):
            break
    for number in range(ROUNDS):
        made_anew = corner_vectors(graph, CANDIDATES // 4, seed + 1 + number)
        varied = varied_vectors(graph, search.pool, CANDIDATES - CANDIDATES // 4, seed + 1 + number)
        if not search.take(joined(made_anew, varied)):
            break
    return search.found


class _Search:
    """The events that are there, and what was found to add to them."""

    def __init__(self, toggles: Toggles, golden: Events) -> None:
        self.toggles = toggles
        self.pool = golden
        self.found: Events = {name: FixedArray(value.integers[:0], value.fractional) for name, value in golden.items()}

    def take(self, candidates: Events) -> bool:
        """Keep the candidates that show something new, the most fruitful first; whether there were some, and room."""
        missing, room = self.toggles.missing(), MOST_EVENTS - events_of(self.found)
        if not missing or not room or not events_of(candidates):
            return False
        netlist = self.toggles.netlist
        chosen: list[int] = []
        rows = sum((ones | zeros).bit_count() for _, ones, zeros in missing)
        step = max(MOST_CELLS // rows, 16)
        for start in range(0, events_of(candidates), step):
            part = picked(candidates, slice(start, start + step))
            values = evaluate_wires(netlist, port_codes(netlist, part))
            columns = _greedy(_fruits(values, self.toggles.missing(), events_of(part)), room - len(chosen))
            if columns:
                self.toggles.see(port_codes(netlist, picked(part, columns)))
            chosen += [start + column for column in columns]
        self.found = joined(self.found, picked(candidates, chosen))
        self.pool = joined(self.pool, picked(candidates, chosen))
        return bool(chosen)


def _fruits(values: list[Any], missing: list[tuple[int, int, int]], events: int) -> NDArray[np.bool_]:
    """Which candidate (column) shows which missing bit at the missing value (row)."""
    rows = []
    for wire, ones, zeros in missing:
        value = np.broadcast_to(np.asarray(values[wire]), (events,))
        for wanted, found in ((ones, value), (zeros, ~value)):
            for bit in range(wanted.bit_length()):
                if wanted >> bit & 1:
                    rows.append(((found >> bit) & 1).astype(bool))
    return np.array(rows)


def _greedy(fruits: NDArray[np.bool_], room: int) -> list[int]:
    """Columns that together have a True in every row that has one, the richest first."""
    chosen: list[int] = []
    fruits = fruits[fruits.any(axis=1)]
    while len(fruits) and len(chosen) < room:
        best = int(np.argmax(fruits.sum(axis=0)))
        chosen.append(best)
        fruits = fruits[~fruits[:, best]]
    return chosen
