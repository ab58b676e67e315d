"""Sections as plain text, for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from fpgaml.report import console as plain
from fpgaml.report.section import Cell, Figure, Gap, Line, Mark, Part, Section, Subject, Table, Words
from fpgaml.report.sections import sections_of
from fpgaml.report.words import clean

STYLES = {Mark.PLAIN: "", Mark.GOOD: "green", Mark.DOUBTFUL: "yellow", Mark.BAD: "red", Mark.FAINT: "dim"}


def print_report(console: Console, subject: Subject) -> None:
    """Print the report on a project; 80 columns are enough."""
    print_sections(console, sections_of(subject))


def print_sections(console: Console, sections: Iterable[Section]) -> None:
    """Print sections one below another."""
    for section in sections:
        if section.title:
            plain.title(console, f"{section.title} ({section.aside})" if section.aside else section.title)
        for part in section.parts:
            _print(console, part)


def _print(console: Console, part: Part) -> None:
    match part:
        case Table():
            rows = [[_text(cell) for cell in row] for row in part.rows]
            plain.columns(console, rows, part.header, part.right, plain.INDENT if part.indented else 0)
        case Line():
            plain.line(console, Text.assemble(*map(_text, part.words)), plain.INDENT if part.indented else 0)
        case Gap():
            console.print()
        case Figure():
            for other in part.instead if part.shown_as_text else ():
                _print(console, other)


def _text(cell: Cell) -> Text:
    words = cell if isinstance(cell, Words) else Words(cell)
    shown = clean(words.text)
    if words.longest:
        shown = plain.shorten(shown, words.longest)
    return Text(shown, f"{'bold ' if words.strong else ''}{STYLES[words.mark]}".strip())
