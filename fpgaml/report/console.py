"""Plain building blocks of the text report: titles, wrapped lines and columns without rulers."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fpgaml.report.words import clean

INDENT = 2
GAP = 2
"""Spaces between columns."""
NAME_WIDTH = 24
"""A name up to this long stays on one line; a longer one gives way to what stands beside it."""
LAST_WIDTH = 16
"""Where less is left for the last column, every column wraps."""

Cell = str | Text


def shorten(text: str, width: int = NAME_WIDTH) -> str:
    """A long name with its middle left out: the ends tell names apart."""
    if len(text) <= width:
        return text
    head = (width - 2) // 2
    return f"{text[:head]}..{text[-(width - 2 - head) :]}"


def title(console: Console, text: str) -> None:
    """An empty line and a heading."""
    console.print()
    console.print(Text(clean(text), style="bold"))


def line(console: Console, text: Cell, indent: int = INDENT) -> None:
    """A line that wraps below its own start."""
    _print(console, _cell(text), indent)


def columns(
    console: Console,
    rows: Sequence[Sequence[Cell]],
    header: Sequence[str] = (),
    right: Sequence[int] = (),
    indent: int = INDENT,
) -> None:
    """Columns two spaces apart; the last one wraps.

    Args:
        header: titles of the columns, if any.
        right: indices of the columns of numbers.
    """
    if not rows:
        return
    table = Table(box=None, show_header=bool(header), padding=(0, GAP, 0, 0), header_style="dim")
    lines = [*rows, header] if header else rows
    natural = [max(_width(row[index]) for row in lines) for index in range(len(rows[0]))]
    kept = [min(width, NAME_WIDTH) for width in natural[:-1]]
    room = console.width - indent - sum(kept) - 2 * len(kept)
    wide = room >= min(natural[-1], LAST_WIDTH)
    for index, width in enumerate([*kept, None]):
        table.add_column(
            header[index] if header else "",
            justify="right" if index in right else "left",
            min_width=width if wide else None,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    _print(console, table, indent)


def _width(cell: Cell) -> int:
    return max(len(part) for part in _cell(cell).plain.split("\n"))


def _print(console: Console, content: RenderableType, indent: int) -> None:
    """Print without the spaces that fill a column: they would end up in files and mails."""
    # The gap behind the last column is cut off again, so it may lie outside.
    extra = GAP if isinstance(content, Table) else 0
    options = console.options.update(width=console.width + extra)
    padded = Padding(content, (0, 0, 0, indent), expand=False)
    for segments in console.render_lines(padded, options, pad=False):
        text = Text.assemble(*((segment.text, segment.style or "") for segment in segments))
        text.rstrip()
        console.print(text, soft_wrap=True)


def _cell(content: Cell) -> Text:
    return content if isinstance(content, Text) else Text(clean(content))
