"""Which tasks there are: entry points of the group `fpgaml.tasks`, so that other packages can bring theirs."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.errors import FpgamlError

if TYPE_CHECKING:
    from fpgaml.tasks.task import Network, Task

GROUP = "fpgaml.tasks"


def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def task_names() -> list[str]:
    """The names of all tasks, in alphabetical order; nothing of them is imported."""
    return sorted(_points())


def find_task(name: str) -> Task:
    """A task by its name.

    Raises:
        FpgamlError: no such task, or its package cannot be imported.
    """
    point = _points().get(name)
    if point is None:
        from difflib import get_close_matches

        near = get_close_matches(name, task_names(), n=1)
        advice = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(task_names()) or 'none'}"
        raise FpgamlError(name, "no task has this name", advice)
    try:
        task: Task = point.load()
    except ImportError as error:
        raise FpgamlError(name, f"its package cannot be imported: {error}", f"Reinstall {point.value}") from error
    return task


def find_network(text: str) -> tuple[Task, Network] | None:
    """The network that `TASK` or `TASK/NETWORK` names; None where a file is meant.

    Raises:
        FpgamlError: the task has no network of this name.
    """
    name, _, wanted = text.partition("/")
    if name not in _points() or Path(text).is_file():
        return None
    task = find_task(name)
    network = task.network(wanted)
    if network is None:
        known = ", ".join(f"{name}/{one.name}" if one.name else name for one in task.networks)
        raise FpgamlError(text, f"{name} has no network `{wanted}`", f"Known: {known}")
    return task, network
