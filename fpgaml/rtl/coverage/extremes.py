"""Events that push single wires of a netlist as high, or as low, as they can.

A neuron's highest sum needs every input at the corner that its weight's sign asks for: chance does not find it.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from fpgaml.graph.values import FixedArray
from fpgaml.rtl.coverage.events import Events, events_of, picked
from fpgaml.rtl.netlist import Gate, Netlist, evaluate_wires
from fpgaml.rtl.run import port_codes

MOST_TARGETS = 128
"""Wires at once."""


def extremes(netlist: Netlist, pool: Mapping[str, FixedArray], targets: Sequence[int]) -> Events:
    """For each target two events: where the target is largest (smallest) in the pool, and from there to the corner of
    the inputs to which its slope leads.

    Args:
        pool: events to begin with, for each input values of shape (events, *shape).
        targets: wires; of those that follow one another only the first counts, and of these MOST_TARGETS.
    """
    sources = list(dict.fromkeys(_followed(netlist, target) for target in targets))
    kept = [sources[place] for place in np.linspace(0, len(sources) - 1, min(len(sources), MOST_TARGETS)).astype(int)]
    values = evaluate_wires(netlist, port_codes(netlist, pool))
    starts: list[int] = []
    corners: list[dict[int, bool]] = []
    for target in kept:
        reached = np.broadcast_to(np.asarray(values[target]), (events_of(pool),))
        for upwards, place in ((True, np.argmax(reached)), (False, np.argmin(reached))):
            found = slopes(netlist, _Event(values, int(place)), target)
            starts.append(int(place))
            corners.append({wire: (slope > 0) == upwards for wire, slope in found.items() if slope})
    return _moved(netlist, picked(pool, starts), corners)


def _moved(netlist: Netlist, events: Events, corners: Sequence[Mapping[int, bool]]) -> Events:
    """Events with some inputs at their largest (True) or smallest value."""
    moved = {}
    for number, port in enumerate(netlist.inputs):
        codes = np.array(events[port.name].at(port.fractional)).reshape(-1, port.size)
        for row, corner in zip(codes, corners, strict=True):
            for index, high in corner.items():
                wire = netlist.wires[index]
                if wire.parameters[0] == number:
                    row[wire.parameters[1]] = wire.high if high else wire.low
        moved[port.name] = FixedArray(codes.reshape(-1, *port.shape), port.fractional)
    return moved


def _followed(netlist: Netlist, index: int) -> int:
    """The wire that a wire follows: bits of it, the larger of it and a constant."""
    while True:
        wire = netlist.wires[index]
        moving = [a for a in wire.arguments[:2] if netlist.wires[a].gate != Gate.CONSTANT]
        if wire.gate not in (Gate.BITS, Gate.CLAMP, Gate.SELECT, Gate.ADD, Gate.SUBTRACT) or len(moving) != 1:
            return index
        index = moving[0]


@dataclass(frozen=True)
class _Event:
    """The wires' integers in one event of many."""

    values: Sequence[Any]
    place: int

    def __getitem__(self, index: int) -> int:
        value = self.values[index]
        return int(value[self.place] if isinstance(value, np.ndarray) else value)


class Values(Protocol):
    """The integer of each wire."""

    def __getitem__(self, index: int, /) -> int: ...


def slopes(netlist: Netlist, values: Values, target: int) -> dict[int, float]:
    """How a wire follows the inputs near an event: d target / d input, for the input wires that it depends on.

    Args:
        values: the integer of each wire in that event.
        target: the wire.
    """
    wires = netlist.wires
    pending, slope = [-target], {target: 1.0}
    found: dict[int, float] = {}
    while pending:
        index = -heapq.heappop(pending)
        wire, steep = wires[index], slope[index]
        if wire.gate == Gate.INPUT:
            found[index] = steep
            continue
        for argument, factor in _factors(netlist, index, values):
            if factor and argument not in slope:
                slope[argument] = 0.0
                heapq.heappush(pending, -argument)
            if factor:
                slope[argument] += steep * factor
    return found


def _factors(netlist: Netlist, index: int, values: Values) -> list[tuple[int, float]]:
    """(argument, d wire / d argument), as far as it is not zero almost everywhere."""
    wire = netlist.wires[index]
    a, b = (*wire.arguments, 0, 0)[:2]
    p = (*wire.parameters, 0, 0)
    match wire.gate:
        case Gate.ADD:
            return [(a, float(1 << p[0])), (b, float(1 << p[1]))]
        case Gate.SUBTRACT:
            return [(a, float(1 << p[0])), (b, -float(1 << p[1]))]
        case Gate.MULTIPLY:
            return [(a, float(values[b])), (b, float(values[a]))]
        case Gate.BITS:
            return [(a, 2.0 ** -p[0])]
        case Gate.CLAMP:
            return [(a, float(values[a] == values[index]))]
        case Gate.SELECT:
            return [(a if values[wire.arguments[2]] else b, 1.0)]
        case Gate.LOOKUP:
            table, place = netlist.tables[p[0]], values[a] - p[1]
            before, after = max(place - 1, 0), min(place + 1, len(table) - 1)
            return [(a, float(table[after] - table[before]))]
    return []
