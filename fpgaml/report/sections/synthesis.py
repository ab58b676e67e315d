"""What synthesis found: one table a run, with its kind and its tool."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.record.synthesis import ModuleRow, Synthesis, Timing
from fpgaml.report.resources import resource_table, share_bars
from fpgaml.report.section import Cell, Figure, Gap, Line, Mark, Part, Section, Subject, Table, Words, line, name

MODULE_COLUMNS = ("LUT", "LUTRAM", "FF", "DSP", "BRAM", "URAM", "carry")


def sections(subject: Subject) -> Iterator[Section]:
    """One a run."""
    for entry in subject.results.synthesis:
        yield synthesis_section(entry)


def synthesis_section(entry: Synthesis) -> Section:
    """Resources, modules, timing, and whether the design fits."""
    parts: list[Part] = [resource_table(entry.resources), *_modules(entry)]
    parts += _timing(entry.timing) if entry.timing else []
    parts += [line(f"{note}.") for note in entry.notes]
    if entry.edited:
        parts.append(line(Words("Files of the project were edited since it was generated.", Mark.DOUBTFUL)))
    title = f"Synthesis for {entry.board or f'the family {entry.family}'}"
    return Section(title, [*parts, line(_verdict(entry))], _circumstances(entry))


def _circumstances(entry: Synthesis) -> str:
    tool, version = list(entry.tools.items())[-1]
    part = entry.part if entry.board else "no board"
    return f"{entry.kind}, {tool} {version}, {part}, hierarchy {entry.hierarchy}, {entry.seconds:.0f} s"


def _modules(entry: Synthesis) -> list[Part]:
    modules = entry.modules
    if not modules:
        return []
    shown = [each for each in MODULE_COLUMNS if any(row.resources.get(each) for row in modules)]
    rows: list[list[Cell]] = [
        [name(row.name, 48), f"{row.instances}", *(f"{row.resources.get(each, 0):,}" for each in shown)]
        for row in modules
    ]
    header = ("module, without those inside", "x", *shown)
    table = Table(rows, header, right=range(1, len(shown) + 2))
    drawn = share_bars([(_several(row), row.resources) for row in modules], entry.resources)
    return [Gap(), Figure("What each module takes, without those inside", drawn, [table]) if drawn else table]


def _several(row: ModuleRow) -> str:
    return row.name if row.instances == 1 else f"{row.name} ({row.instances} times)"


def _timing(timing: Timing) -> list[Line]:
    met = "reached" if timing.met else "missed"
    mark = Mark.GOOD if timing.met else Mark.BAD if timing.binding else Mark.DOUBTFUL
    path = timing.critical_path
    delays = f"{path.logic_ns:.2f} ns logic, {path.routing_ns:.2f} ns routing"
    wrapper = ", ".join(f"{count:,} {each}" for each, count in timing.wrapper.items())
    return [
        line(Words(f"Fmax {timing.fmax_mhz:.2f} MHz", mark), f"; asked for {timing.clock_mhz:g} MHz, which is {met}."),
        line(f"Critical path: {path.start} to {path.end}: {delays}."),
        line(f"Taken off for the shift registers around the ports: {wrapper}."),
    ]


def _verdict(entry: Synthesis) -> Words:
    """Whether the design fits, in one line."""
    if entry.fits is None:
        return Words("Capacity not known: nothing to compare with.", Mark.DOUBTFUL)
    if entry.fits:
        return Words(f"Fits {entry.board}.", Mark.GOOD)
    over = [f"{each.name} {each.used:,} of {each.available:,}" for each in entry.too_large]
    return Words(f"Does not fit {entry.board}: {', '.join(over)}.", Mark.BAD)
