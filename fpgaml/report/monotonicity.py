"""Claims of the record in words."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.record.monotonicity import Breach, ClaimStatus, Direction, Method, Monotonicity, place
from fpgaml.report.section import Mark, Words

LABELS = {
    ClaimStatus.PROVED: Words("PROVED", Mark.GOOD),
    ClaimStatus.BROKEN: Words("BROKEN", Mark.BAD, strong=True),
    ClaimStatus.NOT_PROVED: Words("NOT PROVED", Mark.DOUBTFUL),
}
"""What is known of a claim, as one or two words."""
GOES = {Direction.NON_DECREASING: "never falls", Direction.NON_INCREASING: "never rises"}


def said(claim: Monotonicity) -> str:
    """What is claimed."""
    return f"{claim.output} {GOES[claim.direction]} with {claim.element}"


def summaries(claims: Sequence[Monotonicity]) -> list[str]:
    """All claims, those together that differ in the element alone, for the verdict."""
    together: dict[tuple[ClaimStatus, str], list[str]] = {}
    for claim in claims:
        together.setdefault((claim.standing, f"{claim.output} {GOES[claim.direction]}"), []).append(claim.element)
    return [f"{goes} with {', '.join(elements)}: {standing}" for (standing, goes), elements in together.items()]


def method(claim: Monotonicity) -> str:
    """How it is known, and how much was looked at."""
    if claim.method is Method.INTERVALS:
        return f"intervals, {claim.looked:,} {'box' if claim.looked == 1 else 'boxes'}"
    return f"exhaustion, {claim.looked:,} inputs run"


def slope(claim: Monotonicity) -> str:
    """Bounds of the slope; empty where there are none."""
    if claim.least_slope is None or claim.most_slope is None:
        return ""
    return f"{claim.least_slope:.6g} to {claim.most_slope:.6g}"


def breach(claim: Monotonicity, found: Breach) -> str:
    """The two inputs, and what comes out."""
    values = ", ".join(
        f"{each.input}[{', '.join(map(str, each.index))}] = {each.value:.10g}" for each in found.elements
    )
    output = place(claim.output, found.output_index)
    went = f"{output} goes from {found.before:.10g} to {found.after:.10g} as {claim.element} takes one step up"
    return f"{went}, at {values or 'zero everywhere'}"
