"""Evaluates a task: projects made and proved, every column on the same test events, metrics, table, figure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.conversion import Request, convert
from fpgaml.errors import CheckFailedError, FpgamlError
from fpgaml.frontends.framework import framework_python
from fpgaml.graph.serial import read_graph
from fpgaml.hls.target import HlsTarget
from fpgaml.progress import Progress
from fpgaml.proof.stored import file_sha256
from fpgaml.rtl.shell import ShellKind
from fpgaml.rtl.target import RtlTarget
from fpgaml.target import Target
from fpgaml.tasks.budget import read_budget
from fpgaml.tasks.columns import Column, csim_column, graph_column, rtl_column
from fpgaml.tasks.events import write_events
from fpgaml.tasks.scoring import Scores, framework_scores, score
from fpgaml.tasks.table import markdown
from fpgaml.tasks.task import Network, Sample, Task

FORMAT = "fpgaml-evaluation"
VERSION = 1
METRICS, TABLE, FIGURE = "metrics.json", "table.md", "figure.png"
NO_KERAS = "not scored: Keras is not installed, see `fpgaml doctor`"


@dataclass(frozen=True)
class Settings:
    """What to evaluate.

    Args:
        weights: a folder that `fpgaml train` filled; None: the networks that come with the task.
        sample: the test events.
        output: the folder to fill: hls/, rtl/, metrics.json, table.md, figure.png.
        rtl: whether RTL is made and simulated, where it fits.
    """

    output: Path
    weights: Path | None = None
    sample: Sample = field(default_factory=Sample)
    rtl: bool = True


def evaluate(task: Task, network: Network, settings: Settings, progress: Progress) -> dict[str, Any]:
    """Evaluate one network of a task.

    Returns:
        What metrics.json holds.

    Raises:
        FpgamlError: files are missing or cannot be used.
        CheckFailedError: a firmware differs from the Graph, on a proof's events or on a test event.
    """
    weights = settings.weights or task.weights
    model = network.quantised_file(weights)
    settings.output.mkdir(parents=True, exist_ok=True)
    projects = _projects(task, network, model, settings, progress)
    graph = read_graph(projects["hls"])
    columns: list[Column] = [graph_column(graph), csim_column(projects["hls"], progress)]
    if "rtl" in projects:
        columns.append(rtl_column(projects["rtl"], progress))
    floating = _floating(task, network, weights, settings.sample, progress)
    scores = score(task, graph, columns, settings.sample, progress)
    scores.answers |= floating
    for name, different in scores.different.items():
        if different:
            raise CheckFailedError(
                task.name, f"{different} of {scores.events} test events differ between Graph and {name}", "Tell us"
            )
    with progress.step("physics metrics"):
        metrics = _metrics(task, scores, [column.name for column in columns])
    order = _order(task, network, metrics, [column.name for column in columns])
    content = {
        "format": FORMAT,
        "version": VERSION,
        "task": task.name,
        "network": network.name,
        "data": task.data_label if settings.sample.data is None else "a group's own",
        "events": {name: len(next(iter(answers.values()))) for name, answers in _by_set(scores).items()},
        "seed": settings.sample.seed,
        "models": {path.name: file_sha256(path) for path in (model, network.float_file(weights)) if path.is_file()},
        "titles": {name: _title(name, columns) for name in order},
        "equal": {
            f"graph = {name}": {"events": scores.events, "different": different}
            for name, different in scores.different.items()
        },
        "missing": {} if floating else {"float": NO_KERAS},
        "columns": {name: metrics[name] for name in order},
    }
    _write(task, content, settings.output)
    return content


def read_metrics(path: Path) -> dict[str, Any]:
    """A metrics.json that an evaluation wrote.

    Raises:
        FpgamlError: there is none, or it is something else.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", "Run `fpgaml evaluate` again") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT or content.get("version") != VERSION:
        raise FpgamlError(str(path), "holds no evaluation of this version", "Run `fpgaml evaluate` again")
    return content


def _projects(task: Task, network: Network, model: Path, settings: Settings, progress: Progress) -> dict[str, Path]:
    """Convert and prove what the columns need."""
    if not model.is_file():
        raise FpgamlError(str(model), "no such file", f"`fpgaml train {task.name}` makes it")
    budget = read_budget(task.folder / "budget.toml")
    events = write_events(task, network, settings.output / "events", settings.weights)
    targets: dict[str, Target] = {"hls": HlsTarget()}
    if settings.rtl and network.unrolls:
        targets["rtl"] = RtlTarget(shell=ShellKind.NATIVE)
    projects = {}
    for name, target in targets.items():
        request = Request(
            board=budget.board,
            output=settings.output / name,
            clock_mhz=budget.clock_mhz,
            target=target,
            data=events.data,
            labels=events.labels,
        )
        conversion = convert(model, request, progress)
        if not conversion.proved:
            raise CheckFailedError(str(conversion.folder), "a check of the conversion failed", "See `fpgaml report`")
        projects[name] = conversion.folder
    return projects


def _floating(
    task: Task, network: Network, weights: Path, sample: Sample, progress: Progress
) -> dict[str, dict[str, Any]]:
    """What the float networks answer; empty without Keras."""
    python = framework_python()
    if python is None:
        return {}
    files = {name: weights / file for name, file in network.others.items()} | {"float": network.float_file(weights)}
    there = {name: path for name, path in files.items() if path.is_file()}
    return framework_scores(python, task, there, sample, progress) if there else {}


def _metrics(task: Task, scores: Scores, fixed: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """By column; columns that answered every event alike share what was computed for the first of them."""
    found: dict[str, Mapping[str, Any]] = {}
    for name in scores.answers:
        equal = name in fixed[1:] and scores.different[name] == 0
        found[name] = found[fixed[0]] if equal else task.measure(scores.truth, scores.answers, name)
    return found


def _order(task: Task, network: Network, metrics: Mapping[str, Any], fixed: Sequence[str]) -> list[str]:
    """Baselines, then networks in floating point, then firmware."""
    floating = [name for name in (*network.others, "float") if name in metrics]
    baselines = [name for name in metrics if name not in (*floating, *fixed)]
    baselines.sort(key=lambda name: name != task.baseline)
    return [*baselines, *floating, *fixed]


def _title(name: str, columns: Sequence[Column]) -> str:
    return next((column.title for column in columns if column.name == name), name.replace("_", " "))


def _by_set(scores: Scores) -> dict[str, dict[str, Any]]:
    sets: dict[str, dict[str, Any]] = {}
    for column, answers in scores.answers.items():
        for name, array in answers.items():
            sets.setdefault(name, {})[column] = array
    return sets


def _write(task: Task, content: Mapping[str, Any], folder: Path) -> None:
    text = json.dumps(content, indent=1, default=_plain, allow_nan=False) + "\n"
    (folder / METRICS).write_text(text, encoding="utf-8")
    read = json.loads(text)
    (folder / TABLE).write_text(markdown(task, read), encoding="utf-8")
    task.draw(read["columns"], folder / FIGURE)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} in metrics")
