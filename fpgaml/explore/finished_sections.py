"""Designs that were made and measured, as a section of a report and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fpgaml.cost.calibration.pairs import RESOURCES
from fpgaml.explore.finish import Ended, own_errors
from fpgaml.record.base import Kind
from fpgaml.report.section import Cell, Part, Section, Table, line

TITLE = "The best designs, made"


def finished_section(ended: Sequence[Ended]) -> Section:
    """Expected beside measured, design by design; what failed; how far off this exploration's expectations were."""
    errors = own_errors(ended)
    shown = [name for name in RESOURCES if any(sum(each.pairs.get(name, (0.0, 0.0))) for each in ended)]
    header = ["design", "checks"]
    for name in shown:
        header += [f"{name.upper()}, expected", "measured"]
    judged = any(each.judgement for each in ended)
    rows = [_row(each, shown, judged=judged) for each in ended]
    header += ["budget"] if judged else []
    parts: list[Part] = [Table(rows, tuple(header), right=tuple(range(2, 2 + 2 * len(shown))))]
    parts += [line(f"design {each.wanted.number}: {each.failure}") for each in ended if each.failure]
    parts += [line(why) for why in dict.fromkeys(each.not_measured for each in ended) if why]
    tools = ", ".join(dict.fromkeys(each.tool for each in ended if each.tool))
    parts += [line(f"{name.upper()}: {error} ({tools})") for name, error in errors.items()]
    return Section(TITLE, parts, Kind.POST_SYNTHESIS if tools else "")


def _row(each: Ended, shown: Sequence[str], *, judged: bool) -> tuple[Cell, ...]:
    row: list[Cell] = [str(each.wanted.number), str(each.results.verdict) if each.results else "not made"]
    for name in shown:
        expected, measured = each.wanted.expected.get(name), each.measured.get(name)
        row += ["" if value is None else f"{round(value):,}" for value in (expected, measured)]
    if judged:
        row.append(str(each.judgement.standing) if each.judgement else "")
    return tuple(row)


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
        "expected": dict(each.wanted.expected),
        "measured": dict(each.measured),
        "tool": each.tool,
        "not_measured": each.not_measured,
        "budget": each.judgement.to_json() if each.judgement else None,
    }
