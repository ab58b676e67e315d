"""A comparison as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fpgaml.report.compare.facts import facts_of
from fpgaml.report.compare.numbers import Row, rows_of
from fpgaml.report.compare.pareto import Front, fronts
from fpgaml.report.section import Subject


def comparison_json(subjects: Mapping[str, Subject]) -> dict[str, Any]:
    """Everything that the sections say, and the numbers that are equal too."""
    facts, rows = facts_of(subjects), rows_of(subjects)
    return {
        "projects": {
            name: {
                "verdict": subject.verdict,
                "passed": subject.passed,
                "edited": list(subject.edited),
                "budget": subject.judgement.to_json() if subject.judgement else None,
            }
            for name, subject in subjects.items()
        },
        "differences": [{"what": fact.title, "values": fact.values} for fact in facts if fact.differs],
        "equal": [
            {"what": fact.title, "value": next(iter(fact.values.values()))} for fact in facts if not fact.differs
        ],
        "numbers": [_number(row) for row in rows],
        "fronts": [_front(front) for front in fronts(rows)],
    }


def _number(row: Row) -> dict[str, Any]:
    base = next(iter(row.values))
    return {
        "what": row.what,
        "title": row.title,
        "kind": row.kind,
        "values": {name: number.to_json() for name, number in row.values.items()},
        "comparable": row.comparable,
        "best": list(row.best),
        "change_percent": {name: row.change(name, base) for name in row.values if name != base},
        "remark": row.remark,
    }


def _front(front: Front) -> dict[str, Any]:
    return {
        "x": {"title": front.x.title, "kind": front.x.kind},
        "y": {"title": front.y.title, "kind": front.y.kind},
        "points": [{"name": each.name, "x": each.x, "y": each.y, "on_front": each.on_front} for each in front.places],
    }
