"""What types can hold and what was seen, each row relative to its own type."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from fpgaml.report.drawing import Range, Ranges, Role
from fpgaml.report.svg import palette, words
from fpgaml.report.svg.axes import ROW, Area
from fpgaml.report.svg.canvas import Canvas, number
from fpgaml.report.svg.scale import Scale, brief

THICK = 14.0
BESIDE_FROM = 520.0
"""Width from which labels stand beside their rows, not above them."""
BEYOND = 0.16
"""Part of a track on either side that shows what is beyond the type."""
NOTES = 0.36
"""Of the width, the most that notes beside rows take."""
SEEN = 6.0
"""Height of the bar of what was seen."""
LEGEND = (("the type", 22.0), ("with one bit less", 22.0), ("seen", 22.0), ("seen, beyond the type", 22.0))


def draw(canvas: Canvas, drawing: Ranges) -> None:
    """A row for each type."""
    if not drawing.ranges:
        return
    beside = canvas.width >= BESIDE_FROM
    longest = max(words.width(each.label) for each in drawing.ranges)
    left = min(longest + 10, 0.3 * canvas.width) if beside else 0.0
    notes = max(words.width(_note(each), words.SMALL) for each in drawing.ranges) if beside else 0.0
    right = min(notes + 12, NOTES * canvas.width)
    top = _legend(canvas)
    rooms = [_room(each, beside, canvas.width) for each in drawing.ranges]
    area = Area(left, top, canvas.width - left - right, sum(rooms))
    for each, y in zip(drawing.ranges, accumulate(rooms[:-1], initial=top), strict=True):
        above = y + 5 if beside else y + ROW + 3
        _row(canvas, each, area, above)
        _labels(canvas, each, y, above + THICK, area, beside)
    canvas.height = area.bottom + 2


def describe(drawing: Ranges) -> str:
    """What is drawn, in words."""
    beyond = sum(1 for each in drawing.ranges if each.seen_low < each.low or each.seen_high > each.high)
    return f"{len(drawing.ranges)} types with the values seen before them; in {beyond} some are beyond the type."


def _note(each: Range) -> str:
    if each.note:
        return each.note
    return f"{brief(each.seen_low)} to {brief(each.seen_high)} in {brief(each.low)} to {brief(each.high)}"


def _beside(each: Range, width: float) -> list[str]:
    return words.wrapped(_note(each), NOTES * width - 12, words.SMALL, most=2)


def _room(each: Range, beside: bool, width: float) -> float:
    if beside:
        return max(THICK + 9, len(_beside(each, width)) * (ROW - 3) + 6)
    return ROW + THICK + 10 + len(words.wrapped(_note(each), width, words.SMALL)) * (ROW - 2)


def _row(canvas: Canvas, each: Range, area: Area, above: float) -> None:
    """The type as a box with marks at half its ends, and what was seen as a bar in it."""
    reach = each.high - each.low
    inner = (1 - 2 * BEYOND) * area.width
    start = area.left + BEYOND * area.width
    low, high = (each.low, each.high) if reach > 0 else (each.low - 1, each.high + 1)
    x = Scale(low, high, start, start + inner)
    whole = f"{each.label}: type {brief(each.low)} to {brief(each.high)}, seen {brief(each.seen_low)} to "
    with canvas.group(title=f"{whole}{brief(each.seen_high)}"):
        canvas.add("rect", x=area.left, y=above, width=area.width, height=THICK, fill=palette.FILL, fill_opacity=0.5)
        canvas.add("rect", x=start, y=above, width=inner, height=THICK, fill=palette.FILL, stroke=palette.FAINT)
        if reach > 0:
            _halves(canvas, each, x, above)
        _seen(canvas, each, x, above + (THICK - SEEN) / 2, area)


def _halves(canvas: Canvas, each: Range, x: Scale, above: float) -> None:
    """Where the type with one bit less would end."""
    ends = (each.high / 2, each.low / 2) if each.low < 0 else (each.high / 2,)
    path = "".join(f"M{number(x(end))} {number(above)}v{number(THICK)}" for end in ends)
    canvas.add("path", d=path, stroke=palette.FAINT, stroke_dasharray="2 2")


def _seen(canvas: Canvas, each: Range, x: Scale, above: float, area: Area) -> None:
    start, stop = (min(max(x(value), area.left), area.right) for value in (each.seen_low, each.seen_high))
    inside = min(max(start, x.start), x.stop), min(max(stop, x.start), x.stop)
    shade = palette.colour(Role.FLOAT)
    width = max(inside[1] - inside[0], 2.0)
    canvas.add("rect", x=inside[0], y=above, width=width, height=SEEN, fill=shade)
    over, edge = canvas.fill(Role.OVER), palette.colour(Role.OVER)
    for a, b in ((start, min(stop, x.start)), (max(start, x.stop), stop)):
        if b > a:
            canvas.add("rect", x=a, y=above - 1, width=max(b - a, 3.0), height=SEEN + 2, fill=over, stroke=edge)


def _labels(canvas: Canvas, each: Range, y: float, below: float, area: Area, beside: bool) -> None:
    note = _note(each)
    if beside:
        canvas.name(area.left - 8, below - 3, each.label, area.left - 8, text_anchor="end")
        with canvas.group(font_size=words.SMALL, fill=palette.FAINT):
            for index, text in enumerate(_beside(each, canvas.width)):
                canvas.text(area.right + 8, below - 3 + (ROW - 3) * index, text, note)
        return
    canvas.name(0, y + ROW - 1, each.label, canvas.width)
    with canvas.group(font_size=words.SMALL, fill=palette.FAINT):
        for index, text in enumerate(words.wrapped(note, canvas.width, words.SMALL)):
            canvas.text(0, below + (ROW - 2) * (index + 1), text, note)


def _legend(canvas: Canvas) -> float:
    """What is what, in samples.

    Returns:
        The height that it takes.
    """
    x, y = 1.0, 2.0
    for text, sample in LEGEND:
        taken = sample + 6 + words.width(text, words.SMALL)
        if x > 1 and x + taken > canvas.width:
            x, y = 1.0, y + ROW + 2
        _sample(canvas, text, Area(x, y, sample, THICK))
        canvas.text(x + sample + 6, y + THICK - 3, text, font_size=words.SMALL, fill=palette.FAINT)
        x += taken + 14
    return y + THICK + 6


def _sample(canvas: Canvas, text: str, at: Area) -> None:
    box: dict[str, Any] = {"x": at.left, "width": at.width}
    middle = at.top + (THICK - SEEN) / 2
    if text == "seen":
        canvas.add("rect", **box, y=middle, height=SEEN, fill=palette.colour(Role.FLOAT))
    elif text == "the type":
        canvas.add("rect", **box, y=at.top, height=THICK, fill=palette.FILL, stroke=palette.FAINT)
    elif text == "with one bit less":
        path = f"M{number(at.left + 6)} {number(at.top)}v{number(THICK)}m10 0v-{number(THICK)}"
        canvas.add("path", d=path, stroke=palette.FAINT, stroke_dasharray="2 2", fill="none")
    else:
        over: dict[str, Any] = {"fill": canvas.fill(Role.OVER), "stroke": palette.colour(Role.OVER)}
        canvas.add("rect", **box, y=middle - 1, height=SEEN + 2, **over)
