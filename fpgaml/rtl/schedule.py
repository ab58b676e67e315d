"""Where the pipeline registers go: every wire as early as the delay model allows."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from fpgaml.errors import FpgamlError
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.netlist import Gate, Netlist, Wire, is_memory
from fpgaml.rtl.timing import Times, arrival, at_once

MOST_STAGES = {Gate.MULTIPLY: 6, Gate.LOOKUP: 3}
"""Stages that one gate may span: the registers behind it are those of the DSP blocks and of the block RAMs."""


@dataclass(frozen=True)
class Schedule:
    """Stage s is the logic between register rank s and rank s + 1; x is there in stage 0.

    Args:
        stages: for each wire the stage whose logic computes it; constants: 0.
        latency: register ranks between x and y, at least 1.
    """

    stages: tuple[int, ...]
    latency: int


def schedule(netlist: Netlist, model: DelayModel) -> Schedule:
    """As soon as possible, with as many gates between two registers as the clock allows, reckoned bit by bit.

    Raises:
        FpgamlError: a single gate is slower than the clock; names its layer and the clock that it could meet.
    """
    stages: list[int] = []
    usable_from: list[tuple[int, Times]] = []  # the stage and the times in it at which a wire's bits can be read
    limit = model.usable / model.factor
    slowest: dict[str, float] = {}
    for wire in netlist.wires:
        if wire.gate == Gate.CONSTANT:
            stages.append(0)
            usable_from.append((0, at_once(wire)))
            continue
        stage = max((usable_from[a][0] for a in wire.arguments), default=0)
        delay = model.delay(netlist, wire)
        times = [_times(netlist.wires[a], usable_from[a], stage) for a in wire.arguments]
        if delay <= model.usable and not is_memory(netlist, wire):
            bits = arrival(netlist, wire, times)
            if max(bits) > limit:
                stage, bits = stage + 1, arrival(netlist, wire, [at_once(netlist.wires[a]) for a in wire.arguments])
            stages.append(stage)
            usable_from.append((stage, bits))
            continue
        most = MOST_STAGES.get(wire.gate, 1)
        spans = _ranks(delay, model) if model.usable > 0 else most + 1
        if spans > most:
            layer = netlist.layers[wire.layer]
            slowest[layer] = max(slowest.get(layer, 0.0), delay / most)
        start = stage + 1 if any(map(any, times)) else stage
        stages.append(start)
        usable_from.append((start + spans, at_once(wire)))
    if slowest:
        raise _too_fast(slowest, model)
    last = max((usable_from[result.wire][0] for result in netlist.results), default=0)
    return Schedule(tuple(stages), last + 1)


def _ranks(delay: float, model: DelayModel) -> int:
    """Registers within a gate that is slower than a stage, or a memory, which has one whatever the clock."""
    return max(1, ceil(delay / model.usable))


def postponed(netlist: Netlist, plan: Schedule, model: DelayModel) -> Schedule:
    """Every wire as late as those that read it allow, where that takes fewer registers; the latency stays.

    For values that are made of little and wait long, as the steps of an unrolled recurrent layer do. What a wire reads
    within its stage moves with it, or is behind a register then: no stage gets slower.
    """
    last = plan.latency - 1
    later = [0] * len(netlist.wires)
    room = [last + 1] * len(netlist.wires)
    for result in netlist.results:
        room[result.wire] = min(room[result.wire], last - readable(netlist, plan, model, result.wire))
    for index in reversed(range(len(netlist.wires))):
        wire = netlist.wires[index]
        if wire.gate not in (Gate.CONSTANT, Gate.INPUT) and room[index] <= last:
            later[index] = room[index]
        for argument in wire.arguments:
            between = max(plan.stages[index] - readable(netlist, plan, model, argument) - 1, 0)
            room[argument] = min(room[argument], later[index] + between)
    moved = Schedule(tuple(s + k for s, k in zip(plan.stages, later, strict=True)), plan.latency)
    return min(plan, moved, key=lambda each: register_bits(netlist, each))


def readable(netlist: Netlist, plan: Schedule, model: DelayModel, index: int) -> int:
    """The stage in which a wire can be read: a later one than it begins in, where registers are within its gate."""
    wire = netlist.wires[index]
    if wire.gate == Gate.CONSTANT:
        return 0
    delay = model.delay(netlist, wire)
    within = delay <= model.usable and not is_memory(netlist, wire)
    return plan.stages[index] + (0 if within else _ranks(delay, model))


def _times(wire: Wire, usable: tuple[int, Times], stage: int) -> Times:
    """When a wire's bits can be read in a stage: at once where they come from an earlier one."""
    return usable[1] if usable[0] == stage else at_once(wire)


def _too_fast(slowest: dict[str, float], model: DelayModel) -> FpgamlError:
    layer, delay = max(slowest.items(), key=lambda pair: pair[1])
    needed = model.needed_period(delay)
    return FpgamlError(
        layer,
        f"its slowest arithmetic takes {delay:.2f} ns a stage on {model.family} by the delay model, which a clock of "
        f"{1e3 / model.period:.0f} MHz does not allow",
        f"Ask for --clock {1e3 / needed:.0f}MHz or slower, or give the layers fewer bits",
    )


def register_bits(netlist: Netlist, plan: Schedule) -> int:
    """Flip-flops of the core, shift registers counted bit by bit; a memory's own register is no flip-flop."""
    return sum(registers_of(netlist, plan))


def registers_of(netlist: Netlist, plan: Schedule) -> list[int]:
    """The same, wire by wire."""
    last_read = list(plan.stages)
    for index, wire in enumerate(netlist.wires):
        for argument in wire.arguments:
            last_read[argument] = max(last_read[argument], plan.stages[index])
    for result in netlist.results:
        last_read[result.wire] = plan.latency
    return [
        0 if wire.gate == Gate.CONSTANT else wire.width * (last - stage - is_memory(netlist, wire))
        for wire, last, stage in zip(netlist.wires, last_read, plan.stages, strict=True)
    ]
