"""What was claimed of the outputs for every input, and proved or broken."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.progress.running import duration
from fpgaml.report import monotonicity
from fpgaml.report.section import Cell, Line, Mark, Section, Subject, Table, Words, line

HEADER = ("claim", "", "how", "slope", "time")


def sections(subject: Subject) -> Iterator[Section]:
    """One row a claim; for each that is broken the input that breaks it."""
    claims = subject.results.monotonicity
    if not claims:
        return
    rows: list[tuple[Cell, ...]] = []
    more: list[Line] = []
    for claim in claims:
        label, how = monotonicity.LABELS[claim.standing], monotonicity.method(claim)
        rows.append((monotonicity.said(claim), label, how, monotonicity.slope(claim), duration(claim.seconds)))
        if claim.breach is not None:
            more.append(line(Words(monotonicity.breach(claim, claim.breach), Mark.BAD)))
        elif claim.note:
            more.append(line(Words(f"{monotonicity.said(claim)}: {claim.note}", Mark.DOUBTFUL)))
    about = (
        f"For each of the 2^{claims[0].space_bits:.4g} inputs that the Graph can have; slope: change of the output by "
        "change of the element. Of the Graph: firmware has it where it equals the Graph, as the checks show"
    )
    yield Section("Monotone outputs", [Table(rows, HEADER, right=(3, 4)), *more, line(about)])
