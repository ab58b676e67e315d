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


def height(box: Box, width: float) -> float:
    """The height that a box of this width needs."""
    costs, kinds = len(box.lines[1:]), len(box.lines[:1])
    bar = BAR + 4 if box.share is not None else 0.0
    if width >= SPREAD_FROM:
        return 2 * PAD + max((1 + kinds) * ROW, costs * ROW + bar) - 2
    return 2 * PAD + (1 + kinds + costs) * ROW + bar - 2


def draw(canvas: Canvas, box: Box, at: Area, cost: str) -> None:
    """Into its place.

    Args:
        cost: what its share is of.
    """
    whole = "; ".join((box.title, *box.lines))
    with canvas.group(title=whole):
        plain = not box.lines[1:] and box.share is None
        middle = at.left + at.width / 2
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
        spread = at.width >= SPREAD_FROM and not plain
        room = (0.52 if spread else 1.0) * (at.width - 2 * PAD)
        left, base = at.left + PAD, at.top + PAD + ROW - 4
        if not box.lines:
            canvas.name(middle, base, box.title, 0.93 * room, font_weight="bold", text_anchor="middle")
            return
        canvas.name(left, base, box.title, 0.93 * room, font_weight="bold")
        with canvas.group(font_size=words.SMALL, fill=palette.FAINT):
            for text in box.lines[:1]:
                canvas.name(left, base + ROW, text, room, words.SMALL)
        if spread:
            _cost(canvas, box, Area(left + room + PAD, at.top, at.width - room - 3 * PAD, 0.0), cost)
        else:
            _cost(canvas, box, Area(left, at.top + (1 + len(box.lines[:1])) * ROW, room, 0.0), cost)


def _cost(canvas: Canvas, box: Box, at: Area, cost: str) -> None:
    """Lines of cost with the bar below them."""
    y = at.top + PAD
    with canvas.group(font_size=words.SMALL):
        for text in box.lines[1:]:
            canvas.name(at.left, y + ROW - 4, text, at.width, words.SMALL)
            y += ROW
    if box.share is None:
        return
    title = f"{100 * box.share:.3g} % of {cost}" if cost else f"{100 * box.share:.3g} %"
    canvas.add("rect", x=at.left, y=y + 2, width=at.width, height=BAR, fill=palette.GRID)
    filled = min(max(box.share, 0.0), 1.0) * at.width
    if filled:
        shade = palette.colour(Role.PLAIN)
        canvas.add("rect", title, x=at.left, y=y + 2, width=max(filled, 1.0), height=BAR, fill=shade)
