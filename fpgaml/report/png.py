"""Figures as one PNG, for talks and pages; matplotlib is loaded when one is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.files import write_whole
from fpgaml.report.drawing import Axis, Curve, Curves, Histogram, Matrix, Role, Steps
from fpgaml.report.section import Figure
from fpgaml.report.svg import draw
from fpgaml.report.svg.scale import titled

FIGURE = "figure.png"
COLOURS = {
    Role.FLOAT: "#0068a8",
    Role.FIXED: "#b54a00",
    Role.HARDWARE: "#007355",
    Role.PLAIN: "#4a5f7c",
    Role.LIMIT: "#8a3a86",
    Role.OVER: "#b3123c",
}
BASELINES = (("#8c8c8c", "^"), ("#c9a227", "v"), ("#5b8e3e", "D"), ("#7a5195", "<"), ("#3b3b3b", ">"))
"""Colours and shapes of conventional algorithms."""
LINES = {Role.FLOAT: (2.6, "-"), Role.FIXED: (2.2, "--"), Role.HARDWARE: (1.2, ":")}
"""Width and dash: lines that lie on each other stay visible."""
SHAPES = {Role.FLOAT: "s", Role.FIXED: "o", Role.HARDWARE: "x"}
FEW = 24
"""Points of a curve up to which each is drawn, with its error."""
A_ROW = 3
LETTERS = 15
"""Of a legend, in an inch."""
WIDTH, HEIGHT = 4.5, 3.7
"""Inches of a panel."""


def has_matplotlib() -> bool:
    """Whether figures can be drawn as PNG."""
    return find_spec("matplotlib") is not None


def write_figures(figures: Sequence[Figure], folder: Path) -> tuple[str, ...]:
    """Draw figures into a folder: all in figure.png, or without matplotlib each as SVG; returns the files' names.

    Raises:
        FpgamlError: a file cannot be written.
    """
    if not figures:
        return ()
    if has_matplotlib():
        draw_png(figures, folder / FIGURE)
        return (FIGURE,)
    names = [f"figure_{index}.svg" for index in range(1, len(figures) + 1)]
    for name, figure in zip(names, figures, strict=True):
        write_whole(folder / name, draw(figure.drawing, figure.title, name.removesuffix(".svg").replace("_", "-")))
    return tuple(names)


def draw_png(figures: Sequence[Figure], path: Path) -> None:
    """Figures side by side, as the same bytes for the same content.

    Args:
        figures: of curves, histograms and matrices; others are left out.

    Raises:
        FpgamlError: matplotlib is not installed.
    """
    drawn = [figure for figure in figures if isinstance(figure.drawing, Curves | Histogram | Matrix)]
    with _panels(path, len(drawn)) as panels:
        for panel, figure in zip(panels, drawn, strict=False):
            panel.set_title(figure.title, fontsize=9)
            match figure.drawing:
                case Curves() as curves:
                    _curves(panel, curves)
                case Histogram() as histogram:
                    _histogram(panel, histogram)
                case Matrix() as matrix:
                    _matrix(panel, matrix)
        for panel in panels[len(drawn) :]:
            panel.set_axis_off()
        _legends(panels[: len(drawn)])


@contextmanager
def _panels(path: Path, number: int) -> Iterator[Any]:
    """Axes side by side; the figure is written when the block ends."""
    if not has_matplotlib():
        raise FpgamlError(path.name, "figures need matplotlib", "pip install 'fpgaml[physics]'")
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    settings: Any = {
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "savefig.dpi": 150,
    }
    rows = ceil(number / A_ROW)
    columns = ceil(number / rows)
    with mpl.rc_context(settings):
        size = (WIDTH * columns, HEIGHT * rows + 0.25 * rows)
        drawn, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
        try:
            yield list(axes.flat)
            drawn.savefig(path, metadata={"Software": None})
        finally:
            plt.close(drawn)


def _curves(panel: Any, drawing: Curves) -> None:
    baselines = count()
    for curve in drawing.curves:
        if curve.role in COLOURS:
            look = COLOURS[curve.role], SHAPES.get(curve.role, "o")
        else:
            look = BASELINES[next(baselines) % len(BASELINES)]
        _curve(panel, curve, *look)
    _axes(panel, drawing.x, drawing.y)


def _curve(panel: Any, curve: Curve, colour: str, shape: str) -> None:
    x, y = np.asarray(curve.x), np.asarray(curve.y)
    width, dash = LINES.get(curve.role, (1.3, "-"))
    if len(x) > FEW:
        panel.plot(x, y, dash, label=curve.name, color=colour, lw=width)
        if curve.y_low:
            panel.fill_between(x, curve.y_low, curve.y_high, color=colour, alpha=0.15, lw=0)
        return
    errors = None
    if curve.y_low:
        errors = np.maximum([y - np.asarray(curve.y_low), np.asarray(curve.y_high) - y], 0)
    panel.errorbar(x, y, errors, label=curve.name, color=colour, marker=shape, ms=3.5, lw=width * 0.7, ls=dash)


def _histogram(panel: Any, drawing: Histogram) -> None:
    seen: dict[Role, int] = {}
    for steps in drawing.steps:
        order = seen[steps.role] = seen.get(steps.role, -1) + 1
        _steps(panel, steps, order)
    _axes(panel, drawing.x, drawing.y)


def _steps(panel: Any, steps: Steps, order: int) -> None:
    """The second histogram of a role is filled, so that it differs from the first one."""
    width, dash = LINES.get(steps.role, (1.3, "-"))
    colour = COLOURS.get(steps.role, BASELINES[0][0])
    panel.stairs(steps.counts, steps.edges, label=steps.name, color=colour, lw=width * 0.7, ls=dash)
    if order:
        panel.stairs(steps.counts, steps.edges, color=colour, alpha=0.2, fill=True)
        handle = panel.patches[-2]
        handle.set_hatch("///")


def _matrix(panel: Any, drawing: Matrix) -> None:
    counts = np.asarray(drawing.counts, np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    panel.grid(visible=False)
    panel.imshow(shares, cmap="Blues", vmin=0, vmax=1.4, aspect="auto")
    panel.set_xticks(range(len(drawing.columns)), drawing.columns)
    panel.set_yticks(range(len(drawing.rows)), drawing.rows)
    panel.set(xlabel=drawing.x, ylabel=drawing.y)
    if len(drawing.rows) <= 12:
        for row, column in np.ndindex(*counts.shape):
            panel.text(column, row, f"{int(counts[row, column]):,}", ha="center", va="center", fontsize=8)


def _axes(panel: Any, x: Axis, y: Axis) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator

    panel.set(xlabel=titled(x), ylabel=titled(y))
    for axis, name, part in ((x, "x", panel.xaxis), (y, "y", panel.yaxis)):
        if axis.log:
            getattr(panel, f"set_{name}scale")("log")
        getattr(panel, f"set_{name}lim")(axis.low, axis.high)
        low, high = getattr(panel, f"get_{name}lim")()
        if axis.ticks:
            part.set_ticks(list(axis.ticks.values()), list(axis.ticks))
            part.minorticks_off()
        elif axis.log and high / low < 1000 and low >= 1e-3 and high < 1e5:
            # Few decades: plain numbers at 1, 2, 5.
            part.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            part.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            part.set_minor_locator(LogLocator(subs=()))


def _legends(panels: Sequence[Any]) -> None:
    """One below all panels where they name the same, so that it covers nothing; else one in each."""
    entries = [panel.get_legend_handles_labels() for panel in panels]
    names = [labels for _, labels in entries]
    if len(panels) > 1 and all(labels == names[0] for labels in names) and names[0]:
        wide = panels[0].figure.get_figwidth() * LETTERS
        columns = max(1, min(len(names[0]), int(wide / (max(map(len, names[0])) + 6))))
        panels[0].figure.legend(*entries[0], loc="outside lower center", ncols=columns)
        return
    for panel, labels in zip(panels, names, strict=True):
        if labels:
            panel.legend(loc="best")
