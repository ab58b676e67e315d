"""Evaluates a task: projects made and proved, every column on the same test events, metrics, table, figure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.errors import CheckFailedError, FpgamlError
from fpgaml.files import file_sha256
from fpgaml.frontends.chain.files import ModelFile, files_of
from fpgaml.frontends.framework import framework_python
from fpgaml.progress import Progress
from fpgaml.record.files import update_results
from fpgaml.record.physics import Study
from fpgaml.report.png import write_figures
from fpgaml.report.sections.study import study_figures
from fpgaml.running.writing import check_folder
from fpgaml.tasks.own_scores import answers_itself, own_scores
from fpgaml.tasks.projects import ProjectMaker
from fpgaml.tasks.scoring import Scores, framework_scores, score
from fpgaml.tasks.study import study_of
from fpgaml.tasks.table import markdown
from fpgaml.tasks.task import Network, Sample, Task

FORMAT = "fpgaml-evaluation"
VERSION = 1
METRICS, TABLE = "metrics.json", "table.md"
NO_KERAS = "not scored: Keras is not installed, see `fpgaml doctor`"


@dataclass(frozen=True)
class Settings:
    """What to evaluate.

    Args:
        output: the folder to fill: projects, metrics.json, table.md, figure.png (without matplotlib SVG).
        weights: a folder that `fpgaml train` filled; None: the networks that come with the task.
        sample: the test events.
        rtl: whether RTL is made and simulated, where it fits.
        tflite: whether the float network becomes an int8 flatbuffer too, and firmware from that.
    """

    output: Path
    weights: Path | None = None
    sample: Sample = field(default_factory=Sample)
    rtl: bool = True
    tflite: bool = False


def evaluate(task: Task, network: Network, settings: Settings, progress: Progress) -> dict[str, Any]:
    """Evaluate one network of a task.

    Returns:
        What metrics.json holds.

    Raises:
        FpgamlError: files are missing or cannot be used.
        CheckFailedError: a firmware differs from the Graph, on a proof's events or on a test event.
    """
    weights = settings.weights or task.weights
    files = files_of(network.quantised_model(weights))
    for path in files:
        if not path.is_file():
            raise FpgamlError(str(path), "no such file", f"`fpgaml train {task.name}` makes it")
    task = task.judging(weights)
    check_folder(settings.output)
    if settings.sample.data is not None:  # a group's own file is read before the long work
        next(task.parts(settings.sample))
    settings.output.mkdir(parents=True, exist_ok=True)
    events = task.count(settings.sample)
    maker = ProjectMaker(task, network, weights, settings.output, settings.rtl, events, progress)
    groups = [maker.quantised()]
    if settings.tflite:
        groups.append(maker.integer())
    floating, missing = _floating(task, network, weights, settings.sample, progress)
    scores = score(task, groups, settings.sample, progress)
    scores.answers |= floating
    for (first, other), different in scores.different.items():
        if different:
            reason = f"{different} of {scores.events} test events differ between {first} and {other}"
            raise CheckFailedError(task.name, reason, "Tell us")
    with progress.step("physics metrics"):
        metrics = _metrics(task, scores)
    fixed = {column.name: column.title for group in groups for column in group.columns}
    order = _order(task, network, metrics, list(fixed))
    titles = {**task.titles, **fixed}
    content = {
        "format": FORMAT,
        "version": VERSION,
        "task": task.name,
        "network": network.name,
        "data": task.data_label if settings.sample.data is None else "a group's own",
        "events": {name: len(next(iter(answers.values()))) for name, answers in _by_set(scores).items()},
        "seed": settings.sample.seed,
        "models": {
            path.relative_to(weights / network.folder if len(files) == 1 else weights).as_posix(): file_sha256(path)
            for path in (*files, *files_of(network.float_model(weights)))
            if path.is_file()
        },
        "titles": {name: titles.get(name, name.replace("_", " ")) for name in order},
        "equal": {
            f"{first} = {other}": {"events": scores.events, "different": different}
            for (first, other), different in scores.different.items()
        },
        "by": {column.name: column.by() for group in groups for column in group.columns if column.by},
        "missing": missing,
        "columns": {name: metrics[name] for name in order},
    }
    with progress.step("drawing the figure"):
        study = _write(task, content, settings.output)
    for project in maker.projects:
        update_results(project, lambda results: results.with_study(study))
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


def _floating(
    task: Task, network: Network, weights: Path, sample: Sample, progress: Progress
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What the networks in floating point answer, by column, and why some do not."""
    files: dict[str, ModelFile] = {name: weights / file for name, file in network.others.items()}
    files["float"] = network.float_model(weights)
    there = {name: model for name, model in files.items() if all(path.is_file() for path in files_of(model))}
    own: dict[str, Path] = {}
    for name, model in there.items():
        if isinstance(model, Path) and answers_itself(model):
            own[name] = model
    of_framework = {name: model for name, model in there.items() if name not in own}
    found = own_scores(task, own, sample, progress)
    python = framework_python() if of_framework else None
    if python is not None:
        found |= framework_scores(python, task, of_framework, sample, progress)
    missing = {} if python is not None else dict.fromkeys(of_framework, NO_KERAS)
    return found, missing


def _metrics(task: Task, scores: Scores) -> dict[str, Mapping[str, Any]]:
    """By column; columns that answered every event alike share what was computed for the first of them."""
    equal = {other: first for (first, other), different in scores.different.items() if not different}
    found: dict[str, Mapping[str, Any]] = {}
    for name in scores.answers:
        first = equal.get(name)
        found[name] = found[first] if first else task.measure(scores.truth, scores.answers, name)
    return found


def _order(task: Task, network: Network, metrics: Mapping[str, Any], fixed: Sequence[str]) -> list[str]:
    """Baselines, then networks in floating point, then firmware."""
    floating = [name for name in (*network.others, "float") if name in metrics]
    baselines = [name for name in metrics if name not in (*floating, *fixed)]
    baselines.sort(key=lambda name: name != task.baseline)
    return [*baselines, *floating, *fixed]


def _by_set(scores: Scores) -> dict[str, dict[str, Any]]:
    sets: dict[str, dict[str, Any]] = {}
    for column, answers in scores.answers.items():
        for name, array in answers.items():
            sets.setdefault(name, {})[column] = array
    return sets


def _write(task: Task, content: Mapping[str, Any], folder: Path) -> Study:
    write_json(folder / METRICS, content)
    read = read_metrics(folder / METRICS)
    (folder / TABLE).write_text(markdown(task, read), encoding="utf-8")
    study = study_of(task, read)
    write_figures(list(study_figures(study)), folder)
    return study


def write_json(path: Path, content: Any) -> None:
    """Whole or not at all; lists of numbers, such as [value, error], stay on one line."""
    text = json.dumps(content, indent=1, default=_plain, allow_nan=False)
    text = re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), text) + "\n"
    draft = path.with_name(f"new_{path.name}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} in metrics")
