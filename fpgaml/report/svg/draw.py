"""A picture of any kind of drawing."""

from __future__ import annotations

from fpgaml.report.drawing import Bars, Curves, Drawing, Histogram, Matrix, Network, Points, Ranges, Timeline
from fpgaml.report.svg import bars, curves, histogram, matrix, network, palette, points, ranges, timeline
from fpgaml.report.svg.canvas import Canvas

WIDE = 720.0
"""CSS pixels: fits a screen, and a page of A4 between its margins."""
NARROW = 352.0
"""Fits a phone's 400 pixels between margins."""


def draw(drawing: Drawing, title: str, identity: str, width: float = WIDE) -> str:
    """A drawing as SVG text, to stand in an HTML page or in a file of its own; the same always gives the same.

    Args:
        title: what it shows, for those who do not see it.
        identity: letters, digits and `-`; one of a kind in a page, since ids begin with it.
        width: that it is laid out for, in CSS pixels; text takes 11 or 12 of them.
    """
    canvas = Canvas(identity, width)
    match drawing:
        case Curves():
            curves.draw(canvas, drawing)
            words = curves.describe(drawing)
        case Histogram():
            histogram.draw(canvas, drawing)
            words = histogram.describe(drawing)
        case Matrix():
            matrix.draw(canvas, drawing)
            words = matrix.describe(drawing)
        case Bars():
            bars.draw(canvas, drawing)
            words = bars.describe(drawing)
        case Timeline():
            timeline.draw(canvas, drawing)
            words = timeline.describe(drawing)
        case Ranges():
            ranges.draw(canvas, drawing)
            words = ranges.describe(drawing)
        case Points():
            points.draw(canvas, drawing)
            words = points.describe(drawing)
        case Network():
            network.draw(canvas, drawing)
            words = network.describe(drawing)
    if not canvas.height:
        canvas.text(0, 16, "Nothing to draw", fill=palette.FAINT)
        canvas.height = 24
    return canvas.svg(title, words)
