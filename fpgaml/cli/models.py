"""`fpgaml models`: the trigger tasks that come trained."""

from __future__ import annotations

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
    from rich.console import Console

    console = Console()
    for row in rows:
        console.print(f"[bold]{row['name']}[/]  {row['title']}", highlight=False)
        console.print(f"  data {row['data']}; board {row['board']}, {row['clock_mhz']:g} MHz", highlight=False)
        for network in row["networks"]:
            console.print(f"  {_line(network)}", highlight=False)
        console.print(f"  {row['page']}\n", highlight=False, soft_wrap=True)
    console.print("fpgaml convert NAME, fpgaml evaluate NAME, fpgaml train NAME", highlight=False)


def _facts(task: Any) -> dict[str, Any]:
    from fpgaml.budget.read import read_budget
    from fpgaml.tasks.evaluation import METRICS, read_metrics
    from fpgaml.tasks.table import shown

    budget = read_budget(task.folder / "budget.toml")
    networks = []
    for network in task.networks:
        facts: dict[str, Any] = {"name": f"{task.name}/{network.name}" if network.name else task.name}
        facts |= {
            "trained": network.quantised_file(task.weights).is_file(),
            "rtl": "streaming" if network.folds else "unrolled",
        }
        path = task.weights / network.folder / METRICS
        if path.is_file():
            content = read_metrics(path)
            row = next(row for row in task.rows(content["columns"]) if row.headline)
            facts["metric"] = row.title
            facts["measured"] = {
                content["titles"][name]: shown(row.values[name], row)
                for name in (task.baseline, "float", "graph")
                if name in row.values
            }
        networks.append(facts)
    return {
        "name": task.name,
        "title": task.title,
        "data": task.data_label,
        "board": budget.board,
        "clock_mhz": budget.clock_mhz,
        "networks": networks,
        "page": str(task.folder / "README.md"),
    }


def _line(network: dict[str, Any]) -> str:
    if not network["trained"]:
        return f"{network['name']}: not trained yet"
    if "metric" not in network:
        return f"{network['name']}: trained, not evaluated yet"
    measured = ", ".join(f"{title} {text}" for title, text in network["measured"].items())
    return f"{network['name']}: {network['metric']}: {measured}"
