"""A task's evaluation as the record of its projects holds it: table and panels, in the task's own terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fpgaml.record.physics import Column, ColumnRole, Study, StudyRow, StudyValue
from fpgaml.tasks.table import shown
from fpgaml.tasks.task import Row, Task

ROLES = {"float": ColumnRole.FLOAT, "graph": ColumnRole.FIXED} | dict.fromkeys(
    ("csim", "rtl", "tflite", "tflite_csim", "tflite_rtl"), ColumnRole.HARDWARE
)
"""Of the columns that every evaluation has; others are conventional algorithms, or networks to compare with."""


def study_of(task: Task, content: Mapping[str, Any]) -> Study:
    """The study of an evaluation.

    Args:
        content: of metrics.json.
    """
    names = {**content["titles"], **{key: t for key, t in task.figure_titles.items() if key in content["titles"]}}
    total = sum(content["events"].values())
    equal = {}
    for pair, found in content["equal"].items():
        first, _, other = pair.partition(" = ")
        if not found["different"]:
            equal[other] = first
    columns = tuple(
        Column(
            key=key,
            role=ROLES.get(key, ColumnRole.BASELINE),
            title=title,
            tool=content.get("by", {}).get(key, ""),
            events=total,
            equal_to=equal.get(key, ""),
        )
        for key, title in names.items()
    )
    metrics = content["columns"]
    return Study(
        task=content["task"],
        network=content["network"],
        data=content["data"],
        seed=content["seed"],
        events=content["events"],
        columns=columns,
        rows=tuple(_row(row, names) for row in task.rows(metrics) if any(name in row.values for name in names)),
        panels=tuple(task.panels({key: metrics[key] for key in task.figure_titles if key in metrics})),
    )


def _row(row: Row, columns: Mapping[str, str]) -> StudyRow:
    values = {}
    for key in columns:
        value = row.values.get(key)
        if value is None:
            continue
        ends = (value.value, value.low, value.high) if value.finite else (None, None, None)
        number, low, high = (None if end is None else end * row.scale for end in ends)
        values[key] = StudyValue(text=shown(value, row), value=number, low=low, high=high)
    return StudyRow(title=row.title, headline=row.headline, values=values)
