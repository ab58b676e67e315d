"""Pictures of every kind, for a wide and for a narrow page."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from fpgaml.report.drawing import Axis, Bar, Bars, Curve, Curves, Drawing, Role
from fpgaml.report.svg import NARROW, WIDE, draw
from tests.report.svg.reading import SVG, read, size, texts
from tests.report.svg.samples import DRAWINGS, EMPTY, HOSTILE

WIDTHS = {"wide": WIDE, "narrow": NARROW}
either_width = pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
every_kind = pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS.keys())


@every_kind
@either_width
def test_it_is_named_by_what_it_shows_and_names_only_itself(drawing: Drawing, width: float) -> None:
    root = read(draw(drawing, "A title", "figure-7", width))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and all(name and name.startswith("figure-7-") for name in ids)
    labels = (root.get("aria-labelledby") or "").split()
    assert root.get("role") == "img" and labels == ["figure-7-title", "figure-7-desc"]
    title, description = (next(e for e in root.iter() if e.get("id") == name) for name in labels)
    assert title.text == "A title" and len(description.text or "") > 10
    values = [value for element in root.iter() for value in element.attrib.values()]
    used = {name for value in values for name in re.findall(r"url\(#([^)]*)\)", value)}
    assert used <= set(ids)
    assert not any("http" in value or "data:" in value for value in values)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "g", "path", "rect", "text", "title", "desc", "defs", "pattern", "clipPath")
    }
    assert not any(name == "style" or name.startswith("on") for element in root.iter() for name in element.attrib)


@every_kind
@either_width
def test_no_text_is_cut_or_lies_on_another(drawing: Drawing, width: float) -> None:
    root = read(draw(drawing, "A title", "f", width))
    broad, high = size(root)
    assert broad == width
    found = texts(root)
    assert len(found) > 3
    for text in found:
        assert text.left >= -1 and text.right <= broad + 1 and text.top >= -1 and text.bottom <= high, text
    assert not [pair for pair in combinations(found, 2) if pair[0].overlaps(pair[1])]


@every_kind
def test_the_same_drawing_is_the_same_bytes_and_few(drawing: Drawing) -> None:
    svg = draw(drawing, "A title", "f")
    assert svg == draw(drawing, "A title", "f") and len(svg) < 8000
    places = [element.get(name, "") for element in read(svg).iter() for name in ("d", "x", "y", "width", "height")]
    assert not any(re.search(r"\.\d{3}", place) for place in places)


@pytest.mark.parametrize("drawing", EMPTY.values(), ids=EMPTY.keys())
@either_width
def test_nothing_is_drawn_too(drawing: Drawing, width: float) -> None:
    size(read(draw(drawing, "A title", "f", width)))


def hostile(value: Any) -> Any:
    """A drawing with other texts."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = ("key", "source", "target")
        return replace(value, **{f.name: hostile(getattr(value, f.name)) for f in fields(value) if f.name not in kept})
    if isinstance(value, list | tuple):
        return [hostile(each) for each in value]
    return HOSTILE if isinstance(value, str) and not isinstance(value, Role) else value


@every_kind
def test_texts_are_escaped(drawing: Drawing) -> None:
    svg = draw(hostile(drawing), HOSTILE, "f")
    root = read(svg)
    svg.encode("utf-8")
    assert "<script" not in svg and "\x1b" not in svg and "\x00" not in svg
    assert root[0].text == '<script>alert("1")</script>&??[31m\'"?'


def test_long_names_keep_their_ends_and_are_told_whole() -> None:
    name = f"first_{'x' * 90}_last"
    root = read(draw(Bars(Axis("x"), [Bar(name, 1.0)]), "t", "f"))
    shown = next(text for text in texts(root) if text.shown.startswith("first_"))
    assert shown.shown.endswith("_last") and "\u2026" in shown.shown
    assert name in [element.text for element in root.iter(f"{SVG}title")]


def test_a_curve_of_100_000_points_is_a_small_picture() -> None:
    rng = np.random.default_rng(2)
    x, y = np.sort(rng.random(100_000)), np.sort(rng.random(100_000))
    svg = draw(Curves(Axis("x", low=0, high=1), Axis("y", low=0, high=1), [Curve("roc", x, y)]), "t", "f")
    assert len(svg) < 12_000 and "100,000 points" in svg


def test_curves_tell_a_script_where_values_lie() -> None:
    curves = Curves(Axis("x", log=True, low=0.01, high=1), Axis("y", low=0, high=2), [Curve("a", [0.01, 1], [0, 2])])
    root = read(draw(curves, "t", "f", WIDE))
    low, high, left, right, log = (root.get("data-x") or "").split()
    path = next(e.get("d") or "" for e in root.iter() if e.get("stroke-width") == "1.8")
    assert (low, high, log) == ("0.01", "1", "log")
    # The curve goes from corner to corner.
    start, stop = path.removeprefix("M").split("L")
    assert float(start.split()[0]) == pytest.approx(float(left), abs=0.01)
    assert float(stop.split()[0]) == pytest.approx(float(right), abs=0.01)
