"""The frame around a plot: grid, ticks and titles."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaml.report.drawing import Axis
from fpgaml.report.svg import palette, words
from fpgaml.report.svg.canvas import Canvas, attributes
from fpgaml.report.svg.scale import Scale, tick_texts, ticks_of, titled

TICK_ROOM = 62.0
"""Units along x for a tick, so that their labels stay apart."""
ROW = 16.0
"""From one line of text to the next."""
BELOW = 2 * ROW + 8
"""Room under a plot: ticks and title."""


@dataclass(frozen=True)
class Area:
    """A rectangle."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


def ticks_along(length: float) -> int:
    """How many ticks there is room for along x."""
    return max(2, int(length / TICK_ROOM))


def ticks_up(height: float) -> int:
    """How many ticks there is room for along y."""
    return max(2, int(height / 40))


def tick_width(scale: Scale, ticks: int) -> float:
    """The room that the labels of an axis along y take."""
    texts = tick_texts(ticks_of(scale, ticks), scale.log)
    return max((words.width(text, words.SMALL) for text in texts), default=0.0)


def draw_x(canvas: Canvas, axis: Axis, scale: Scale, area: Area) -> None:
    """Grid lines, ticks below and the title below them."""
    values, texts = _ticked(axis, scale, ticks_along(area.width))
    with canvas.group(stroke=palette.GRID):
        for value in values:
            canvas.add("path", d=f"M{_at(scale(value))} {_at(area.top)}V{_at(area.bottom)}")
    with canvas.group(font_size=words.SMALL, fill=palette.FAINT, text_anchor="middle"):
        for value, text in zip(values, texts, strict=True):
            half = words.width(text, words.SMALL) / 2
            place = min(max(scale(value), half), canvas.width - half)
            canvas.text(place, area.bottom + ROW, text)
    title = titled(axis)
    half = min(words.width(title), canvas.width) / 2
    middle = min(max(area.left + area.width / 2, half), canvas.width - half)
    canvas.name(middle, area.bottom + 2 * ROW + 2, title, canvas.width, text_anchor="middle")


def draw_y(canvas: Canvas, axis: Axis, scale: Scale, area: Area) -> None:
    """Grid lines and ticks at the left; the title stands above the plot, upright."""
    values = ticks_of(scale, ticks_up(area.height))
    with canvas.group(stroke=palette.GRID):
        for value in values:
            canvas.add("path", d=f"M{_at(area.left)} {_at(scale(value))}H{_at(area.right)}")
    with canvas.group(font_size=words.SMALL, fill=palette.FAINT, text_anchor="end"):
        for value, text in zip(values, tick_texts(values, scale.log), strict=True):
            canvas.text(area.left - 6, scale(value) + 4, text)
    canvas.name(0, area.top - 8, titled(axis), canvas.width)


def _ticked(axis: Axis, scale: Scale, ticks: int) -> tuple[list[float], list[str]]:
    """Values, and what stands at them: the axis' own words where it has some."""
    if axis.ticks:
        return list(axis.ticks.values()), list(axis.ticks)
    values = ticks_of(scale, ticks)
    return values, tick_texts(values, scale.log)


def readable(canvas: Canvas, x: Scale, y: Scale | None = None) -> None:
    """Say where values lie, so that a script can read them at a pointer: low, high, start, stop, and `log` or not.

    Lines that it reads have their name as `data-line`.
    """
    values = {"data_x": _said(x)} | ({"data_y": _said(y)} if y else {})
    canvas.plot = attributes(dict(values))


def _said(scale: Scale) -> str:
    ends = f"{scale.low:.9g} {scale.high:.9g} {scale.start:.6g} {scale.stop:.6g}"
    return f"{ends} log" if scale.log else ends


def _at(place: float) -> str:
    """In the middle of a pixel, where a line of one unit is sharp."""
    return f"{round(place - 0.5) + 0.5:g}"
