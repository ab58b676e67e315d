"""A network drawn: boxes in rows, lines between rows only, the types of what a box gives right below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from fpgaml.report.drawing import Edge, Network
from fpgaml.report.svg import palette, words
from fpgaml.report.svg.axes import Area
from fpgaml.report.svg.canvas import Canvas, number
from fpgaml.report.svg.network import box as boxes
from fpgaml.report.svg.network.layers import Layered, layered
from fpgaml.report.svg.network.order import ordered
from fpgaml.report.svg.network.place import placed

BROADEST = 430.0
SLIM, SLIMMEST = 150.0, 112.0
"""Width of a box: what so many are put into a row for, and what is left of that where lines pass too."""
LINE = 8.0
"""Room that a line takes that passes boxes."""
GAP = 16.0
"""Between neighbours in a row."""
LABEL = 15.0
"""Height of a line of text on an edge."""
BETWEEN = 26.0
"""From one row to the next, below the texts of the edges."""
LEAST_BETWEEN = 10.0
"""The same where lines only go straight down."""
ARROW = 4.0
EDGE = 1.0
"""Around everything, for the outlines of boxes."""


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    Args:
        boxes: their places, in the order of the drawing.
        texts: of what each box gives, below it.
        lines: their points: below a box and its texts, at the ends of the rows that they pass, on a box.
    """

    width: float
    height: float
    boxes: Sequence[Area]
    texts: Sequence[Sequence[Edge]]
    lines: Sequence[Sequence[tuple[float, float]]]


def draw(canvas: Canvas, drawing: Network) -> None:
    """Lines first, then boxes and the texts of what they give."""
    if not drawing.boxes:
        return
    layout = laid_out(drawing, canvas.width)
    canvas.width, canvas.height = layout.width, layout.height
    with canvas.group(fill="none", stroke=palette.FAINT, stroke_width=1.3):
        canvas.add("path", d="".join(map(_line, layout.lines)))
    with canvas.group(fill=palette.FAINT):
        tops = {place.top for place in layout.boxes}
        canvas.add("path", d="".join(_arrow(*line[-1]) for line in layout.lines if line[-1][1] in tops))
    for box, place in zip(drawing.boxes, layout.boxes, strict=True):
        boxes.draw(canvas, box, place, drawing.cost)
    with canvas.group(font_size=words.SMALL, text_anchor="middle"):
        for texts, place in zip(layout.texts, layout.boxes, strict=True):
            for index, edge in enumerate(texts):
                middle, base = place.left + place.width / 2, place.bottom + LABEL * (index + 1)
                shown = words.shortened(edge.text, place.width + GAP - 4, words.SMALL)
                canvas.text(middle, base, shown, edge.note or edge.text)


def describe(drawing: Network) -> str:
    """What is drawn, in words."""
    names = {box.key: box.title for box in drawing.boxes}
    steps = [f"{names[edge.source]} to {names[edge.target]} ({edge.text})" for edge in drawing.edges[:40]]
    more = f" and {len(drawing.edges) - 40} more" if len(drawing.edges) > 40 else ""
    return f"{len(drawing.boxes)} boxes. {'; '.join(steps)}{more}."


def laid_out(drawing: Network, width: float) -> Layout:
    """The layout for a width; broader where rows need more room than that."""
    index = {box.key: place for place, box in enumerate(drawing.boxes)}
    pairs = list(dict.fromkeys((index[edge.source], index[edge.target]) for edge in drawing.edges))
    graph = layered(len(drawing.boxes), pairs, max(1, int((width + GAP) / (SLIM + GAP))))
    rows = ordered(graph)
    box_width = _box_width(graph, rows, width - 2 * EDGE)
    widths = {vertex: box_width if vertex < graph.boxes else LINE for row in rows for vertex in row}
    x = {vertex: place + EDGE for vertex, place in placed(graph, rows, widths, GAP, width - 2 * EDGE).items()}
    total = max(x[vertex] + widths[vertex] / 2 for vertex in x) + EDGE
    texts = _texts(drawing, index)
    tops, bottoms = _rows(drawing, graph, rows, texts, box_width, x)
    areas = [Area(0, 0, 0, 0)] * len(drawing.boxes)
    for row, top in zip(rows, tops, strict=True):
        for vertex in row:
            if vertex < graph.boxes:
                height = boxes.height(drawing.boxes[vertex], box_width)
                areas[vertex] = Area(x[vertex] - box_width / 2, top, box_width, height)
    below = [area.bottom + LABEL * len(each) + 3 * bool(each) for area, each in zip(areas, texts, strict=True)]
    lines = _lines(graph, rows, x, list(zip(tops, bottoms, strict=True)), areas, below)
    return Layout(max(width, total), bottoms[-1] + 2, areas, texts, lines)


