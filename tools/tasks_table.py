"""Prints all trigger tasks as two Markdown tables, from what is committed: `python tools/tasks_table.py [--write]`.

Metrics are those of each task's metrics.json, shapes those of the golden vectors, latency and resources those of
firmware_projects/TASK/numbers.json. With --write the tables replace those in docs/tasks.md, which a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from firmware_projects import build, measure  # noqa: E402
from fpgaml.budget.read import read_budget  # noqa: E402
from fpgaml.tasks import Network, Task, find_task, task_names  # noqa: E402
from fpgaml.tasks.evaluation import METRICS, read_metrics  # noqa: E402
from fpgaml.tasks.table import shown  # noqa: E402

PAGE = ROOT / "docs" / "tasks.md"
BEGIN, END = "<!-- tasks -->", "<!-- end -->"
ASKED = ("task", "experiment", "data", "input", "board, clock", "a result every", "latency", "logic")
JUDGED = ("task", "judged by", "baseline", "float", "quantised", "events where firmware = Graph")


def table() -> str:
    """A line for each network: what it must do and what it takes; how it is judged."""
    found = [(task, network) for task in map(find_task, task_names()) for network in task.networks]
    parts = ((ASKED, [_asked(*one) for one in found]), (JUDGED, [_judged(*one) for one in found]))
    return "\n".join(_lines(header, rows) for header, rows in parts)


def _lines(header: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def page() -> str:
    """docs/tasks.md with the table of now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table()}\n{END}{rest.partition(END)[2]}"


def _name(task: Task, network: Network) -> str:
    return f"{task.name}/{network.name}" if network.name else task.name


def _link(task: Task, network: Network) -> str:
    return f"[`{_name(task, network)}`](../models/{task.name}/README.md)"


def _asked(task: Task, network: Network) -> list[str]:
    name, budget = _name(task, network), read_budget(task.folder / "budget.toml")
    numbers = _numbers(task, name)
    return [
        _link(task, network),
        task.experiment,
        task.data_label,
        _input(task, name),
        f"{budget.board}, {budget.clock_mhz:g} MHz",
        _every(numbers),
        _latency(numbers),
        _logic(numbers),
    ]


def _judged(task: Task, network: Network) -> list[str]:
    content = read_metrics(task.weights / network.folder / METRICS)
    row = next(row for row in task.rows(content["columns"]) if row.headline)
    values = [shown(row.values.get(column), row) for column in (task.baseline, "float", "graph")]
    return [_link(task, network), row.title, *values, _equal(content)]


def _numbers(task: Task, name: str) -> dict[str, Any]:
    """What was measured of the network's last project that has numbers, by what (and unit, of what is counted in time).

    Numbers of a project whose network changed since are left out.
    """
    manifest, _ = build.recorded(task.name)
    found: dict[str, Any] = {}
    for project, entry in measure.stored(task.name).items():
        held = manifest["projects"].get(project)
        if (
            held is None
            or held["graph_sha256"] != entry["graph_sha256"]
            or build.projects(task.name)[project][1] != name
        ):
            continue
        found = {key: number for number in entry["numbers"] for key in (number["what"], _key(number))}
    return found


def _key(number: Mapping[str, Any]) -> str:
    return f"{number['what']} {number['unit']}"


def _every(numbers: Mapping[str, Any]) -> str:
    number = numbers.get("initiation_interval cycles")
    return "-" if number is None else "cycle" if number["value"] == 1 else f"{number['value']:,g} cycles"


def _latency(numbers: Mapping[str, Any]) -> str:
    """In the unit that leaves one to three digits before the point."""
    number = numbers.get("latency ns")
    if number is None:
        return "-"
    factor, unit = next(
        one for one in ((1e6, "ms"), (1e3, "µs"), (1.0, "ns")) if number["value"] >= one[0] or one[0] == 1
    )
    return f"{number['value'] / factor:.4g} {unit}"


def _logic(numbers: Mapping[str, Any]) -> str:
    there = [numbers[what] for what in ("lut", "dsp", "bram") if numbers.get(what, {}).get("value")]
    return ", ".join(f"{one['value']:,.0f} {_short(one['unit'])}" for one in there) or "-"


def _short(unit: str) -> str:
    """What is counted, in a word: LUT6 and ALM are different things, generations of DSP blocks are not here."""
    words = {"LUT6": "LUT", "block RAM of 18 kbit": "BRAM18"}
    return words.get(unit, "DSP" if "DSP" in unit else unit)


def _input(task: Task, name: str) -> str:
    """Shapes of a network's inputs, of its golden vectors."""
    manifest, vectors = build.recorded(task.name)
    of_network = (project for project in manifest["projects"] if build.projects(task.name)[project][1] == name)
    project = next(of_network, None)
    if project is None:
        return "-"
    golden = manifest["projects"][project]["golden"]
    keys = [key for key in vectors if key.startswith(f"{golden}/input/") and not key.endswith("/fractional")]
    return ", ".join(" × ".join(map(str, np.shape(vectors[key])[1:])) for key in keys)


def _equal(content: Mapping[str, Any]) -> str:
    counts = {content["titles"][pair.partition(" = ")[2]]: found for pair, found in content["equal"].items()}
    return ", ".join(f"{title} {found['events'] - found['different']:,}" for title, found in counts.items())


def main() -> None:
    """Print it, or write it."""
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(table())


if __name__ == "__main__":
    main()
