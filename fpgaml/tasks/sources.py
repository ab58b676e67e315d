"""What a conversion starts from: a model file with the user's data, or a task that brings everything."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fpgaml.budget.budget import Budget
from fpgaml.budget.read import read_budget
from fpgaml.frontends.chain.files import Chain, ModelFile, chained, files_of
from fpgaml.progress import Progress
from fpgaml.record.manifest import ChosenBy
from fpgaml.rtl.dataflow.quantities import Span
from fpgaml.tasks.events import write_events
from fpgaml.tasks.registry import find_network
from fpgaml.tasks.task import Network, Task

ANY_BOARD = "alveo"


@dataclass(frozen=True)
class Sources:
    """A model with events to check it on.

    Args:
        model: the file, or several that follow each other; stem: what to call its project.
        data, labels: event files, or None.
        board, clock_mhz: what the task is for; None of a model file.
        brought: by target, settings that the task brings.
    """

    model: ModelFile
    stem: str
    data: Path | None
    labels: Path | None
    board: str | None = None
    clock_mhz: float | None = None
    brought: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def settings(self, target: str) -> Mapping[str, Any]:
        """What the task brings to a target's settings, by field."""
        return self.brought.get(target, {})

    def chosen_by(self, board: str | None) -> ChosenBy | None:
        """Who chose the board; None where the user asked for one."""
        if board is not None:
            return None
        return ChosenBy.TASK if self.board else ChosenBy.DEFAULT

    def place(self, board: str | None, clock_mhz: float | None) -> tuple[str, float | None]:
        """Board and clock: those asked for; else the task's board, with the task's clock on it."""
        chosen = board or self.board or ANY_BOARD
        return chosen, clock_mhz or (self.clock_mhz if chosen == self.board else None)


@contextmanager
def sources(
    model: ModelFile, data: Path | None, labels: Path | None, floating: bool, progress: Progress
) -> Iterator[Sources]:
    """Sources of a conversion; what a task makes vanishes when the block ends.

    Args:
        model: a file, or `TASK` or `TASK/NETWORK`; or several that follow each other.
        data, labels: as the user gave them; they come before what a task brings.
        floating: whether the float network is meant.

    Raises:
        FpgamlError: the task has no such network.
    """
    first, *rest = files_of(model)
    found = find_network(str(first))
    then = tuple(path for each in rest for path in _network_files(each, floating))
    keep = isinstance(model, Chain) and model.keep_outputs
    if found is None:
        chain = chained(first, then, keep_outputs=keep)
        yield Sources(chain, name_of(model)[0], data, labels)
        return
    task, network = found
    budget = read_budget(task.folder / "budget.toml")
    own = network.float_model(task.weights) if floating else network.quantised_model(task.weights)
    with tempfile.TemporaryDirectory(prefix="fpgaml-events-") as folder:
        if data is None:
            with progress.step(f"making {task.held_out_events:,} events of {task.name}"):
                # Answers and labels are of the network itself, not of what follows it.
                made = write_events(task, network, Path(folder), recorded=not (floating or then))
            data, labels = made.data, labels or (None if then else made.labels)
        stem, settings = name_of(model)[0], brought(task, network, budget)
        path, *more = files_of(own)
        chain = chained(path, (*more, *then), keep_outputs=keep or network.keep_outputs)
        yield Sources(chain, stem, data, labels, budget.board, budget.clock_mhz, settings)


def name_of(model: ModelFile) -> tuple[str, str | None]:
    """What a project of a model file or a task is called, and the board that a task is for."""
    if isinstance(model, Chain):
        names = [name_of(each) for each in model.files]
        return "_".join(name for name, _ in names), names[0][1]
    found = find_network(str(model))
    if found is None:
        return model.stem, None
    task, network = found
    return f"{task.name}_{network.name}".rstrip("_"), read_budget(task.folder / "budget.toml").board


def _network_files(model: Path, floating: bool) -> tuple[Path, ...]:
    """A file, or those of a task's network."""
    found = find_network(str(model))
    if found is None:
        return (model,)
    task, network = found
    return files_of(network.float_model(task.weights) if floating else network.quantised_model(task.weights))


def brought(task: Task, network: Network, budget: Budget) -> dict[str, Mapping[str, Any]]:
    """By target, what a task brings to its settings: of RTL that folds, the pace of the budget, whatever the clock."""
    if not network.folds:
        return dict(task.target_settings)
    latency = None if budget.latency_ns is None else Span(ns=budget.latency_ns)
    pace = {"rate": budget.rate, "max_latency": latency}
    return {**task.target_settings, "rtl": {name: value for name, value in pace.items() if value is not None}}
