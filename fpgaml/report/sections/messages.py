"""What the target's tools said."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report.section import Section, Subject, line


def sections(subject: Subject) -> Iterator[Section]:
    """Warnings; everything if that is wanted."""
    said = [text for text in subject.manifest.messages if subject.everything or "warning" in text.lower()]
    if said:
        yield Section(f"{subject.manifest.settings.speaker} said", [line(text) for text in said])
