"""A subject that has something for every part of a page, and the elements of the page made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import ModuleType
from typing import Any

import pytest

from fpgaml.budget.judge import judge
from fpgaml.budget.read import read_budget
from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.report import sections
from fpgaml.report.drawing import (
    Axis,
    Bar,
    Bars,
    Box,
    Curve,
    Curves,
    Drawing,
    Edge,
    Histogram,
    Lane,
    Matrix,
    Network,
    Point,
    Points,
    Range,
    Ranges,
    Role,
    Span,
    Steps,
    Timeline,
)
from fpgaml.report.section import Figure, Section, Subject, Table, Words, line
from tests.report.samples import SHA, differing, manifest, quantizer, results

HOSTILE = "\"'><script>alert(1)</script></style><img src=x onerror=alert(2)>&amp;|`<b>`\x1b\x00\u202e"
"""Markup of a page and of Markdown, and characters that turn a line around."""
BUDGET = """
board = "alveo-u250"
clock_mhz = 200
[[limit]]
what = "latency"
limit = 100
unit = "ns"
met_by = ["estimate"]
why = "the trigger waits no longer"
[[limit]]
what = "lut"
limit = 1000
unit = "LUT6"
met_by = ["post-synthesis"]
why = "what is left"
"""
ESTIMATE = {
    **{"lut": 2500, "ff": 90, "dsp": 0, "layers": {"dense_1": 900}},
    **{"latency_cycles": 19, "latency_ns": 95.0, "interval_cycles": 1},
}
SYNTHESIS = {
    **{"kind": "post-synthesis", "tools": {"yosys": "0.70"}, "family": "xcup", "board": "alveo-u250"},
    **{"part": "xcu250-figd2104-2L-e", "hierarchy": "flattened", "sources_sha256": SHA, "edited": False},
    "resources": [{"name": "LUT", "used": 1200, "unit": "LUT6", "available": 4800}],
    **{"cells": {}, "modules": [], "timing": None, "notes": [], "seconds": 1.0},
}


def subject(**changes: Any) -> Subject:
    """With an estimate, a synthesis, and remarks on a quantizer.

    Args:
        changes: in manifest.json and results.json, by the names of their members.
    """
    found = results(estimate=ESTIMATE, synthesis=[SYNTHESIS])
    facts = manifest()
    for name, value in changes.items():
        (facts if name in facts else found)[name] = value
    return Subject(parse(Manifest, "manifest.json", facts), parse(Results, "results.json", found))


def hostile_subject() -> Subject:
    """With markup wherever a file may hold a name."""
    facts = manifest()
    source = {**facts["source"], "file": HOSTILE, "framework": HOSTILE}
    layers = {HOSTILE: {"strategy": "resource", "reuse_factor": 8}}
    return subject(
        source=source,
        messages=[f"WARNING {HOSTILE}"],
        settings={**facts["settings"], "layers": layers},
        versions={"python": "3", HOSTILE: HOSTILE},
        quantizers=[quantizer(HOSTILE, HOSTILE)],
        checks=[{**results()["checks"][0], "note": HOSTILE, "layers": [differing(f"layer/{HOSTILE}")]}],
        estimate={**ESTIMATE, "layers": {HOSTILE: 9, "\ud800": 8}},
    )


def judged(found: Subject, folder: Any) -> Subject:
    """With the budget above: its latency is met, its LUTs are 200 too many."""
    path = folder / "budget.toml"
    path.write_text(BUDGET)
    judgement = judge(read_budget(path), found.manifest, found.results)
    return Subject(found.manifest, found.results, judgement=judgement)


DRAWINGS: dict[str, Drawing] = {
    "curves": Curves(
        Axis("false positives", log=True),
        Axis("efficiency"),
        [
            Curve(
                HOSTILE, [0.001, 0.01, 0.1, 1], [0.2, 0.5, 0.9, 1], Role.FLOAT, [0.1, 0.4, 0.9, 1], [0.3, 0.6, 0.9, 1]
            ),
            Curve("hardware", [0.001, 0.01, 0.1, 1], [0.2, 0.5, 0.8, 1], Role.HARDWARE),
        ],
    ),
    "histogram": Histogram(Axis("error", "LSB"), Axis("events"), [Steps("layer", [-1, 0, 1], [3, 5], Role.FIXED)]),
    "matrix": Matrix(HOSTILE, "true", [HOSTILE, "1"], ["0", "1"], [[3, 1], [0, 2]]),
    "bars": Bars(Axis("LUT"), [Bar(HOSTILE, 3, Role.OVER, HOSTILE), Bar("b", 1)], 2),
    "timeline": Timeline(Axis("cycle"), [Lane(HOSTILE, [Span(0, 4, note=HOSTILE)], HOSTILE), Lane("b", [Span(4, 9)])]),
    "ranges": Ranges([Range(HOSTILE, -8, 7, -3, 9, HOSTILE)]),
    "network": Network([Box("a", HOSTILE, [HOSTILE], 0.5), Box("b", "b")], [Edge("a", "b", HOSTILE)]),
    "points": Points(Axis("LUT"), Axis("AUC"), [Point("a", 1, 0.9), Point(HOSTILE, 2, 0.95, note=HOSTILE)], ["a"]),
}


def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every report have a section with a drawing of each kind, and with a table that is broader than a phone."""
    module = ModuleType("fpgaml.report.sections.everything")
    module.sections = _everything  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    monkeypatch.setattr(sections, "ORDER", ("project", "everything", *sections.ORDER[1:]))


def _everything(_: Subject) -> Iterator[Section]:
    broad = Table([[f"module_{row}", *(f"{row * 1000:,}" for _ in range(12))] for row in range(30)], right=range(1, 13))
    figures = [Figure(f"A drawing: {name}", drawing, [Table([("a", "3")])]) for name, drawing in DRAWINGS.items()]
    yield Section("Everything drawn", [*figures, broad, line("It is ", Words("so", strong=True), ".")], "estimate")


@dataclass
class Element:
    """Of a page."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    inside: list[Element | str] = field(default_factory=list)

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        """Itself and those in it with one of these tags and all of these attributes; `class_`: one of its classes."""
        found = [self] if (not tags or self.tag in tags) and self._has(attributes) else []
        return found + [
            each for child in self.inside if isinstance(child, Element) for each in child.all(*tags, **attributes)
        ]

    def one(self, *tags: str, **attributes: str) -> Element:
        """The only one."""
        (found,) = self.all(*tags, **attributes)
        return found

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(child if isinstance(child, str) else child.text for child in self.inside)

    @property
    def words(self) -> str:
        """All text in it, with single spaces."""
        return " ".join(self.text.split())

    def _has(self, attributes: dict[str, str]) -> bool:
        for name, value in attributes.items():
            if name == "class_":
                if value not in (self.attributes.get("class") or "").split():
                    return False
            elif self.attributes.get(name.replace("_", "-")) != value:
                return False
        return True


VOID = {"meta", "br", "img", "link", "input", "hr"}


class _Builder(HTMLParser):
    """Every element must be closed where it was opened."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {self.get_starttag_text()}"
        element = Element(tag, dict(attrs))
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def page(text: str) -> Element:
    """The elements of a page."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    (root,) = builder.open
    return root
