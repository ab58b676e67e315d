"""The page: what was found at the top, then every section, and at the end what it was generated from."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import jinja2
from markupsafe import Markup

from fpgaml.report.html.parts import Parts
from fpgaml.report.section import Section, Subject
from fpgaml.report.sections import named_sections
from fpgaml.report.words import clean

AT_THE_TOP = ("verdict", "project")
"""Sections that the page shows before all others, without a title."""


@dataclass(frozen=True)
class Chapter:
    """A section with its place in the page."""

    anchor: str
    title: str
    aside: str
    body: Markup


def html_report(subject: Subject) -> str:
    """The report on a project as one HTML file; the same subject gives the same text."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("fpgaml.report.html", "."),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    parts = Parts(templates)
    top = {name: Markup() for name in AT_THE_TOP}
    chapters = []
    anchors = _anchors()
    for name, section in named_sections(subject):
        body = _body(section, parts)
        if name in top:
            top[name] += body
        else:
            chapters.append(Chapter(next(anchors), clean(section.title), clean(section.aside), body))
    style = _source(templates, "style.css")
    return templates.get_template("page.jinja").render(
        title=clean(f"{subject.manifest.source.file} on {subject.manifest.board.name}"),
        style=Markup(style),
        style_hash=_csp_hash(style),
        top=top,
        chapters=chapters,
        manifest=json.dumps(subject.manifest.to_json(), indent=2),
        results=json.dumps(subject.results.to_json(), indent=2),
    )


def _body(section: Section, parts: Parts) -> Markup:
    return Markup().join(parts.render(part, section.title) for part in section.parts)


def _anchors() -> Iterator[str]:
    return (f"section-{number}" for number in count(1))


def _source(templates: jinja2.Environment, name: str) -> str:
    assert templates.loader is not None
    return templates.loader.get_source(templates, name)[0]


def _csp_hash(text: str) -> str:
    """How a Content-Security-Policy names an inline style or script: https://www.w3.org/TR/CSP3/."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
