"""Counts by row and column, shaded by their share of the row."""

from __future__ import annotations

from fpgaml.report.drawing import Matrix, Role
from fpgaml.report.svg import palette, words
from fpgaml.report.svg.canvas import Canvas
from fpgaml.report.svg.words import SIZE, SMALL

LARGEST = 64.0
"""Width of a cell, in units of the drawing."""
HIGH = 26.0
DARKEST = 0.55
"""Of a cell that holds its whole row: text on it stays readable."""


def draw(canvas: Canvas, drawing: Matrix) -> None:
    """Names at the left and above, cells with their counts."""
    if not drawing.rows or not drawing.columns:
        return
    left = min(max(words.width(name, SMALL) for name in drawing.rows) + 8, canvas.width / 3)
    cell = min(LARGEST, (canvas.width - left - 2) / len(drawing.columns))
    canvas.name(0, SIZE, f"{drawing.y}, down; {drawing.x}, across", canvas.width)
    top = 2 * SIZE + SMALL + 8
    with canvas.group(font_size=SMALL, fill=palette.FAINT, text_anchor="middle"):
        for index, name in enumerate(drawing.columns):
            canvas.name(left + (index + 0.5) * cell, top - 6, name, cell, SMALL)
    with canvas.group(font_size=SMALL, text_anchor="end"):
        for index, name in enumerate(drawing.rows):
            canvas.name(left - 6, top + (index + 0.5) * HIGH + 4, name, left - 6, SMALL)
    places = [
        (left + column * cell, top + row * HIGH, count, sum(counts))
        for row, counts in enumerate(drawing.counts)
        for column, count in enumerate(counts)
    ]
    with canvas.group(fill=palette.colour(Role.FLOAT)):
        for x, y, count, whole in places:
            shade = round(0.06 + (DARKEST - 0.06) * count / (whole or 1), 2)
            canvas.add("rect", x=x + 1, y=y + 1, width=cell - 2, height=HIGH - 2, fill_opacity=shade)
    with canvas.group(font_size=SMALL, text_anchor="middle"):
        for x, y, count, _ in places:
            if words.width(f"{count:,}", SMALL) <= cell:
                canvas.text(x + cell / 2, y + HIGH / 2 + 4, f"{count:,}")
    canvas.height = top + len(drawing.rows) * HIGH + 4


def describe(drawing: Matrix) -> str:
    """What is drawn, in words."""
    total = sum(map(sum, drawing.counts))
    same = sum(counts[index] for index, counts in enumerate(drawing.counts) if index < len(counts))
    return f"{drawing.x} by {drawing.y}: {same:,} of {total:,} on the diagonal."
