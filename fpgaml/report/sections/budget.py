"""How the project stands against a budget."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.budget.finding import Finding, Judgement, Standing
from fpgaml.report.section import Cell, Mark, Part, Section, Subject, Table, Words, line
from fpgaml.report.words import counted

LABELS = {
    Standing.MET: Words("MET", Mark.GOOD),
    Standing.OPEN: Words("OPEN", Mark.DOUBTFUL, strong=True),
    Standing.MISSED: Words("MISSED", Mark.BAD, strong=True),
}


def sections(subject: Subject) -> Iterator[Section]:
    """Nothing without a budget."""
    if subject.judgement is not None:
        yield budget_section(subject.judgement)


def budget_section(judgement: Judgement) -> Section:
    """Line by line: the limit, the number that decides, by how much, and where it is open what would decide it."""
    rows: list[tuple[Cell, ...]] = [
        (LABELS[each.standing], each.limit.text, "\n".join(_lines(each))) for each in judgement.lines
    ]
    parts: list[Part] = [Table(rows, ("", "limit", "found")), line(*_sum(judgement))]
    return Section("Budget", parts, judgement.place)


def _lines(finding: Finding) -> Iterator[str]:
    if finding.standing == Standing.OPEN:
        yield f"needs {finding.step}"
        if finding.number:
            yield f"so far {finding.found}"
    elif finding.found:
        yield finding.found
    if finding.margin:
        yield f"missed {finding.margin}" if finding.standing == Standing.MISSED else finding.margin
    if finding.why:
        yield finding.why
    if finding.limit.why:
        yield f"asked for: {finding.limit.why}"


def _sum(judgement: Judgement) -> tuple[Cell, ...]:
    standings = [each.standing for each in judgement.lines]
    missed, unmet = standings.count(Standing.MISSED), standings.count(Standing.OPEN)
    met = f": {standings.count(Standing.MET)} of {counted(len(standings), 'limit')} met"
    others = [text for count, text in ((missed, f"{missed} missed"), (unmet, f"{unmet} open")) if count]
    weak = "; estimates were accepted" if judgement.accept_estimates else ""
    return LABELS[judgement.standing], ", ".join([met, *others]), weak
