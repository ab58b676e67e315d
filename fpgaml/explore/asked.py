"""An exploration as a user asks for it, by names and texts, from the request to the filled folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fpgaml.budget.budget import Budget
from fpgaml.budget.read import read_budget
from fpgaml.checking import Checking
from fpgaml.cluster.workers import Local, Workers
from fpgaml.explore import folder
from fpgaml.explore.asking import import_optuna
from fpgaml.explore.costing import INTERVALS, OfTarget, is_file
from fpgaml.explore.exploration import Exploration, explore
from fpgaml.explore.making import make
from fpgaml.explore.objectives import Objective, read_objectives
from fpgaml.explore.request import Request
from fpgaml.explore.search import Effort
from fpgaml.explore.space import Value
from fpgaml.frontends.chain.files import one_file
from fpgaml.progress import Progress
from fpgaml.tasks.registry import find_network
from fpgaml.tasks.sources import Sources, name_of, sources
from fpgaml.tasks.task import Task


@dataclass(frozen=True)
class Asked:
    """What a user says.

    Args:
        model: a file, or a task's name; output: None: a folder of the model's name.
        data_axes: a transposition; events: at most so many, or how many of a task designs are chosen by.
        objectives: names, none: the usual ones; folding: by key of fpgaml.yaml, what is chosen from.
        board_names, clocks, part: none: the task's, or the usual one.
        budget: read already; None: the task's own where a task's events judge.
        finish: how many of the best are made; floating: a task's float network.
        lasting: whether the files of events are there later, so that designs' files may name them.
    """

    model: Path
    output: Path | None = None
    data: Path | None = None
    labels: Path | None = None
    data_axes: tuple[int, ...] | None = None
    events: int | None = None
    objectives: tuple[str, ...] = ()
    target: str = "rtl"
    board_names: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    part: str | None = None
    folding: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    vary: tuple[str, ...] = ()
    input_types: tuple[str, ...] = ()
    budget: Budget | None = None
    trials: int = 200
    seconds: float | None = None
    seed: int = 1
    workers: Workers = field(default_factory=Local)
    finish: int = 3
    floating: bool = False
    lasting: bool = True

    @property
    def folder(self) -> Path:
        """That is filled."""
        return self.output or Path(f"{name_of(self.model)[0]}_explored")


def explore_into(asked: Asked, progress: Progress) -> Exploration:
    """Search, make the best few, and fill the folder.

    Raises:
        FpgamlError: bad input, or no design keeps to the budget.
    """
    import_optuna()
    folder.check_folder(asked.folder)
    named = find_network(str(asked.model))
    task = named[0] if named and asked.data is None else None
    with sources(asked.model, asked.data, asked.labels, asked.floating, progress) as found_sources:
        request = _request(asked, task, found_sources)
        model = one_file(found_sources.model, "fpgaml explore")
        found = explore(model, request, progress)
        folder.write_recipes(found, request)
        found = replace(found, made=make(found, request, asked.finish, progress))
    folder.write(found, asked.folder, f"{name_of(asked.model)[0]}, explored")
    return found


def _request(asked: Asked, task: Task | None, found: Sources) -> Request:
    objectives = read_objectives(asked.objectives or _usual(task, found))
    budget = asked.budget
    if budget is None and task is not None:
        budget = read_budget(task.folder / "budget.toml")
    limit = None if task else asked.events
    return Request(
        output=asked.folder,
        objectives=objectives,
        costing=_costing(asked, found, objectives),
        checking=Checking(data=found.data, labels=found.labels, axes=asked.data_axes, limit=limit),
        input_types=asked.input_types,
        vary=asked.vary,
        budget=budget,
        effort=Effort(asked.trials, asked.seconds, asked.workers),
        seed=asked.seed,
        task=task,
        task_events=asked.events if task else None,
        keys=_keys(asked, found),
    )


def _usual(task: Task | None, found: Sources) -> Sequence[str]:
    """The objectives without a wish."""
    return ("headline" if task else "auc" if found.labels else "distance", "lut")


def _costing(asked: Asked, found: Sources, objectives: Sequence[Objective]) -> OfTarget:
    # A worker may run in another folder.
    named = (str(Path(name).absolute()) if is_file(name) else name for name in asked.board_names)
    boards = tuple(dict.fromkeys(named)) or (found.place(None, None)[0],)
    clocks = {board: found.place(board, None)[1] for board in boards}
    folding = {name: tuple(dict.fromkeys(options)) for name, options in asked.folding.items() if options}
    timed = {"interval", "latency"} & {each.name for each in objectives}
    if timed and asked.target == "rtl" and "interval" not in folding:
        folding["interval"] = INTERVALS
    return OfTarget(
        asked.target,
        boards,
        tuple(dict.fromkeys(asked.clocks)),
        asked.part,
        {board: mhz for board, mhz in clocks.items() if mhz is not None and not asked.clocks},
        found.settings(asked.target),
        folding,
    )


def _keys(asked: Asked, found: Sources) -> Mapping[str, str | Path]:
    """What every design's fpgaml.yaml says: a task by its name, unless its float network is meant."""
    is_task = find_network(str(asked.model)) is not None
    keys: dict[str, str | Path | None] = {
        "model": str(asked.model) if is_task and not asked.floating else one_file(found.model, "fpgaml explore"),
    }
    if asked.data is not None and asked.lasting:
        keys |= {"data": asked.data, "labels": asked.labels}
        keys["data-axes"] = None if asked.data_axes is None else ",".join(map(str, asked.data_axes))
        keys["events"] = None if asked.events is None else str(asked.events)
    return {name: value for name, value in keys.items() if value is not None}
