"""The last line: what may be claimed of the project as it is."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report import checks, monotonicity
from fpgaml.report.section import Cell, Gap, Mark, Section, Subject, Words, line
from fpgaml.report.words import counted


def sections(subject: Subject) -> Iterator[Section]:
    """One line; what was proved of other files is not claimed for edited ones."""
    kinds = checks.kinds_of(subject.results.checks)
    words: list[Cell] = [claim(subject)]
    words.append(f": {'; '.join(reasons(subject))}{f' ({kinds})' if kinds else ''}")
    said = remark(subject)
    words += [Words(f". {said}", Mark.DOUBTFUL)] if said else []
    yield Section("", [Gap(), line(*words, indented=False)])


def claim(subject: Subject) -> Words:
    """Its first words."""
    return checks.VERDICTS[subject.verdict]


def reasons(subject: Subject) -> list[str]:
    """What each check came to."""
    found = [checks.summary(check) for check in subject.results.checks] or ["nothing was checked"]
    return [*found, *monotonicity.summaries(subject.results.monotonicity)]


def remark(subject: Subject) -> str:
    """Which files it is not of, and what to do about that; empty where it is of all of them as generated."""
    edited = subject.edited
    if edited and subject.made_now:
        return f"{counted(len(edited), 'file')} edited since the project was generated"
    if edited:
        advice = f"`{subject.manifest.settings.checks_edited}` checks the project as it is now"
        return f"{counted(len(edited), 'file')} edited since: {advice}"
    return ""
