"""Designs that were made and measured, as a section of a report and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fpgaml.budget.finding import Standing
from fpgaml.cost.calibration.pairs import RESOURCES
from fpgaml.explore.finish import Ended, Wanted, own_errors
from fpgaml.record.base import Kind
from fpgaml.record.results import Results
from fpgaml.record.verdict import Status, Verdict
from fpgaml.report.checks import LABELS, describe
from fpgaml.report.section import Cell, Mark, Part, Section, Table, Words, line

TITLE = "The best designs, made"


def finished_section(ended: Sequence[Ended], how_chosen: str = "") -> Section:
    """Expected beside measured, design by design; what failed; how far off this exploration's expectations were.

    Args:
        how_chosen: which designs were made, in words.
    """
    errors = own_errors(ended)
    shown = [name for name in RESOURCES if any(sum(each.pairs.get(name, (0.0, 0.0))) for each in ended)]
    header = ["design", "checks"]
    for name in shown:
        header += [f"{name.upper()}, expected", "measured"]
    judged = any(each.judgement for each in ended)
    rows = [_row(each, shown, judged=judged) for each in ended]
    header += ["budget"] if judged else []
    parts: list[Part] = [Table(rows, tuple(header), right=tuple(range(2, 2 + 2 * len(shown))))]
    parts += [line(how_chosen)] if how_chosen else []
    parts += [line(f"design {each.wanted.number}: {each.failure}") for each in ended if each.failure]
    parts += _checks(ended)
    parts += _budget(ended)
    parts += [line(why) for why in dict.fromkeys(each.not_measured for each in ended) if why]
    tools = ", ".join(dict.fromkeys(each.tool for each in ended if each.tool))
    parts += [line(f"{name.upper()}: {error} ({tools})") for name, error in errors.items()]
    return Section(TITLE, parts, Kind.POST_SYNTHESIS if tools else "")


def _row(each: Ended, shown: Sequence[str], *, judged: bool) -> tuple[Cell, ...]:
    row: list[Cell] = [str(each.wanted.number), _found(each.results)]
    for name in shown:
        expected, measured = each.wanted.expected.get(name), each.measured.get(name)
        row += ["" if value is None else f"{round(value):,}" for value in (expected, measured)]
    if judged:
        row.append(str(each.judgement.standing) if each.judgement else "")
    return tuple(row)


def _found(results: Results | None) -> Words:
    """What all checks came to: whether they are a proof stands below, check by check."""
    if results is None:
        return Words("not made", Mark.BAD)
    return {
        Verdict.PROVED: Words("all EXACT", Mark.GOOD),
        Verdict.NOT_FULLY_PROVED: Words("none FAILED", Mark.PLAIN),
        Verdict.FAILED: Words("FAILED", Mark.BAD),
    }[results.verdict]


def _checks(ended: Sequence[Ended]) -> Iterator[Part]:
    """What was proved of each design, what was measured in place of a proof, and what nobody looked at."""
    rows: list[tuple[Cell, ...]] = []
    undone: dict[str, list[Wanted]] = {}
    for each in ended:
        for check in each.results.checks if each.results else ():
            if check.status == Status.NOT_CHECKED:
                undone.setdefault(f"{check.name}: NOT CHECKED. {check.note}", []).append(each.wanted)
            else:
                label, *rest = LABELS[check.status], *describe(check, "")[:1]
                rows.append((str(each.wanted.number), check.name, label, *rest))
    if rows:
        yield Table(rows, ("design", "check", "", "found"), title="Checks of the made designs")
    if any(check.status == Status.DISTANCE for each in ended if each.results for check in each.results.checks):
        yield line("DISTANCE: a design rounds more than the network as it came; they are not meant to be equal")
    for text, wanted in undone.items():
        numbers = ", ".join(str(each.number) for each in wanted)
        place = "/".join(wanted[0].project.parts[-3:])
        yield line(f"design{'s' if len(wanted) > 1 else ''} {numbers}: {text} (PROJECT: {place})")


def _budget(ended: Sequence[Ended]) -> Iterator[Part]:
    """Lines of the budget that are not met."""
    for each in ended:
        for found in each.judgement.lines if each.judgement else ():
            if found.standing is not Standing.MET:
                yield line(f"design {each.wanted.number}: {found.text}")


def finished_json(ended: Sequence[Ended]) -> dict[str, Any]:
    """The same for front.json."""
    return {
        "designs": [_design(each) for each in ended],
        "errors": {
            name: {"typical": error.typical, "most": error.most, "bias": error.bias, "designs": error.designs}
            for name, error in own_errors(ended).items()
        },
    }


def _design(each: Ended) -> dict[str, Any]:
    return {
        "design": each.wanted.number,
        "project": each.wanted.project.name,
        "failure": each.failure,
        "verdict": each.results.verdict if each.results else None,
        "checks": {check.name: check.status for check in each.results.checks} if each.results else {},
        "expected": dict(each.wanted.expected),
        "measured": dict(each.measured),
        "tool": each.tool,
        "not_measured": each.not_measured,
        "budget": each.judgement.to_json() if each.judgement else None,
    }
