"""What works when, a lane for each."""

from __future__ import annotations

from itertools import accumulate

from fpgaml.report.drawing import Lane, Moment, Role, Span, Timeline
from fpgaml.report.svg import axes, palette, words
from fpgaml.report.svg.axes import ROW, Area
from fpgaml.report.svg.canvas import Canvas, number
from fpgaml.report.svg.scale import Scale, brief, scale_of, titled

THICK = 14.0
BESIDE_FROM = 520.0
"""Width from which labels stand beside their lanes, not above them."""
NOTES = 0.34
"""Of the width, the most that notes beside lanes take."""
THINNEST = 2.0
"""Of a span, so that it is seen."""


def draw(canvas: Canvas, drawing: Timeline) -> None:
    """Lanes with their spans and notes, and moments across them."""
    if not drawing.lanes:
        return
    beside = canvas.width >= BESIDE_FROM
    longest = max(words.width(lane.label) for lane in drawing.lanes)
    left = min(longest + 10, 0.28 * canvas.width) if beside else 2.0
    notes = max(words.width(lane.note, words.SMALL) for lane in drawing.lanes) if beside else 0.0
    right = min(notes + 12, NOTES * canvas.width) if notes else 10.0
    values = [place for lane in drawing.lanes for span in lane.spans for place in (span.start, span.stop)]
    values += [moment.at for moment in drawing.moments]
    width = canvas.width - left - right
    x = scale_of(drawing.x, values, left, left + width, axes.ticks_along(width), zero=True)
    top = _moment_labels(canvas, drawing, x)
    rooms = [_room(lane, beside, canvas.width) for lane in drawing.lanes]
    area = Area(left, top, width, sum(rooms))
    axes.draw_x(canvas, drawing.x, x, area)
    axes.readable(canvas, x)
    tops = list(accumulate(rooms[:-1], initial=area.top))
    for lane, y in zip(drawing.lanes, tops, strict=True):
        _work(canvas, lane, x, _above(y, beside), area)
    for moment in drawing.moments:
        _across(canvas, moment, x, area)
    for lane, y in zip(drawing.lanes, tops, strict=True):
        _labels(canvas, lane, y, area, beside)
    canvas.height = area.bottom + axes.BELOW


def describe(drawing: Timeline) -> str:
    """What is drawn, in words."""
    moments = "".join(f"; {moment.label} at {brief(moment.at)}" for moment in drawing.moments)
    return f"{len(drawing.lanes)} lanes along {titled(drawing.x)}{moments}."


def _room(lane: Lane, beside: bool, width: float) -> float:
    """The height of a lane."""
    if beside:
        return max(THICK + 9, len(_beside(lane, width)) * (ROW - 3) + 6)
    return ROW + THICK + 9 + len(_under(lane, width)) * (ROW - 2)


def _beside(lane: Lane, width: float) -> list[str]:
    return words.wrapped(lane.note, NOTES * width - 12, words.SMALL, most=2)


def _under(lane: Lane, width: float) -> list[str]:
    return words.wrapped(lane.note, width, words.SMALL)


def _above(y: float, beside: bool) -> float:
    """Where a lane's track begins."""
    return y + 5 if beside else y + ROW + 3


def _work(canvas: Canvas, lane: Lane, x: Scale, above: float, area: Area) -> None:
    canvas.add("rect", x=area.left, y=above, width=area.width, height=THICK, fill=palette.FILL)
    for span in lane.spans:
        _span(canvas, span, lane, x, above)


def _labels(canvas: Canvas, lane: Lane, y: float, area: Area, beside: bool) -> None:
    base = _above(y, beside) + THICK
    with canvas.group(font_size=words.SMALL, fill=palette.FAINT):
        for index, text in enumerate(_beside(lane, canvas.width) if beside else ()):
            canvas.text(area.right + 8, base - 3 + (ROW - 3) * index, text, lane.note)
        for index, text in enumerate(() if beside else _under(lane, canvas.width)):
            canvas.text(0, base + (ROW - 2) * (index + 1) - 1, text, lane.note, halo=True)
    if beside:
        canvas.name(area.left - 8, base - 3, lane.label, area.left - 8, text_anchor="end")
    else:
        canvas.name(0, y + ROW - 1, lane.label, canvas.width, halo=True)


def _span(canvas: Canvas, span: Span, lane: Lane, x: Scale, above: float) -> None:
    start, stop = x(span.start), x(span.stop)
    width = max(stop - start, THINNEST)
    note = f": {span.note}" if span.note else ""
    canvas.add(
        "rect",
        f"{lane.label}, {brief(span.start)} to {brief(span.stop)}{note}",
        x=start,
        y=above,
        width=width,
        height=THICK,
        fill=canvas.fill(span.role),
        stroke=palette.colour(span.role),
    )


def _moment_labels(canvas: Canvas, drawing: Timeline, x: Scale) -> float:
    """Moments' names above the lanes, in rows so that none lies on another.

    Returns:
        Where the lanes begin.
    """
    ends: list[float] = []
    placed: list[tuple[float, int, Moment]] = []
    for moment in sorted(drawing.moments, key=lambda each: each.at):
        half = words.width(moment.label, words.SMALL) / 2
        middle = min(max(x(moment.at), half), canvas.width - half)
        row = next((index for index, end in enumerate(ends) if end <= middle - half), len(ends))
        ends[row : row + 1] = [middle + half + 8]
        placed.append((middle, row, moment))
    for middle, row, moment in placed:
        base = ROW * (len(ends) - row) - 4
        shade = palette.colour(moment.role)
        canvas.text(middle, base, moment.label, font_size=words.SMALL, fill=shade, text_anchor="middle")
    return ROW * len(ends) + 2


def _across(canvas: Canvas, moment: Moment, x: Scale, area: Area) -> None:
    stroke = palette.STROKES[moment.role]
    canvas.add(
        "path",
        moment.label,
        d=f"M{number(x(moment.at))} {number(area.top - 2)}V{number(area.bottom)}",
        stroke=palette.colour(moment.role),
        stroke_width=1.5,
        stroke_dasharray=stroke.dash or ("4 2" if moment.role != Role.PLAIN else ""),
    )
