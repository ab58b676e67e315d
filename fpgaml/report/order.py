"""Sections in the order of a page: what a reader wants to know first, and at the end what everything was made from."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report import provenance, summary
from fpgaml.report.section import Section, Subject
from fpgaml.report.sections import named_sections

HEAD, BUDGET, NUMBERS = "project", "budget", "numbers"


def in_page_order(subject: Subject) -> Iterator[tuple[str, Section]]:
    """Each with a name that says where it is from; without the verdict, which a page begins with.

    HEAD comes first, BUDGET and NUMBERS next, where there are any.
    """
    named = [(name, section) for name, section in named_sections(subject) if name != "verdict"]
    for first in (HEAD, BUDGET):
        yield from (each for each in named if each[0] == first)
    headlines = summary.headlines(subject)
    if headlines:
        yield NUMBERS, Section("In numbers", [summary.headline_table(headlines)])
    yield from (each for each in named if each[0] not in (HEAD, BUDGET))
    yield "record", provenance.section(subject)
