"""Tables drawn with characters: rulers of `+---+`, cells between `|` (AMD) or `;` (Intel)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fpgaml.vendor_reports.source import Source, UnusableError

_RULER = re.compile(r"\+[-+]*\+")

Row = tuple[str, ...]
"""Cells with the spaces around them: they show what lies within what."""


@dataclass(frozen=True)
class Table:
    """A table.

    Args:
        line: its first line, from 0.
        groups: the rows between one ruler and the next.
    """

    line: int
    groups: tuple[tuple[Row, ...], ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, one after another."""
        return tuple(row for group in self.groups for row in group)

    def header(self) -> tuple[str, ...]:
        """The titles of its columns: the last row before the first ruler within it that has all the cells."""
        return tuple(cell.strip() for cell in self.groups[0][-1]) if self.groups and self.groups[0] else ()

    def column(self, *titles: str) -> int | None:
        """The index of the first column of one of these titles; None if there is none."""
        header = self.header()
        return next((header.index(title) for title in titles if title in header), None)


def tables(source: Source) -> Iterator[Table]:
    """All tables of a report, from its top.

    Raises:
        UnusableError: the report ends within one.
    """
    start: int | None = None
    for number, line in enumerate((*source.lines, "")):
        inside = line.lstrip()[:1] in ("+", "|", ";")
        if start is None and inside and _RULER.fullmatch(line.strip()):
            start = number
        elif start is not None and not inside:
            yield _table(source.lines, start, number, last=number >= len(source.lines) - 1)
            start = None


def find(found: Sequence[Table], first_title: str, after: int = 0) -> Table | None:
    """The first table after a line whose first column has this title."""
    return next((each for each in found if each.line >= after and each.header()[:1] == (first_title,)), None)


def _table(lines: Sequence[str], start: int, stop: int, *, last: bool) -> Table:
    width = len(lines[start].strip())
    closing = lines[stop - 1].strip()
    if not _RULER.fullmatch(closing) or len(closing) != width or stop - 1 == start:
        where = "is cut off within a table" if last else f"has a broken table at line {start + 1}"
        raise UnusableError(where)
    groups: list[list[Row]] = [[]]
    for line in lines[start + 1 : stop - 1]:
        text = line.strip()
        if _RULER.fullmatch(text):
            groups.append([])
            continue
        if text[0] == "+":  # Vitis HLS draws a ruler through a heading of two rows.
            text = text.replace("+", "|")
        mark = text[0]
        if not text.endswith(mark) or len(text) < 2:
            raise UnusableError(f"has a broken table at line {start + 1}")
        groups[-1].append(tuple(text[1:-1].split(mark)))
    return Table(start, tuple(tuple(group) for group in groups))
