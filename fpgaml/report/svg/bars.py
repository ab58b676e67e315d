"""Numbers as lengths, one below the other."""

from __future__ import annotations

from itertools import groupby

from fpgaml.report.drawing import Bar, Bars, Role
from fpgaml.report.svg import axes, palette, words
from fpgaml.report.svg.axes import ROW, Area
from fpgaml.report.svg.canvas import Canvas, number
from fpgaml.report.svg.scale import Scale, brief, scale_of, titled

THICK = 12.0
LABELS = 0.4
"""Of the width, the most that labels beside bars take."""
BESIDE_FROM = 520.0
"""Width from which labels stand beside their bars, not above them."""


def draw(canvas: Canvas, drawing: Bars) -> None:
    """Labels, bars, what stands beside them, and the limit across."""
    if not drawing.bars:
        return
    beside = canvas.width >= BESIDE_FROM
    longest = max(words.width(bar.label) for bar in drawing.bars)
    left = min(longest + 10, LABELS * canvas.width) if beside else 2.0
    notes = max(words.width(_note(bar), words.SMALL) for bar in drawing.bars) if beside else 0.0
    notes = min(notes + 8, 0.3 * canvas.width)
    top = ROW + 6 if drawing.limit is not None else 2.0
    area = Area(left, top, canvas.width - left - max(notes, 14.0), _height(drawing, beside))
    values = [bar.value for bar in drawing.bars] + ([drawing.limit] if drawing.limit is not None else [])
    x = scale_of(drawing.x, values, area.left, area.right, axes.ticks_along(area.width), zero=True)
    axes.draw_x(canvas, drawing.x, x, area)
    if drawing.limit is not None:
        _limit(canvas, drawing.limit, x, area)
    y = area.top
    for title, bars in groupby(drawing.bars, key=lambda bar: bar.group):
        if title:
            canvas.name(0, y + ROW, title, canvas.width, halo=True, font_weight="bold")
            y += ROW + 4
        for bar in bars:
            y = _bar(canvas, bar, x, y, area, beside)
        y += 6 if title else 0
    canvas.height = area.bottom + axes.BELOW


def describe(drawing: Bars) -> str:
    """What is drawn, in words."""
    largest = max(drawing.bars, key=lambda bar: bar.value, default=None)
    if largest is None:
        return "Nothing."
    limit = "" if drawing.limit is None else f", with a limit at {brief(drawing.limit)}"
    name = f"{largest.group} {largest.label}".strip()
    return f"{titled(drawing.x)}: {len(drawing.bars)} bars{limit}; the longest is {name}, {_note(largest)}."


def _note(bar: Bar) -> str:
    return bar.note or brief(bar.value)


def _row(beside: bool) -> float:
    return THICK + 8 if beside else ROW + THICK + 8


def _height(drawing: Bars, beside: bool) -> float:
    titles = sum(1 for title, _ in groupby(drawing.bars, key=lambda bar: bar.group) if title)
    return len(drawing.bars) * _row(beside) + titles * (ROW + 10) + 4


def _bar(canvas: Canvas, bar: Bar, x: Scale, y: float, area: Area, beside: bool) -> float:
    """One row.

    Returns:
        Where the next one begins.
    """
    note = _note(bar)
    if beside:
        base = y + 4 + THICK - 2
        canvas.name(area.left - 8, base, bar.label, area.left - 8, text_anchor="end")
        above = y + 4
    else:
        base = y + ROW - 2
        room = canvas.width - words.width(note, words.SMALL) - 12
        canvas.name(0, base, bar.label, room, halo=True)
        canvas.text(canvas.width, base, note, halo=True, font_size=words.SMALL, fill=_shade(bar), text_anchor="end")
        above = y + ROW + 3
    start, stop = x(0.0 if not x.log else x.low), x(bar.value)
    left, width = min(start, stop), max(abs(stop - start), 1.0 if bar.value else 0.0)
    edge = palette.colour(bar.role)
    if width:
        whole = f"{bar.group} {bar.label}: {note}".strip()
        canvas.add("rect", whole, x=left, y=above, width=width, height=THICK, fill=canvas.fill(bar.role), stroke=edge)
    if beside:
        place = max(start, stop) + 6
        room = canvas.width - place
        canvas.name(place, base, note, room, words.SMALL, halo=True, font_size=words.SMALL, fill=_shade(bar))
    return y + _row(beside)


def _shade(bar: Bar) -> str:
    return palette.colour(bar.role) if bar.role == Role.OVER else palette.FAINT


def _limit(canvas: Canvas, limit: float, x: Scale, area: Area) -> None:
    place = x(limit)
    stroke = palette.STROKES[Role.LIMIT]
    shade = palette.colour(Role.LIMIT)
    canvas.add(
        "path",
        d=f"M{number(place)} {number(area.top - 4)}V{number(area.bottom)}",
        stroke=shade,
        stroke_width=stroke.width,
        stroke_dasharray=stroke.dash,
    )
    text = f"limit {brief(limit)}"
    half = words.width(text, words.SMALL) / 2
    middle = min(max(place, half), canvas.width - half)
    canvas.text(middle, area.top - 8, text, font_size=words.SMALL, fill=shade, text_anchor="middle")
