"""What was checked, and what each check came to."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report import checks
from fpgaml.report.section import Cell, Mark, Section, Subject, Table, Words, line


def sections(subject: Subject) -> Iterator[Section]:
    """One row a check."""
    found = subject.results.checks
    kinds, how = checks.kinds_of(found), subject.manifest.settings.how_to_check
    rows: list[tuple[Cell, Cell, Cell]] = []
    for check in found:
        kind = f" [{check.kind}]" if "," in kinds else ""
        rows.append((check.name + kind, checks.LABELS[check.status], "\n".join(checks.describe(check, how))))
        if check.input_rounding:
            apart = "\n".join(checks.describe_rounding(check))
            rows.append(("  input rounding", Words("APART", Mark.DOUBTFUL), apart))
    yield Section("Checks", [Table(rows) if rows else line("none")], kinds)
