"""A core in time: a streaming one stage by stage, what it is, costs, and when it works; an unrolled one's pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fpgaml.record.timetable import Choice, Pipeline, Row, Timetable
from fpgaml.report.drawing import Axis, Lane, Moment, Role, Span, Timeline
from fpgaml.report.section import Cell, Figure, Line, Part, Section, Subject, Table, line, name
from fpgaml.report.words import counted

SHORT = 16
"""Of a stage's name, beside many numbers."""
BAR = 40
"""Characters of the timeline."""
END_OF_FRAMES = 1.5
"""Of a frame's time, up to which the beginning of the next one is drawn."""

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
    if estimate is None:
        return
    if estimate.pipeline is not None:
        yield Section("Pipeline", [pipeline(estimate.pipeline, subject.manifest.board.clock_ns)], estimate.kind)
    if estimate.timetable is None:
        return
    table = estimate.timetable
    parts: list[Part] = [line(f"asked: {table.asked}")] if table.asked else []
    parts += [stages(table.rows), *_sharing(table.rows)]
    title = "When beats of a frame leave each stage (hatched: before the first); FIFO: the most words in it"
    parts += [Figure(title, drawing(table), [timeline(table)]), *_others(table)]
    parts += [line(note) for note in table.notes]
    yield Section("Timetable", parts, estimate.kind)


def pipeline(found: Pipeline, clock_ns: float) -> Figure:
    """An unrolled core: which layer has logic in which stages."""
    lanes = [
        Lane(layer.name, [Span(layer.first, layer.last + 1)], _long(layer.last + 1 - layer.first, clock_ns))
        for layer in found.layers
    ]
    axis = Axis("pipeline stage", f"{clock_ns:g} ns each", high=found.latency)
    drawn = Timeline(axis, lanes, [Moment(found.latency, f"result, after {_long(found.latency, clock_ns)}")])
    rows: list[list[Cell]] = [
        [
            name(layer.name, SHORT),
            f"{layer.first} to {layer.last}",
            _bar(layer.first, layer.last, found.latency),
            _long(layer.last + 1 - layer.first, clock_ns),
        ]
        for layer in found.layers
    ]
    return Figure("Which stages each layer is in", drawn, [Table(rows, ("layer", "stages", "", "takes"), right=(1,))])


def drawing(table: Timetable) -> Timeline:
    """When each stage works on a frame that enters an idle core."""
    lanes = [Lane(row.name, list(_spans(row)), "; ".join(_lane_notes(row))) for row in table.rows]
    moments = []
    if not table.continuous and table.latency == table.rows[-1].first:
        moments = [Moment(table.latency, f"first result {table.latency:,}", Role.HARDWARE)]
        if table.interval <= END_OF_FRAMES * _end(table):
            moments.append(Moment(table.interval, f"next frame {table.interval:,}"))
    return Timeline(Axis("clock cycle"), lanes, moments)


def _spans(row: Row) -> Iterator[Span]:
    """Until the first beat leaves, as far as the record says when it begins, and until the last one has left."""
    if row.start is not None and row.start < row.first:
        yield Span(row.start, row.first, Role.BASELINE, "before its first beat leaves")
    yield Span(row.first, row.last + 1, note=row.folding)


def _end(table: Timetable) -> int:
    return max(row.last for row in table.rows) + 1


def _lane_notes(row: Row) -> Iterator[str]:
    elements = f" of {row.lanes}" if row.lanes > 1 else ""
    yield f"{counted(row.beats, 'beat')}{elements}"
    if row.fifo_depth:
        yield f"FIFO {row.fifo_depth:,}"
    if row.folding:
        yield row.folding


def _long(stages: int, clock_ns: float) -> str:
    return f"{stages * clock_ns:g} ns"


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
    end = _end(table)
    rows: list[list[Cell]] = [
        [name(row.name, SHORT), f"{row.first:,} to {row.last:,}", _bar(row.first, row.last, end)] for row in table.rows
    ]
    return Table(rows, ("stage", "cycles", ""), right=(1,))


def _bar(first: int, last: int, end: int) -> str:
    start, stop = first * BAR // end, max((last + 1) * BAR // end, first * BAR // end + 1)
    return f"|{' ' * start + '=' * (stop - start):{BAR}}|"


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
