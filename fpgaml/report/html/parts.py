"""Parts of sections as HTML; the templates escape every text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jinja2
from markupsafe import Markup

from fpgaml.report.section import Cell, Figure, Gap, Line, Part, Section, Table, Words
from fpgaml.report.summary import Headline
from fpgaml.report.svg import NARROW, WIDE, draw

SHORT, LONG = 20, 28
"""Characters up to which a cell stays on one line, and from which it needs room for several words."""

STACKED = 5
"""Columns up to which a table with sentences is taken apart on a phone, not scrolled."""


@dataclass(frozen=True)
class Entry:
    """A cell of a table.

    Args:
        heads: the scope of a cell that names its row or column; empty for others.
        label: of its column, where a phone shows cells below each other.
        look: of its column: "number", "short" for what stays on a line, "long" for sentences, else empty.
    """

    words: Words
    heads: str = ""
    look: str = ""
    label: str = ""


class Parts:
    """Renders parts of sections.

    Args:
        templates: where parts.jinja is.
    """

    def __init__(self, templates: jinja2.Environment) -> None:
        self._macros = templates.get_template("parts.jinja").module

    def section(self, section: Section, anchor: str) -> Markup:
        """All parts of a section.

        Args:
            anchor: what the names of its drawings begin with, one of a kind in a page.
        """
        label = " ".join(filter(None, (section.title or "Project", section.aside)))
        return Markup().join(
            self._part(part, label, f"{anchor}-{number}") for number, part in enumerate(section.parts, 1)
        )

    def cards(self, headlines: Sequence[Headline]) -> Markup:
        """Headline numbers, each with all kinds that it is known by."""
        return self._macro("cards", headlines=headlines)

    def _part(self, part: Part, label: str, name: str) -> Markup:
        match part:
            case Table():
                return self._table(part, label)
            case Line():
                return self._macro("line", all=[_words(cell) for cell in part.words])
            case Gap():
                return Markup()
            case Figure():
                return self._figure(part, name)

    def _table(self, table: Table, label: str) -> Markup:
        if not table.rows:
            return Markup()
        looks = [_look(table, column) for column in range(len(table.rows[0]))]
        header = [Entry(Words(title), "col", look) for title, look in zip(table.header, looks, strict=False)]
        pairs = not header and len(looks) == 2 and not table.right
        stacked = "long" in looks and len(looks) <= STACKED and not pairs
        labels = table.header if stacked and header else [""] * len(looks)
        rows = [
            [
                Entry(_words(cell), "" if column else "row", look, label if look == "number" else "")
                for column, (cell, look, label) in enumerate(zip(row, looks, labels, strict=False))
            ]
            for row in table.rows
        ]
        form = "pairs" if pairs else "stack" if stacked else ""
        return self._macro("table", title=table.title, label=table.title or label, header=header, rows=rows, form=form)

    def _figure(self, figure: Figure, name: str) -> Markup:
        """Drawn for a wide page and for a narrow one; the style sheet shows one of them."""
        wide, narrow = (
            Markup(draw(figure.drawing, figure.title, f"{name}-{size}", width))
            for size, width in (("wide", WIDE), ("narrow", NARROW))
        )
        instead = Markup().join(self._part(part, figure.title, name) for part in figure.instead)
        return self._macro("figure", title=figure.title, wide=wide, narrow=narrow, instead=instead)

    def _macro(self, name: str, **arguments: object) -> Markup:
        return Markup(getattr(self._macros, name)(**arguments))


def _look(table: Table, column: int) -> str:
    """What a column holds."""
    if column in table.right:
        return "number"
    longest = max(len(line) for row in table.rows for line in _words(row[column]).text.split("\n"))
    return "short" if longest <= SHORT else "long" if longest >= LONG else ""


def _words(cell: Cell) -> Words:
    return cell if isinstance(cell, Words) else Words(cell)
