"""One box: title, what it is, what it costs, and its part of the cost as a bar."""

from __future__ import annotations

from fpgaml.report.drawing import Box, Role
from fpgaml.report.svg import palette, words
from fpgaml.report.svg.axes import Area
from fpgaml.report.svg.canvas import Canvas

PAD = 8.0
ROW = 15.0
BAR = 6.0
SPREAD_FROM = 300.0
"""Width from which the cost stands beside the title, not below it."""
PART = 0.58
"""Of the width, for the title then."""
BOLD = 0.93
"""Bold text is broader."""


def height(box: Box, width: float) -> float:
    """The height that a box of this width needs."""
    kinds, costs = len(_kinds(box, width)), len(box.lines[1:])
    bar = BAR + 4 if box.share is not None else 0.0
    below = max(kinds * ROW + ROW, costs * ROW + bar) if _spread(box, width) else (1 + kinds + costs) * ROW + bar
    return 2 * PAD + below - 2


def draw(canvas: Canvas, box: Box, at: Area, cost: str) -> None:
    """Into its place.

    Args:
        cost: what its share is of.
    """
    with canvas.group(title="; ".join((box.title, *box.lines))):
        canvas.add(
            "rect",
            x=at.left,
            y=at.top,
            width=at.width,
            height=at.height,
            rx=4 if box.lines else at.height / 2,
            fill=palette.FILL,
            stroke=palette.FAINT,
        )
        left, base, room = at.left + PAD, at.top + PAD + ROW - 4, _room(box, at.width)
        if not box.lines:
            middle = at.left + at.width / 2
            canvas.name(middle, base, box.title, BOLD * room, font_weight="bold", text_anchor="middle")
            return
        canvas.name(left, base, box.title, BOLD * room, font_weight="bold")
        kinds = _kinds(box, at.width)
        with canvas.group(font_size=words.SMALL, fill=palette.FAINT):
            for index, text in enumerate(kinds, 1):
                canvas.text(left, base + index * ROW, text)
        if _spread(box, at.width):
            _cost(canvas, box, Area(left + room + PAD, at.top, at.width - room - 3 * PAD, 0.0), cost)
        else:
            _cost(canvas, box, Area(left, at.top + (1 + len(kinds)) * ROW, room, 0.0), cost)


def _spread(box: Box, width: float) -> bool:
    """Whether its cost stands beside what it is."""
    return width >= SPREAD_FROM and (len(box.lines) > 1 or box.share is not None)


def _room(box: Box, width: float) -> float:
    """For its title and what it is."""
    return (PART if _spread(box, width) else 1.0) * (width - 2 * PAD)


def _kinds(box: Box, width: float) -> list[str]:
    return words.wrapped(box.lines[0], _room(box, width), words.SMALL, most=2) if box.lines else []


def _cost(canvas: Canvas, box: Box, at: Area, cost: str) -> None:
    """Lines of cost with the bar below them, and the share at its end."""
    y = at.top + PAD
    with canvas.group(font_size=words.SMALL):
        for text in box.lines[1:]:
            canvas.name(at.left, y + ROW - 4, text, at.width, words.SMALL)
            y += ROW
    if box.share is None:
        return
    shown = f"{100 * box.share:.2g} %" if box.share < 0.995 else f"{100 * box.share:.0f} %"
    track = at.width - words.width("100 %", words.SMALL) - 6
    canvas.add("rect", x=at.left, y=y + 2, width=track, height=BAR, fill=palette.GRID)
    filled = min(max(box.share, 0.0), 1.0) * track
    if filled:
        title = f"{shown} of {cost}" if cost else shown
        shade = palette.colour(Role.PLAIN)
        canvas.add("rect", title, x=at.left, y=y + 2, width=max(filled, 1.0), height=BAR, fill=shade)
    end = at.left + at.width
    canvas.text(end, y + BAR + 3, shown, font_size=words.SMALL, fill=palette.FAINT, text_anchor="end")
