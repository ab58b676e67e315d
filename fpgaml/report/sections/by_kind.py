"""Resources by kind of number: estimates, synthesis, place and route, each under its own kind and tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fpgaml.record.synthesis import Resource
from fpgaml.report.by_kind import ROWS, Column, columns_of, differences, unit_of
from fpgaml.report.drawing import Axis, Bar, Bars, Role
from fpgaml.report.section import Cell, Figure, Mark, Part, Section, Subject, Table, Words, line


def sections(subject: Subject) -> Iterator[Section]:
    """One table of all; nothing where there are no two of them to be compared."""
    manifest = subject.manifest
    part = manifest.board.part if manifest.settings.on_board else ""
    columns = columns_of(subject.results, part)
    if len(columns) > 1:
        yield section(columns)


def section(columns: Sequence[Column]) -> Section:
    """Rows are resources, columns kinds and tools; LUTs as bars; how they differ."""
    parts: list[Part] = [_table(columns)]
    parts += [line(sentence) for sentence in differences(columns)]
    figure = _figure(columns)
    return Section("Resources by kind of number", [*parts, *([figure] if figure else [])])


def _table(columns: Sequence[Column]) -> Table:
    rows: list[list[Cell]] = [["tool", *(each.tool for each in columns), ""]]
    parts = {each.part for each in columns}
    if len(parts) > 1:
        rows.append(["part", *(each.part or "not said" for each in columns), ""])
    for name in ROWS:
        found = [each.resources.get(name) for each in columns]
        if any(each and each.used for each in found) or (name in ("LUT", "FF", "DSP", "BRAM") and any(found)):
            rows.append([f"of these {name}" if name == "LUTRAM" else name, *map(_cell, found), _unit(found)])
    header = ("", *(str(each.kind) for each in columns), "counted in")
    return Table(rows, header, right=range(1, len(columns) + 1))


def _cell(each: Resource | None) -> Cell:
    if each is None:
        return Words("not said", Mark.FAINT)
    if not each.available:
        return Words(f"{each.used:,}", Mark.PLAIN if each.fits is not False else Mark.BAD)
    share = 100 * each.used / each.available
    return Words(f"{each.used:,} ({share:.2f} %)", Mark.PLAIN if each.fits else Mark.BAD)


def _unit(found: Sequence[Resource | None]) -> str:
    return " / ".join(dict.fromkeys(unit_of(each) for each in found if each))


def _figure(columns: Sequence[Column]) -> Figure | None:
    """LUTs of the columns that count them in one unit, that of the strongest."""
    having = [each for each in columns if "LUT" in each.resources]
    unit = unit_of(having[-1].resources["LUT"]) if having else ""
    same = [each for each in having if unit_of(each.resources["LUT"]) == unit]
    if len(same) < 2:
        return None
    bars = []
    for each in same:
        luts = each.resources["LUT"]
        note = f"{100 * luts.used / luts.available:.1f} % of the device" if luts.available else ""
        role = Role.HARDWARE if each is same[-1] else Role.PLAIN
        bars.append(Bar(each.title, luts.used, Role.OVER if luts.fits is False else role, note))
    # The table above says the same.
    return Figure("LUTs by kind of number", Bars(Axis("LUTs", unit, low=0), bars), shown_as_text=False)
