"""Files that changed since the project was generated."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report.section import Section, Subject, line
from fpgaml.report.words import FILES_SHOWN, counted


def sections(subject: Subject) -> Iterator[Section]:
    """The first few of them."""
    edited = subject.edited
    if not edited:
        return
    lines = [line(name) for name in edited[:FILES_SHOWN]]
    lines += [line(f"and {len(edited) - FILES_SHOWN} more")] if len(edited) > FILES_SHOWN else []
    yield Section(f"Edited since the project was generated: {counted(len(edited), 'file')}", lines)
