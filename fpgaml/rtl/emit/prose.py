"""The comments of generated HDL, the same in both languages."""

from __future__ import annotations

import re
import textwrap

from fpgaml.rtl.emit.plan import Module, Plan, Slot, Stage, Table, Vector

COLUMNS = 100


def describe_core(plan: Plan) -> list[str]:
    """Header of the core."""
    return [
        f"{plan.core.name}: the network as a pipeline: a new frame every cycle, never stalls, no reset.",
        "",
        f"{plan.latency} register ranks lie between x and y: x sampled by clock edge t belongs to the y that is stable",
        f"after edge t + {plan.latency - 1}. Stage s is the logic between register ranks s and s + 1; x is in stage 0,",
        f"y in stage {plan.latency}. A name that ends in _r<n> is the signal's copy behind rank n.",
    ]


def describe_module(module: Module, plan: Plan) -> list[str]:
    """Header of a layer's module."""
    lines = textwrap.wrap(f"{module.name}: {_plain(module.note) or 'a layer of the network'}.", COLUMNS)
    lines.append("")
    lines += [f"{vector.name} is read in {_stages(vector)}." for vector in module.inputs]
    lines += [f"{vector.name} is given in {_stages(vector)} of {plan.latency}." for vector in module.outputs]
    if not module.clocked:
        lines.append("No registers: all of it lies in one stage.")
    return lines


def describe_stage(stage: Stage) -> str:
    """What stands before a stage's lines."""
    if stage.registers:
        return f"Stage {stage.number}, behind register rank {stage.number}."
    return f"Stage {stage.number}."


def describe_table(table: Table) -> list[str]:
    """Header of a lookup table."""
    last = table.low + len(table.entries) - 1
    when = "y follows a by one clock edge: a memory" if table.ranks else "no registers"
    return [f"{table.name}: the function with these values for a = {table.low} to {last}; {when}."]


def describe_slot(slot: Slot) -> str:
    """A signal at a border: its stage, and which element of which type it is."""
    return f"stage {slot.stage}{', ' if slot.note else ''}{slot.note}"


def describe_wiring(vector: Vector) -> str:
    """A layer's vector in the core: from which element to which, and when."""
    notes = [slot.note for slot in vector.slots if slot.note]
    what = f"{notes[0]} to {notes[-1]}" if len(notes) > 1 else notes[0] if notes else f"{len(vector.slots)} wires"
    return f"{_stages(vector)}: {what}"


def _stages(vector: Vector) -> str:
    found = sorted({slot.stage for slot in vector.slots})
    return f"stage {found[0]}" if len(found) == 1 else f"stages {found[0]} to {found[-1]}"


def _plain(text: str) -> str:
    """Text for a comment: printable ASCII on one line."""
    return re.sub(r"[^ -~]", "?", text)