def _box_width(graph: Layered, rows: Sequence[Sequence[int]], width: float) -> float:
    """As broad as the fullest row allows."""
    rooms = []
    for row in rows:
        count = sum(1 for vertex in row if vertex < graph.boxes)
        passing = len(row) - count
        rooms.append((width - 2 * passing * LINE - count * GAP) / count if count else BROADEST)
    return min(BROADEST, width, max(SLIMMEST, min(rooms)))


def _texts(drawing: Network, index: Mapping[str, int]) -> list[list[Edge]]:
    """What each box gives, each text once."""
    found: list[dict[str, Edge]] = [{} for _ in drawing.boxes]
    for edge in drawing.edges:
        if edge.text:
            found[index[edge.source]].setdefault(edge.text, edge)
    return [list(texts.values()) for texts in found]


def _rows(
    drawing: Network,
    graph: Layered,
    rows: Sequence[Sequence[int]],
    texts: Sequence[Sequence[Edge]],
    width: float,
    x: Mapping[int, float],
) -> tuple[list[float], list[float]]:
    """Where each row begins and ends, the texts below its boxes included."""
    following: dict[int, list[int]] = {}
    for source, target in graph.links:
        following.setdefault(source, []).append(target)
    heights, between = [], []
    for row in rows:
        at = [vertex for vertex in row if vertex < graph.boxes]
        heights.append(
            max((boxes.height(drawing.boxes[v], width) + LABEL * len(texts[v]) + 4 for v in at), default=LABEL)
        )
        aside = max((abs(x[v] - x[other]) for v in row for other in following.get(v, ())), default=0.0)
        single = len(row) == 1 and aside < 1
        between.append(LEAST_BETWEEN if single else BETWEEN + min(aside / 12, 24.0))
    tops = list(accumulate((h + b for h, b in zip(heights, between, strict=True)), initial=1.0))[:-1]
    return tops, [top + height for top, height in zip(tops, heights, strict=True)]


def _lines(
    graph: Layered,
    rows: Sequence[Sequence[int]],
    x: Mapping[int, float],
    spans: Sequence[tuple[float, float]],
    areas: Sequence[Area],
    below: Sequence[float],
) -> list[list[tuple[float, float]]]:
    """Each link's points; lines into one box end beside each other, in the order that they come in.

    Args:
        spans: where each row begins and ends; below: where the texts below each box end.
    """
    span_of = {vertex: span for row, span in zip(rows, spans, strict=True) for vertex in row}
    entering: dict[int, list[int]] = {}
    for source, target in graph.links:
        entering.setdefault(target, []).append(source)
    lines = []
    for target, sources in entering.items():
        sources.sort(key=lambda each: (x[each], each))
        top, bottom = span_of[target]
        step = min(18.0, 0.8 * areas[target].width / len(sources)) if target < graph.boxes else 0.0
        for place, source in enumerate(sources):
            leaves = (x[source], span_of[source][1])
            enters = (x[target] + (place - (len(sources) - 1) / 2) * step, top)
            start = [(x[source], below[source])] if source < graph.boxes else []
            lines.append([*start, leaves, enters] + ([] if target < graph.boxes else [(x[target], bottom)]))
    return lines


def _line(points: Sequence[tuple[float, float]]) -> str:
    """Straight down along rows, and bent from one row to the next."""
    (x, y), *others = points
    path = f"M{number(x)} {number(y)}"
    for to_x, to_y in others:
        middle = number((y + to_y) / 2)
        if abs(to_x - x) < 0.01:
            path += f"V{number(to_y)}"
        else:
            path += f"C{number(x)} {middle} {number(to_x)} {middle} {number(to_x)} {number(to_y)}"
        x, y = to_x, to_y
    return path


def _arrow(x: float, y: float) -> str:
    return f"M{number(x)} {number(y)}l-{number(ARROW)} -{number(1.6 * ARROW)}h{number(2 * ARROW)}z"
