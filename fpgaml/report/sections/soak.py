"""The stream of random events that firmware was compared on."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.progress.running import duration
from fpgaml.record.soak import SmallestEvent, Soak
from fpgaml.report.section import Line, Mark, Part, Section, Subject, Table, Words, line
from fpgaml.report.sections.cosim import FAILED, PASSED, end
from fpgaml.report.words import counted


def sections(subject: Subject) -> Iterator[Section]:
    """The last stream."""
    if subject.results.soak is not None:
        yield soak_section(subject.results.soak)


def soak_section(entry: Soak) -> Section:
    """What was compared with what, how fast, and the verdict."""
    parts: list[Part] = [
        line(f"{entry.events:,} events, {entry.values:,} values of outputs, every bit: {entry.tool}"),
        line(f"against {entry.oracle}"),
        line(f"stream {entry.stream}, seed {entry.seed}: {_blocks(entry)}; {entry.mix}"),
        line(f"{_speed(entry)}; checksum of all outputs {entry.checksum}"),
    ]
    parts += [line(Words(entry.stopped, Mark.DOUBTFUL))] if entry.stopped else []
    parts += _smallest(entry.smallest) if entry.smallest else []
    return Section("Random events", [*parts, *end(entry.edited, _verdict(entry))], str(entry.kind))


def _blocks(entry: Soak) -> str:
    return f"{counted(entry.blocks, 'block')} of {counted(entry.block_events, 'event')}"


def _speed(entry: Soak) -> str:
    rate = f", {entry.events_per_second:,.0f} events/s" if entry.events_per_second else ""
    return f"{duration(entry.seconds)} in all{rate}"


def _verdict(entry: Soak) -> Line:
    events = f"{entry.events:,} random events"
    if entry.first is None:
        return line(PASSED if entry.events else FAILED, f": {events}, every bit ({entry.kind})", indented=False)
    differing = f": {entry.differing_events:,} of {entry.events:,} events differ; first"
    return line(FAILED, f"{differing} {entry.first} ({entry.kind})", indented=False)


def _smallest(small: SmallestEvent) -> list[Part]:
    """The smallest event, and how to try it."""
    if small.events > 1:
        title = f"right alone, wrong behind {counted(small.events - 1, 'event')} before it: {small.wrong.what}"
    else:
        zero = counted(small.nonzero, "element of the inputs is not zero", "elements of the inputs are not zero")
        title = f"the smallest event that differs: {zero}: {small.wrong.what}"
        title += "" if small.finished else " (the search ran out of time)"
    rows = [
        (f"{each.input}[{each.element}]", f"{each.raw:#x}", f"{each.raw * 2.0**-each.fractional:g}")
        for each in small.inputs
    ]
    table: list[Part] = [Table(rows, ("input", "raw", "value"), right=(1, 2))] if rows else []
    return [line(title), *table, line(f"try it: {small.command}")]
