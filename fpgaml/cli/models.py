"""`fpgaml models`: the trigger tasks that come trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer


def models(json_output: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """List the trigger tasks, whose data and trained networks `convert`, `train` and `evaluate` know by name."""
    from fpgaml.tasks import find_task, task_names

    rows = [_facts(find_task(name)) for name in task_names()]
    if json_output:
        import json

        typer.echo(json.dumps(rows, indent=2))
        return
    _print(rows)


VALUES = ("baseline", "float", "quantised")


def _print(rows: list[dict[str, Any]]) -> None:
    """By experiment; a line of numbers for each network, under those of the first line."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    width = max(len(network["name"]) for row in rows for network in row["networks"])
    console.print(_line("", VALUES, width), style="dim")
    for experiment, task in sorted((row["experiment"], number) for number, row in enumerate(rows)):
        row = rows[task]
        metric = next((f", judged by {one['metric']}" for one in row["networks"] if "metric" in one), "")
        console.print(f"[bold]{experiment}[/]  {row['title']}")
        console.print(f"  {row['data']} data, {row['board']} at {row['clock_mhz']:g} MHz{metric}", style="dim")
        for network in row["networks"]:
            console.print(_line(network["name"], _judged(network), width))
    pages = str(Path(rows[0]["page"]).parents[1] / "NAME" / "README.md") if rows else ""
    console.print(f"\nA task's page: {pages}")
    console.print("fpgaml convert NAME, fpgaml evaluate NAME, fpgaml train NAME")


def _line(name: str, values: Sequence[str], width: int) -> str:
    return f"  {name:{width}}" + "".join(f"  {value:16}" for value in values)


def _judged(network: dict[str, Any]) -> list[str]:
    """The numbers of baseline, float and quantised network, or why there are none."""
    if not network["trained"]:
        return ["not trained yet"]
    if "metric" not in network:
        return ["trained, not evaluated yet"]
    return [network["numbers"].get(column, "-") for column in ("baseline", "float", "graph")]


def _facts(task: Any) -> dict[str, Any]:
    from fpgaml.budget.read import read_budget
    from fpgaml.frontends.chain.files import files_of
    from fpgaml.tasks.evaluation import METRICS, read_metrics
    from fpgaml.tasks.table import shown

    budget = read_budget(task.folder / "budget.toml")
    networks = []
    for network in task.networks:
        facts: dict[str, Any] = {"name": f"{task.name}/{network.name}" if network.name else task.name}
        facts |= {
            "trained": all(path.is_file() for path in files_of(network.quantised_model(task.weights))),
            "rtl": "streaming" if network.folds else "unrolled",
        }
        path = task.weights / network.folder / METRICS
        if path.is_file():
            content = read_metrics(path)
            row = next(row for row in task.rows(content["columns"]) if row.headline)
            facts["metric"] = row.title
            columns = {"baseline": task.baseline, "float": "float", "graph": "graph"}
            there = {role: name for role, name in columns.items() if name in row.values}
            facts["numbers"] = {role: shown(row.values[name], row) for role, name in there.items()}
            facts["measured"] = {content["titles"][name]: facts["numbers"][role] for role, name in there.items()}
        networks.append(facts)
    return {
        "name": task.name,
        "title": task.title,
        "experiment": task.experiment,
        "data": task.data_label,
        "board": budget.board,
        "clock_mhz": budget.clock_mhz,
        "networks": networks,
        "page": str(task.folder / "README.md"),
    }
