"""Sections as Markdown for a merge request, as GitHub and GitLab show it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence

from fpgaml.report import checks
from fpgaml.report.order import BUDGET, NUMBERS, in_page_order
from fpgaml.report.section import Cell, Figure, Gap, Line, Mark, Part, Section, Subject, Table, Words
from fpgaml.report.sections import verdict
from fpgaml.report.words import by_code, clean

SHAPES = {Mark.GOOD: "\N{WHITE HEAVY CHECK MARK}", Mark.DOUBTFUL: "\N{WARNING SIGN}", Mark.BAD: "\N{CROSS MARK}"}
"""Before words that judge."""
ALWAYS_OPEN = (BUDGET, NUMBERS, "checks")
"""Sections that are shown whole however long they are."""
LONG = 8
"""Rows and lines from which a section is folded."""

_SPECIAL = re.compile(r"[\\`*\[\]|~$^]|(?<![^\W_])_|_(?![^\W_])|^(?:[#+-](?=[#\s-])|=)|(?<=^\d)[.)](?=\s)")
"""What Markdown, or an extension of it, may take for more than itself."""
_ACTIVE = re.compile(r"@|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
"""Where people are called, or a link begins; a comment in between keeps them apart."""


def markdown_report(subject: Subject) -> str:
    """The report on a project; verdict, budget and headline numbers come first."""
    blocks = [*_top(subject)]
    for name, section in in_page_order(subject):
        blocks += _section(section, name in ALWAYS_OPEN)
    return "\n\n".join(blocks) + "\n"


def markdown_sections(title: str, sections: Sequence[Section]) -> str:
    """Titled sections alone, such as a comparison; the first two are shown whole."""
    blocks = [f"## {escaped(title)}"]
    for place, section in enumerate(sections):
        blocks += _section(section, place < 2)
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """Text that is shown as it is; what stands between backquotes, as code."""
    return _coded(text, _plain)


def _coded(text: str, plain: Callable[[str], str]) -> str:
    return "".join(f"<code>{plain(piece)}</code>" if code else plain(piece) for piece, code in by_code(clean(text)))


def _plain(text: str) -> str:
    return _html(_SPECIAL.sub(r"\\\g<0>", text))


def _html(text: str) -> str:
    """For where Markdown has no meaning: in a line that begins with a tag."""
    indent = len(text) - len(text.lstrip(" "))
    shown = "&ensp;" * (indent // 2) + html.escape(text[indent:], quote=False)
    return _ACTIVE.sub(r"\g<0><!-- -->", shown).replace("\n", "<br>")


def _top(subject: Subject) -> Iterator[str]:
    manifest = subject.manifest
    yield f"## {_words(verdict.claim(subject))}: {escaped(manifest.source.title)} on {escaped(manifest.board.name)}"
    kinds, remark = checks.kinds_of(subject.results.checks), verdict.remark(subject)
    lines = [f"- {escaped(reason)}" for reason in verdict.reasons(subject)]
    lines += [f"- {_words(Words(remark, Mark.DOUBTFUL))}"] if remark else []
    yield "\n".join(lines)
    if kinds:
        yield f"({escaped(kinds)})"


def _section(section: Section, is_open: bool) -> Iterator[str]:
    if not section.parts:
        return
    body = [block for part in section.parts for block in _part(part)]
    aside = f"({section.aside})" if section.aside else ""
    if not section.title:
        yield from body
    elif is_open or sum(map(_length, section.parts)) < LONG:
        yield f"### {escaped(section.title)} {escaped(aside)}".rstrip()
        yield from body
    else:
        yield f"<details><summary><b>{_coded(section.title, _html)}</b> {_coded(aside, _html)}</summary>"
        yield from body
        yield "</details>"


def _part(part: Part) -> Iterator[str]:
    match part:
        case Table() if part.rows:
            if part.title:
                yield f"**{escaped(part.title)}**"
            yield _table(part)
        case Line():
            yield "".join(map(_words, part.words))
        case Figure() if part.shown_as_text:
            yield f"**{escaped(part.title)}**"
            for other in part.instead:
                yield from _part(other)
        case Gap() | Table() | Figure():
            pass


def _length(part: Part) -> int:
    if isinstance(part, Figure) and not part.shown_as_text:
        return 0
    if isinstance(part, Figure):
        return sum(map(_length, part.instead))
    return len(part.rows) if isinstance(part, Table) else int(isinstance(part, Line))


def _table(table: Table) -> str:
    """With a row of titles, which Markdown asks for; they may be empty."""
    columns = range(max(len(row) for row in table.rows))
    header = table.header or [""] * len(columns)
    rules = ["--:" if column in table.right else ":--" for column in columns]
    return "\n".join([_row(header), f"|{'|'.join(rules)}|", *map(_row, table.rows)])


def _row(cells: Sequence[Cell]) -> str:
    return f"| {' | '.join(map(_words, cells))} |"


def _words(cell: Cell) -> str:
    words = cell if isinstance(cell, Words) else Words(cell)
    shown = escaped(words.text)
    if words.strong and shown:
        shown = f"**{shown}**"
    return f"{SHAPES[words.mark]} {shown}" if words.mark in SHAPES and shown else shown
