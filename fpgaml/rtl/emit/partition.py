"""Which layer's module holds what, and in which stage a wire passes from one module to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fpgaml.rtl.netlist import Gate, Netlist
from fpgaml.rtl.schedule import Schedule

OUTSIDE = -1
"""Home of the network's inputs."""


@dataclass(frozen=True)
class Partition:
    """Where wires live and travel. The core counts as one more layer, behind the last, that reads the results.

    Attributes:
        core: index of the core.
        owned: for each layer and the core, the wires that its module computes, by stage, then index.
        imported: for each, the wires that it takes from elsewhere, in order.
        last: for each, the last stage in which it needs a wire, for its own use or for handing it on.
        leaving: stage in which a wire leaves its module; wires that do not leave are missing.
        group: which of its module's output vectors a leaving wire is in.
    """

    core: int
    owned: tuple[tuple[int, ...], ...]
    imported: tuple[tuple[int, ...], ...]
    last: tuple[dict[int, int], ...]
    leaving: dict[int, int]
    group: dict[int, int]


def partition(netlist: Netlist, schedule: Schedule) -> Partition:
    """Cut a netlist into its layers."""
    core = len(netlist.layers)
    last: list[dict[int, int]] = [{} for _ in range(core + 1)]
    leaving: dict[int, int] = {}
    imported: list[set[int]] = [set() for _ in range(core + 1)]
    for reader, wire, stage in _uses(netlist, schedule):
        last[reader][wire] = max(stage, last[reader].get(wire, 0))
        home = _home(netlist, wire)
        if home != reader:
            imported[reader].add(wire)
            if home != OUTSIDE:
                leaving[wire] = min(stage, leaving.get(wire, stage))
    for wire, stage in leaving.items():
        needed = last[_home(netlist, wire)]
        needed[wire] = max(stage, needed.get(wire, 0))
    owned: list[list[int]] = [[] for _ in range(core + 1)]
    for index, made in enumerate(netlist.wires):
        if netlist.living[index] and made.gate not in (Gate.INPUT, Gate.CONSTANT):
            owned[made.layer].append(index)
    return Partition(
        core,
        tuple(tuple(sorted(wires, key=lambda i: (schedule.stages[i], i))) for wires in owned),
        tuple(tuple(sorted(wires)) for wires in imported),
        tuple(last),
        leaving,
        _groups(netlist, schedule, owned, leaving),
    )


def _home(netlist: Netlist, index: int) -> int:
    wire = netlist.wires[index]
    return OUTSIDE if wire.gate == Gate.INPUT else wire.layer


def _uses(netlist: Netlist, schedule: Schedule) -> Iterator[tuple[int, int, int]]:
    """(who reads, which wire, in which stage), constants left out."""
    wires = netlist.wires
    for index, wire in enumerate(wires):
        if netlist.living[index]:
            for argument in wire.arguments:
                if wires[argument].gate != Gate.CONSTANT:
                    yield wire.layer, argument, schedule.stages[index]
    for result in netlist.results:
        if wires[result.wire].gate != Gate.CONSTANT:
            yield len(netlist.layers), result.wire, schedule.latency


def _groups(netlist: Netlist, schedule: Schedule, owned: list[list[int]], leaving: dict[int, int]) -> dict[int, int]:
    """Output vectors without false loops: 0 for all, unless a layer reads a later one.

    Two modules that feed each other would make a loop of their vectors, though not of their bits. So wires go into
    vectors by how many borders of modules lie before them in their stage: a vector depends on lower ones only.
    """
    wires, stages = netlist.wires, schedule.stages
    everything = sorted(index for layer in owned for index in layer)
    if not any(wires[a].layer > wires[i].layer for i in everything for a in wires[i].arguments):
        return dict.fromkeys(leaving, 0)
    crossed: dict[int, int] = {}
    group: dict[int, int] = {}
    for index in everything:
        crossed[index] = 0
        for argument in wires[index].arguments:
            if wires[argument].gate in (Gate.INPUT, Gate.CONSTANT):
                continue
            if wires[argument].layer == wires[index].layer:
                before = crossed[argument] if stages[argument] == stages[index] else 0
            else:
                before = group[argument] + 1 if leaving[argument] == stages[index] else 0
            crossed[index] = max(crossed[index], before)
        if index in leaving:
            group[index] = crossed[index] if leaving[index] == stages[index] else 0
    return group
