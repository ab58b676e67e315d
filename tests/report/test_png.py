"""Figures as files: one PNG, or without matplotlib an SVG each."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.report import png
from fpgaml.report.drawing import Axis, Curve, Curves, Drawing, Histogram, Matrix, Role, Steps
from fpgaml.report.png import draw_png, write_figures
from fpgaml.report.section import Figure
from tests.report.svg.reading import read

CURVES = Curves(
    Axis("false-positive rate", log=True),
    Axis("efficiency", low=0, high=1),
    [
        Curve("float", [1e-3, 1e-2, 1], [0.1, 0.5, 1], Role.FLOAT, [0, 0.4, 1], [0.2, 0.6, 1]),
        Curve("fixed", [1e-3, 1e-2, 1], [0.1, 0.5, 1], Role.FIXED),
        Curve("old", [1e-3, 1e-2, 1], [0.0, 0.2, 1], Role.BASELINE),
    ],
)
WORDS = Curves(Axis("since", ticks={"1": 0, "none": 1}), Axis("RMS", "MeV", log=True), CURVES.curves)
KINDS: dict[str, Drawing] = {
    "curves": CURVES,
    "words": WORDS,
    "histogram": Histogram(
        Axis("score"), Axis("events"), [Steps("a", [0, 1, 2], [3, 4]), Steps("b", [0, 1, 2], [1, 0])]
    ),
    "matrix": Matrix("said", "true", ["0", "1"], ["0", "1"], [[3, 1], [0, 0]]),
}
FIGURES = [Figure(title, drawing) for title, drawing in KINDS.items()]


def test_the_same_figures_are_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    for name in ("a.png", "b.png"):
        draw_png(FIGURES, tmp_path / name)
    first = (tmp_path / "a.png").read_bytes()
    assert first == (tmp_path / "b.png").read_bytes()
    assert first.startswith(b"\x89PNG")


def test_one_legend_below_panels_that_name_the_same() -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed")
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 4))
    for panel, drawing in zip(axes, (CURVES, WORDS), strict=True):
        png._curves(panel, drawing)
    png._legends(list(axes))
    assert [[text.get_text() for text in legend.get_texts()] for legend in figure.legends] == [
        ["float", "fixed", "old"]
    ]
    assert all(panel.get_legend() is None for panel in axes)
    assert [label.get_text() for label in axes[1].get_xticklabels()] == ["1", "none"]
    pyplot.close(figure)


def test_without_matplotlib_each_is_an_svg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "has_matplotlib", lambda: False)
    names = write_figures(FIGURES, tmp_path)
    assert names == tuple(f"figure_{index}.svg" for index in range(1, len(FIGURES) + 1))
    for name in names:
        read((tmp_path / name).read_text(encoding="utf-8"))
    assert write_figures([], tmp_path) == ()
