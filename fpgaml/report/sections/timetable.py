"""A streaming core in time: stage by stage what it is, what it costs, and when it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fpgaml.record.timetable import Choice, Row, Timetable
from fpgaml.report.section import Cell, Line, Part, Section, Subject, Table, line, name
from fpgaml.report.words import counted

SHORT = 16
"""Of a stage's name, beside many numbers."""
BAR = 40
"""Characters of the timeline."""

Column = tuple[str, Callable[[Row], int]]
COSTS: tuple[Column, ...] = (
    ("copies", lambda row: row.copies if row.copies > 1 else 0),
    ("LUT", lambda row: row.lut),
    ("FF", lambda row: row.ff),
    ("DSP", lambda row: row.dsp),
    ("BRAM", lambda row: row.bram),
    ("FIFO", lambda row: row.fifo_depth),
)


def sections(subject: Subject) -> Iterator[Section]:
    """The stages with their costs, how they are folded, the timeline, and what else there would have been."""
    estimate = subject.results.estimate
    if estimate is None or estimate.timetable is None:
        return
    table = estimate.timetable
    parts: list[Part] = [line(f"asked: {table.asked}")] if table.asked else []
    parts += [stages(table.rows), *_sharing(table.rows), timeline(table), *_others(table)]
    parts += [line(note) for note in table.notes]
    yield Section("Timetable", parts, estimate.kind)


def stages(rows: Sequence[Row]) -> Table:
    """What each stage is and costs; columns without a number are left out."""
    costs = [(title, get) for title, get in COSTS if any(get(row) for row in rows)]
    header = ("stage", "engine", "beats", *(title for title, _ in costs))
    lines: list[list[Cell]] = [
        [
            name(row.name, SHORT),
            row.engine,
            f"{row.beats} x {row.lanes}",
            *(f"{get(row):,}" if get(row) else "" for _, get in costs),
        ]
        for row in rows
    ]
    return Table(lines, header, right=tuple(range(2, len(header))))


def timeline(table: Timetable) -> Table:
    """From each stage's first beat to its last, drawn to scale."""
    end = max(row.last for row in table.rows) + 1
    lines: list[list[Cell]] = []
    for row in table.rows:
        start, stop = row.first * BAR // end, max((row.last + 1) * BAR // end, row.first * BAR // end + 1)
        bar = " " * start + "=" * (stop - start)
        lines.append([name(row.name, SHORT), f"{row.first:,} to {row.last:,}", f"|{bar:{BAR}}|"])
    return Table(lines, ("stage", "cycles", ""), right=(1,))


def _sharing(rows: Sequence[Row]) -> list[Table]:
    """How work is shared, and what is remembered."""
    said = [(name(row.name, SHORT), "; ".join(_memory(row))) for row in rows if _memory(row)]
    return [Table(said)] if said else []


def _memory(row: Row) -> list[str]:
    bits = (("ROM", row.rom_bits), ("buffers", row.buffer_bits))
    return [row.folding] * bool(row.folding) + [f"{what} {count:,} bits" for what, count in bits if count]


def _others(table: Timetable) -> Iterator[Line]:
    for title, other in (("next cheaper", table.cheaper), ("next faster", table.faster)):
        if other is not None:
            yield line(f"{title}: {other.what}: {_brief(other)}")


def _brief(choice: Choice) -> str:
    counts = [f"{choice.lut:,} LUT"]
    counts += [f"{count} {unit}" for count, unit in ((choice.dsp, "DSP"), (choice.bram, "BRAM")) if count]
    return f"{', '.join(counts)}, a frame every {counted(choice.interval, 'cycle')}, latency {choice.latency:,}"
