"""Curves on one pair of axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from fpgaml.report.drawing import Curve, Curves, Role
from fpgaml.report.svg import axes, legend, palette, words
from fpgaml.report.svg.axes import Area
from fpgaml.report.svg.canvas import Canvas, number
from fpgaml.report.svg.legend import Key
from fpgaml.report.svg.scale import Scale, brief, scale_of, titled
from fpgaml.report.svg.thin import Places, thinned

HEIGHT = 0.55
"""Of a plot, for its width."""
MARKERS = 9
"""Along a curve."""
AT_ENDS_FROM = 560.0
"""Width from which names may stand where lines end."""
APART = 15.0
"""Units between names at the ends of lines."""


def draw(canvas: Canvas, drawing: Curves) -> None:
    """Axes, bands, lines and their names."""
    entries = legend.keys([(curve.name, curve.role) for curve in drawing.curves])
    if not drawing.curves:
        return
    at_ends = _ends(canvas, drawing)
    top = 0.0 if at_ends else legend.above(canvas, entries, 0.0)
    area, x, y = plot(
        canvas,
        drawing,
        top,
        [value for curve in drawing.curves for value in curve.x],
        [value for curve in drawing.curves for value in chain(curve.y, curve.y_low, curve.y_high)],
        room_at_right=max(map(words.width, (curve.name for curve in drawing.curves))) + 10 if at_ends else 8,
    )
    axes.readable(canvas, x, y)
    clip = canvas.clip(area.left - 6, area.top - 6, area.width + 12, area.height + 12)
    with canvas.group(clip_path=clip):
        for curve in drawing.curves:
            _band(canvas, curve, x, y)
        for key, curve in sorted(zip(entries, drawing.curves, strict=True), key=lambda pair: _depth(pair[0].role)):
            _curve(canvas, curve, key, x, y)
    if at_ends:
        for curve in drawing.curves:
            canvas.text(area.right + 8, y(curve.y[-1]) + 4, curve.name, fill=palette.colour(curve.role))


def describe(drawing: Curves) -> str:
    """What is drawn, in words."""
    names = ", ".join(f"{curve.name} ({curve.role})" for curve in drawing.curves)
    return f"{titled(drawing.y)} against {titled(drawing.x)}: {names}."


def plot(
    canvas: Canvas,
    drawing: Curves,
    top: float,
    xs: Sequence[float],
    ys: Sequence[float],
    room_at_right: float,
) -> tuple[Area, Scale, Scale]:
    """The frame with its grid; sets the drawing's height."""
    height = max(HEIGHT * min(canvas.width, 560.0), 180.0)
    top += 2 * words.SIZE + 4
    ticks = axes.ticks_up(height)
    y = scale_of(drawing.y, ys, top + height, top, ticks)
    left = axes.tick_width(y, ticks) + 10
    area = Area(left, top, canvas.width - left - room_at_right, height)
    x = scale_of(drawing.x, xs, area.left, area.right, axes.ticks_along(area.width), tight=True)
    axes.draw_x(canvas, drawing.x, x, area)
    axes.draw_y(canvas, drawing.y, y, area)
    canvas.height = area.bottom + axes.BELOW
    return area, x, y


def path_of(places: Places) -> str:
    """Through points, one after another."""
    steps = [f"{number(x)} {number(y)}" for x, y in places]
    return f"M{steps[0]}L{' '.join(steps[1:])}" if len(steps) > 1 else f"M{steps[0]}h0"


def _depth(role: Role) -> int:
    """What is broad lies below."""
    return [Role.LIMIT, Role.BASELINE, Role.PLAIN, Role.FLOAT, Role.OVER, Role.FIXED, Role.HARDWARE].index(role)


def _ends(canvas: Canvas, drawing: Curves) -> bool:
    """Whether the lines end at the right far enough from each other for their names to stand there."""
    if canvas.width < AT_ENDS_FROM or any(not len(curve.x) for curve in drawing.curves):
        return False
    if max(map(words.width, (curve.name for curve in drawing.curves))) > canvas.width / 4:
        return False
    ends = [float(curve.x[-1]) for curve in drawing.curves]
    if max(ends) != min(ends) or any(max(curve.x) != end for curve, end in zip(drawing.curves, ends, strict=True)):
        return False
    height = HEIGHT * 560.0
    values = [value for curve in drawing.curves for value in chain(curve.y, curve.y_low, curve.y_high)]
    y = scale_of(drawing.y, values, height, 0.0, axes.ticks_up(height))
    heights = sorted(y(curve.y[-1]) for curve in drawing.curves)
    inside = all(y.holds(curve.y[-1]) for curve in drawing.curves)
    return inside and all(b - a >= APART for a, b in pairwise(heights))


def _places(xs: Sequence[float], ys: Sequence[float], x: Scale, y: Scale) -> list[Places]:
    """Points of the drawing, in stretches between values that are no numbers."""
    values = np.stack([np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)], axis=1)
    known = np.asarray(np.isfinite(values).all(axis=1))
    edges = np.flatnonzero(np.diff(known.astype(np.int8))) + 1
    stretches = [part for part in np.split(np.arange(len(values)), edges) if len(part) and known[part[0]]]
    return [np.stack([_mapped(values[s, 0], x), _mapped(values[s, 1], y)], axis=1) for s in stretches]


def _mapped(values: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    """As the scale does, for many values at once."""
    low, high = scale.low, scale.high
    if scale.log:
        values, low, high = np.log10(np.maximum(values, low)), float(np.log10(low)), float(np.log10(high))
    share = np.clip((values - low) / (high - low), -1.0, 2.0)
    return np.asarray(scale.start + share * (scale.stop - scale.start), dtype=np.float64)


def _band(canvas: Canvas, curve: Curve, x: Scale, y: Scale) -> None:
    if not len(curve.y_low) or len(curve.y_low) != len(curve.y_high):
        return
    for low, high in zip(_places(curve.x, curve.y_low, x, y), _places(curve.x, curve.y_high, x, y), strict=False):
        around = np.concatenate([thinned(low), thinned(high)[::-1]])
        canvas.add("path", d=f"{path_of(around)}z", fill=palette.colour(curve.role), fill_opacity=0.15)


def _curve(canvas: Canvas, curve: Curve, key: Key, x: Scale, y: Scale) -> None:
    stretches = [thinned(places) for places in _places(curve.x, curve.y, x, y)]
    if not stretches:
        return
    title = f"{curve.name}: {len(curve.x):,} points, {brief(min(curve.y))} to {brief(max(curve.y))}"
    legend.line(canvas, "".join(map(path_of, stretches)), key, title, data_line=curve.name)
    if key.marker:
        legend.marks(canvas, key, _along(np.concatenate(stretches)))


def _along(places: Places) -> list[tuple[float, float]]:
    """Where markers stand: evenly along the line, as it is drawn; at its points where they are few."""
    if len(places) <= MARKERS:
        return [(float(px), float(py)) for px, py in places]
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))])
    stops = np.linspace(0.0, lengths[-1], MARKERS)
    xs, ys = (np.interp(stops, lengths, places[:, axis]) for axis in (0, 1))
    return [(float(px), float(py)) for px, py in zip(xs, ys, strict=True)]
