"""A dataflow's timetable: stage by stage what it is, what it takes, when its beats leave; for people and the record."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.cost.resources import Cost
from fpgaml.record.timetable import Choice, Row, Timetable
from fpgaml.rtl.dataflow.core import costs
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.endless.dataflow import Endless
from fpgaml.rtl.dataflow.stage import Element
from fpgaml.rtl.dataflow.wishes import Wishes


def timetable(
    dataflow: Dataflow | Endless,
    wishes: Wishes,
    notes: Sequence[str] = (),
    cheaper: Choice | None = None,
    faster: Choice | None = None,
) -> Timetable:
    """All of it.

    Args:
        notes, cheaper, faster: as in the record.
    """
    each = costs(dataflow)
    return Timetable(
        asked=str(wishes),
        continuous=isinstance(dataflow, Endless),
        interval=interval(dataflow),
        latency=latency(dataflow),
        rows=tuple(_row(dataflow, stage, each[stage.name]) for stage in stages_of(dataflow)),
        cheaper=cheaper,
        faster=faster,
        notes=tuple(notes),
    )


def stages_of(dataflow: Dataflow | Endless) -> Sequence[Element]:
    """Of either kind."""
    return dataflow.stages


def interval(dataflow: Dataflow | Endless) -> int | float:
    """Cycles from frame to frame, or from result to result of an endless stream."""
    return dataflow.continuous.interval if isinstance(dataflow, Endless) else dataflow.calendar.interval


def latency(dataflow: Dataflow | Endless) -> int:
    """Cycles from the first beat of a frame to the first beat of its result; from a window's last of endless stream."""
    if isinstance(dataflow, Endless):
        return dataflow.latency
    return int(dataflow.calendar.first[dataflow.output.name][0])


def brief(dataflow: Dataflow | Endless, what: str) -> Choice:
    """A dataflow that is not made, beside one that is."""
    total = total_cost(dataflow)
    return Choice(
        what=what,
        interval=interval(dataflow),
        latency=latency(dataflow),
        lut=total.lut,
        dsp=total.dsp,
        bram=total.bram,
    )


def total_cost(dataflow: Dataflow | Endless) -> Cost:
    """Of all stages."""
    return sum(costs(dataflow).values(), Cost())


def same_stages(one: Timetable, other: Timetable) -> bool:
    """Whether two timetables are of the same stages, whatever they are estimated to cost and however fast they are."""

    def stages(table: Timetable) -> list[tuple[object, ...]]:
        return [(row.name, row.engine, row.beats, row.lanes, row.copies, row.folding) for row in table.rows]

    return stages(one) == stages(other)


def printed(table: Timetable) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows, as a terminal shows them before HDL is written."""
    header = ("stage", "engine", "beats", "copies", "LUT", "FF", "DSP", "BRAM", "FIFO", "cycles")
    rows = [
        (
            row.name,
            row.engine,
            f"{row.beats} x {row.lanes}",
            *(f"{n:,}" for n in (row.copies, row.lut, row.ff, row.dsp, row.bram, row.fifo_depth)),
            f"{row.first:,} to {row.last:,}",
        )
        for row in table.rows
    ]
    return header, rows


def _row(dataflow: Dataflow | Endless, stage: Element, cost: Cost) -> Row:
    calendar, beats = dataflow.calendar, stage.output.beats
    times = calendar.first[stage.output.name]
    return Row(
        name=layer_of(dataflow, stage),
        engine=stage.engine,
        beats=beats.count,
        lanes=beats.lanes,
        copies=stage.copies,
        folding=stage.folding,
        lut=cost.lut,
        ff=cost.ff,
        dsp=cost.dsp,
        bram=cost.bram,
        rom_bits=cost.rom_bits,
        buffer_bits=cost.buffer_bits,
        fifo_depth=max(calendar.depths[stage.name], default=0),
        start=int(calendar.starts[stage.name][0]),
        first=int(times[0]),
        last=int(times[-1]),
    )


def layer_of(dataflow: Dataflow | Endless, stage: Element) -> str:
    """The model's own name of the layer, where the stage is named after one of its nodes."""
    known = {node.name: node.source for node in dataflow.graph.nodes}
    return known.get(stage.name) or stage.name
