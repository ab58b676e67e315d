"""Counts between edges."""

from __future__ import annotations

from fpgaml.report.drawing import Histogram, Steps
from fpgaml.report.svg import axes, legend, palette, words
from fpgaml.report.svg.axes import Area
from fpgaml.report.svg.canvas import Canvas, number
from fpgaml.report.svg.legend import Key
from fpgaml.report.svg.scale import Scale, brief, scale_of, titled

HEIGHT = 200.0
SECOND = ("M0 6L6 0", "M0 0L6 6", "M3 0V6")
"""What areas are hatched with that have a role in common with another one."""


def draw(canvas: Canvas, drawing: Histogram) -> None:
    """Axes and outlines; areas are filled faintly."""
    if not drawing.steps:
        return
    entries = legend.keys([(steps.name, steps.role) for steps in drawing.steps])
    top = legend.above(canvas, entries, 0.0) + 2 * words.SIZE + 4
    counts = [count for steps in drawing.steps for count in steps.counts]
    ticks = axes.ticks_up(HEIGHT)
    y = scale_of(drawing.y, _with_floor(drawing, counts), top + HEIGHT, top, ticks, zero=True)
    left = axes.tick_width(y, ticks) + 10
    area = Area(left, top, canvas.width - left - 8, HEIGHT)
    edges = [edge for steps in drawing.steps for edge in steps.edges]
    x = scale_of(drawing.x, edges, area.left, area.right, axes.ticks_along(area.width), tight=True)
    axes.draw_x(canvas, drawing.x, x, area)
    axes.draw_y(canvas, drawing.y, y, area)
    axes.readable(canvas, x, y)
    with canvas.group(clip_path=canvas.clip(area.left - 6, area.top - 6, area.width + 12, area.height + 12)):
        for key, steps in zip(entries, drawing.steps, strict=True):
            _outline(canvas, steps, key, x, y, area)
    canvas.height = area.bottom + axes.BELOW


def describe(drawing: Histogram) -> str:
    """What is drawn, in words."""
    parts = []
    for steps in drawing.steps:
        if not len(steps.counts):
            continue
        most = max(range(len(steps.counts)), key=lambda index: steps.counts[index])
        low, high = steps.edges[most], steps.edges[most + 1]
        parts.append(f"{steps.name}: most, {brief(steps.counts[most])}, from {brief(low)} to {brief(high)}")
    return f"{titled(drawing.y)} by {titled(drawing.x)}. {'; '.join(parts)}."


def _with_floor(drawing: Histogram, counts: list[float]) -> list[float]:
    """A single count has to stand above the end of a log axis."""
    above_zero = [count for count in counts if count > 0]
    return [*counts, min(above_zero) / 2] if drawing.y.log and above_zero else counts


def _outline(canvas: Canvas, steps: Steps, key: Key, x: Scale, y: Scale, area: Area) -> None:
    if not len(steps.counts):
        return
    places = [x(edge) for edge in steps.edges]
    heights = [y(count) if count > 0 or not y.log else area.bottom for count in steps.counts]
    path = f"M{number(places[0])} {number(area.bottom)}"
    last = ""
    for place, height in zip(places, heights, strict=False):
        at = number(height)
        path += f"H{number(place)}V{at}" if at != last else ""
        last = at
    path += f"H{number(places[-1])}V{number(area.bottom)}"
    if key.place:  # another one of the same role stands beside it
        fill = canvas.hatched(steps.role, SECOND[key.place % len(SECOND)], f"{steps.role}-{key.place}", 0.06, 0.7)
        canvas.add("path", d=f"{path}z", fill=fill)
    else:
        canvas.add("path", d=f"{path}z", fill=palette.colour(steps.role), fill_opacity=0.14)
    legend.line(canvas, path, key, f"{steps.name}: {brief(sum(steps.counts))} in all", data_line=steps.name)
    if key.marker:
        tops = [((a + b) / 2, height) for a, b, height in zip(places, places[1:], heights, strict=False)]
        filled = [place for place, count in zip(tops, steps.counts, strict=True) if count > 0]
        legend.marks(canvas, key, filled[:: max(1, len(filled) // 12)])
