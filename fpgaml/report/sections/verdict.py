"""The last line: what may be claimed of the project as it is."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report import checks
from fpgaml.report.section import Cell, Gap, Mark, Section, Subject, Words, line
from fpgaml.report.words import counted


def sections(subject: Subject) -> Iterator[Section]:
    """One line; what was proved of other files is not claimed for edited ones."""
    found, edited = subject.results.checks, subject.edited
    reasons = "; ".join(checks.summary(check) for check in found) or "nothing was checked"
    kinds = checks.kinds_of(found)
    words: list[Cell] = [checks.VERDICTS[subject.verdict]]
    words.append(f": {reasons}{f' ({kinds})' if kinds else ''}")
    if edited and subject.made_now:
        words.append(Words(f". {counted(len(edited), 'file')} edited since the project was generated", Mark.DOUBTFUL))
    elif edited:
        advice = f"`{subject.manifest.settings.checks_edited}` checks the project as it is now"
        words.append(Words(f". {counted(len(edited), 'file')} edited since: {advice}", Mark.DOUBTFUL))
    yield Section("", [Gap(), line(*words, indented=False)])
