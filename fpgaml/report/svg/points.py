"""Designs against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fpgaml.report.drawing import Points, Role
from fpgaml.report.svg import axes, legend, palette, words
from fpgaml.report.svg.axes import Area
from fpgaml.report.svg.canvas import Canvas, number
from fpgaml.report.svg.scale import Scale, brief, scale_of, titled

HEIGHT = 300.0
SHAPES = {Role.BASELINE: "square", Role.FLOAT: "triangle", Role.HARDWARE: "diamond", Role.OVER: "cross"}
"""Roles that are no circle."""
FRONT: dict[str, Any] = {"fill": "none", "stroke": palette.FAINT, "stroke_width": 1.4, "stroke_dasharray": "5 3"}
INSIDE = 9.0
"""From the edges of the plot to the ends of the axes, so that no point is cut."""
GAP = 8.0
"""Between a point and its name."""


def draw(canvas: Canvas, drawing: Points) -> None:
    """Axes, the front as a line of steps, points and their names where there is room."""
    if not drawing.points:
        return
    top = _legend(canvas, drawing) + 2 * words.SIZE + 4
    ticks = axes.ticks_up(HEIGHT)
    y = scale_of(drawing.y, [point.y for point in drawing.points], top + HEIGHT - INSIDE, top + INSIDE, ticks)
    left = axes.tick_width(y, ticks) + 10
    area = Area(left, top, canvas.width - left - 12, HEIGHT)
    left, right, along = area.left + INSIDE, area.right - INSIDE, axes.ticks_along(area.width)
    x = scale_of(drawing.x, [point.x for point in drawing.points], left, right, along)
    axes.draw_x(canvas, drawing.x, x, area)
    axes.draw_y(canvas, drawing.y, y, area)
    axes.readable(canvas, x, y)
    places = [(x(point.x), y(point.y)) for point in drawing.points]
    _front(canvas, drawing, x, y)
    best_last = sorted(zip(drawing.points, places, strict=True), key=lambda pair: pair[0].name in drawing.front)
    for point, place in best_last:
        told = f"{point.name}: {titled(drawing.x)} {brief(point.x)}, {titled(drawing.y)} {brief(point.y)}"
        with canvas.group(title=f"{told}; {point.note}" if point.note else told):
            _mark(canvas, point.role, place, filled=point.name in drawing.front)
    for text, (at_x, base) in _names(drawing, places, area):
        canvas.text(at_x, base, text, halo=True, font_size=words.SMALL)
    canvas.height = area.bottom + axes.BELOW


def describe(drawing: Points) -> str:
    """What is drawn, in words."""
    front = f" None beats: {', '.join(drawing.front)}." if drawing.front else ""
    return f"{len(drawing.points)} designs: {titled(drawing.y)} against {titled(drawing.x)}.{front}"


def _mark(canvas: Canvas, role: Role, place: tuple[float, float], *, filled: bool) -> None:
    """A shape for each role; filled where no other design is better."""
    shade = palette.colour(role)
    path = legend.shape(SHAPES.get(role, "circle"), *place, 5.0)
    canvas.add("path", d=path, fill=shade if filled else palette.PAPER, stroke=shade, stroke_width=1.6)


def _legend(canvas: Canvas, drawing: Points) -> float:
    """What the line and the filled shapes are.

    Returns:
        The height that it takes.
    """
    if not drawing.front:
        return 0.0
    path = f"M0 {number(words.SIZE - 4)}h{number(legend.SAMPLE)}"
    canvas.add("path", d=path, **FRONT)
    text = "filled: beaten by none"
    canvas.name(legend.SAMPLE + 6, words.SIZE, text, canvas.width - legend.SAMPLE - 6)
    return words.SIZE + 4


def _front(canvas: Canvas, drawing: Points, x: Scale, y: Scale) -> None:
    by_name = {point.name: point for point in drawing.points}
    front = [by_name[name] for name in drawing.front if name in by_name]
    if len(front) < 2:
        return
    path = f"M{number(x(front[0].x))} {number(y(front[0].y))}"
    path += "".join(f"H{number(x(point.x))}V{number(y(point.y))}" for point in front[1:])
    canvas.add("path", d=path, **FRONT)


def _names(
    drawing: Points, places: Sequence[tuple[float, float]], area: Area
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Names beside their points, those of the front first; one that has no room free is left to the pointer."""
    taken = [Area(x - 6, y - 6, 12, 12) for x, y in places]
    order = sorted(range(len(places)), key=lambda index: (drawing.points[index].name not in drawing.front, index))
    for index in order:
        text = words.shortened(drawing.points[index].name, min(150.0, area.width / 2), words.SMALL)
        box = next((box for box in _around(text, places[index]) if _free(box, taken, area)), None)
        if box is not None:
            taken.append(box)
            yield text, (box.left, box.bottom - 3)


def _around(text: str, place: tuple[float, float]) -> Iterator[Area]:
    """Where a name may stand: at the right, the left, above, below and at the corners."""
    width, height = words.width(text, words.SMALL), words.SMALL + 2
    x, y = place
    for dx, dy in ((0, -0.5), (-1, -0.5), (-0.5, -1), (-0.5, 0), (0, -1), (0, 0), (-1, -1), (-1, 0)):
        aside = {0: GAP, -1: -GAP, -0.5: 0.0}[dx]
        off = {-1: -GAP + 2, 0: GAP - 2, -0.5: 0.0}[dy]
        yield Area(x + dx * width + aside, y + dy * height + off, width, height)


def _free(box: Area, taken: Sequence[Area], area: Area) -> bool:
    if box.left < area.left or box.right > area.right + 12 or box.top < area.top - 10 or box.bottom > area.bottom:
        return False
    return not any(overlap(box, other) for other in taken)


def overlap(a: Area, b: Area) -> bool:
    """Whether two rectangles have a part in common."""
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom
