"""The page: what was found at the top, then every section, and at the end what it was generated from."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import jinja2
from markupsafe import Markup, escape

from fpgaml.record.base import Fact
from fpgaml.report import checks, summary
from fpgaml.report.html.parts import Parts
from fpgaml.report.order import BUDGET, HEAD, NUMBERS, in_page_order
from fpgaml.report.section import Section, Subject
from fpgaml.report.sections import verdict
from fpgaml.report.sections.budget import LABELS as BUDGET_LABELS
from fpgaml.report.svg import palette
from fpgaml.report.words import by_code, clean


@dataclass(frozen=True)
class Chapter:
    """A section with its place in the page.

    Args:
        anchor: the end of its address, and what the names of its drawings begin with.
    """

    anchor: str
    title: str
    aside: str
    body: Markup


def html_report(subject: Subject) -> str:
    """The report on a project as one HTML file; the same subject gives the same text."""
    templates, judgement = _templates(), subject.judgement
    head, top, chapters = _chapters(subject, Parts(templates))
    return _page(
        templates,
        title=f"{subject.manifest.source.title} on {subject.manifest.board.name}",
        head=head,
        claim=verdict.claim(subject),
        reasons=verdict.reasons(subject),
        remark=verdict.remark(subject),
        budget=judgement and (judgement.place, BUDGET_LABELS[judgement.standing]),
        kinds=checks.kinds_of(subject.results.checks),
        top=top,
        chapters=chapters,
        manifest=_raw(subject.manifest),
        results=_raw(subject.results),
    )


def html_sections(title: str, sections: Sequence[Section]) -> str:
    """A page of titled sections alone, such as a comparison."""
    templates = _templates()
    parts = Parts(templates)
    chapters = []
    for place, section in enumerate(sections, 1):
        anchor = f"section-{place}"
        chapters.append(Chapter(anchor, section.title, section.aside, parts.section(section, anchor)))
    return _page(templates, title=title, head=Markup(), claim=None, top=(), chapters=chapters, manifest="")


def _templates() -> jinja2.Environment:
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("fpgaml.report.html", "."),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    templates.filters |= {"clean": clean, "text": _text}
    return templates


def _page(templates: jinja2.Environment, **content: object) -> str:
    """With the style sheet and the script, and a policy that lets nothing else run."""
    style, script = _style(templates), _source(templates, "script.js")
    policy = f"style-src {_csp_hash(style)}; script-src {_csp_hash(script)}"
    page = templates.get_template("page.jinja")
    return page.render(policy=policy, style=Markup(style), script=Markup(script), **content)


def _chapters(subject: Subject, parts: Parts) -> tuple[Markup, list[Chapter], list[Chapter]]:
    """The head of the page, what stands above the contents, and the others."""
    seen: Counter[str] = Counter()
    head = Markup()
    chapters: list[Chapter] = []
    for name, section in in_page_order(subject):
        seen[name] += 1
        anchor = f"section-{name.replace('_', '-')}" + (f"-{seen[name]}" if seen[name] > 1 else "")
        body = parts.cards(summary.headlines(subject)) if name == NUMBERS else parts.section(section, anchor)
        if name == HEAD:
            head += body
        elif section.title or not chapters:
            chapters.append(Chapter(anchor, section.title, section.aside, body))
        else:  # It goes on with the one before.
            chapters[-1] = replace(chapters[-1], body=chapters[-1].body + body)
    above = sum(name in seen for name in (BUDGET, NUMBERS))
    return head, chapters[:above], chapters[above:]


def _text(text: str) -> Markup:
    """Text from a file or of a section; what stands between backquotes, as code."""
    pieces = (
        Markup("<code>{}</code>").format(piece) if code else escape(piece) for piece, code in by_code(clean(text))
    )
    return Markup().join(pieces)


def _raw(fact: Fact) -> str:
    return json.dumps(fact.to_json(), indent=1, ensure_ascii=True)


def _style(templates: jinja2.Environment) -> str:
    """The style sheet with the colours that drawings take."""
    light, dark = palette.css(palette.LIGHT), palette.css(palette.DARK)
    drawings = f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    return drawings + _source(templates, "style.css")


def _source(templates: jinja2.Environment, name: str) -> str:
    assert templates.loader is not None
    return templates.loader.get_source(templates, name)[0]


def _csp_hash(text: str) -> str:
    """How a Content-Security-Policy names what stands in an element: https://www.w3.org/TR/CSP3/#match-element-to-source-list."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
