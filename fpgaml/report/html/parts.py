"""Parts of sections as HTML; every text is escaped by the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jinja2
from markupsafe import Markup

from fpgaml.report import svg
from fpgaml.report.section import Cell, Figure, Gap, Line, Part, Table, Words
from fpgaml.report.words import clean


@dataclass(frozen=True)
class Entry:
    """A cell of a table.

    Args:
        heads: the scope of a cell that names its row or column, empty for others.
        number: whether it belongs to a column of numbers.
    """

    words: Words
    heads: str = ""
    number: bool = False


class Parts:
    """Renders parts.

    Args:
        templates: where parts.jinja is.
    """

    def __init__(self, templates: jinja2.Environment) -> None:
        self._macros = templates.get_template("parts.jinja").module

    def render(self, part: Part, label: str) -> Markup:
        """One part.

        Args:
            label: of what it belongs to, for those who hear it.
        """
        match part:
            case Table():
                return self._macro("table", label=clean(label), header=_header(part), rows=_rows(part))
            case Line():
                return self._macro("line", all=[_words(cell) for cell in part.words])
            case Gap():
                return Markup()
            case Figure():
                return self._figure(part)

    def _figure(self, figure: Figure) -> Markup:
        instead = Markup().join(self.render(part, figure.title) for part in figure.instead)
        draw = getattr(svg, "draw", None)
        picture = Markup(draw(figure.drawing)) if draw else Markup()
        return self._macro("figure", title=clean(figure.title), picture=picture, instead=instead)

    def _macro(self, name: str, **arguments: object) -> Markup:
        return Markup(getattr(self._macros, name)(**arguments))


def _header(table: Table) -> list[Entry]:
    return [Entry(Words(clean(title)), "col", index in table.right) for index, title in enumerate(table.header)]


def _rows(table: Table) -> list[list[Entry]]:
    return [[_entry(cell, index, table.right) for index, cell in enumerate(row)] for row in table.rows]


def _entry(cell: Cell, index: int, right: Sequence[int]) -> Entry:
    return Entry(_words(cell), "" if index else "row", index in right)


def _words(cell: Cell) -> Words:
    words = cell if isinstance(cell, Words) else Words(cell)
    return Words(clean(words.text), words.mark, words.strong)
