"""A task's metrics side by side, for terminals and for pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fpgaml.tasks.task import Row, Task, Value


def shown(value: Value | None, row: Row) -> str:
    """`0.9971 ± 0.0003`, both errors where they differ, or why there is no number."""
    if value is None:
        return "-"
    if not value.finite:
        return value.text or "-"
    assert value.value is not None
    text = f"{value.value * row.scale:.{row.digits}f}"
    if value.low is None or value.high is None:
        return text
    down, up = ((end * row.scale) for end in (value.value - value.low, value.high - value.value))
    lower, upper = (f"{max(error, 0.0):.{row.digits}f}" for error in (down, up))
    return f"{text} ± {lower}" if lower == upper else f"{text} +{upper} -{lower}"


def markdown(task: Task, content: Mapping[str, Any]) -> str:
    """The table of an evaluation, ended by what is equal to what."""
    titles = content["titles"]
    lines = ["| | " + " | ".join(titles.values()) + " |", "|---" + "|--:" * len(titles) + "|"]
    for row in _shown_rows(task, content):
        title = f"**{row.title}**" if row.headline else row.title
        lines.append(f"| {title} | " + " | ".join(shown(row.values.get(name), row) for name in titles) + " |")
    lines += ["", f"{_events(content)} {_equal(content)}{_by(content)}", ""]
    return "\n".join(lines)


def print_table(console: Console, task: Task, content: Mapping[str, Any]) -> None:
    """The same on a terminal, where columns that are equal event by event stand as one."""
    titles = _merged(content)
    table = Table(box=None, pad_edge=False, title=Text(task.title, "bold"), title_justify="left")
    table.add_column("")
    for title in titles.values():
        table.add_column(title, justify="right", overflow="fold")
    for row in _shown_rows(task, content):
        cells = [shown(row.values.get(name), row) for name in titles]
        table.add_row(Text(row.title, "bold" if row.headline else ""), *cells)
    console.print(table)
    console.print(f"{_events(content)} {_equal(content)}{_by(content)}", highlight=False)
    for name, why in content["missing"].items():
        console.print(f"{name}: {why}", highlight=False)


def _shown_rows(task: Task, content: Mapping[str, Any]) -> list[Row]:
    """Rows that say something of some column."""
    return [row for row in task.rows(content["columns"]) if any(name in row.values for name in content["titles"])]


def _merged(content: Mapping[str, Any]) -> dict[str, str]:
    """Titles of the columns that differ; what equals the Graph everywhere is named with it."""
    titles = dict(content["titles"])
    for pair, found in content["equal"].items():
        graph, _, other = pair.partition(" = ")
        if not found["different"]:
            titles[graph] += f" = {titles.pop(other)}"
    return titles


def _events(content: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{name} {count:,}" for name, count in content["events"].items())
    return f"Test events ({content['data']}, seed {content['seed']}): {counts}."


def _by(content: Mapping[str, Any]) -> str:
    """Who computed what a Graph answers; evaluations from before that was written say nothing."""
    parts = [f" {content['titles'][name]}: by {who}." for name, who in content.get("by", {}).items()]
    return "".join(parts)


def _equal(content: Mapping[str, Any]) -> str:
    titles = content["titles"]
    parts = []
    for name, found in content["equal"].items():
        same = found["events"] - found["different"]
        first, _, other = name.partition(" = ")
        parts.append(f"{titles[other]} equals {titles[first]} on {same:,} of {found['events']:,} events")
    return "; ".join(parts) + "." if parts else ""
