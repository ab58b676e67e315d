"""What an exploration is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fpgaml import __version__
from fpgaml.budget.budget import Budget
from fpgaml.checking import Checking
from fpgaml.explore.costing import OfTarget
from fpgaml.explore.objectives import Objective
from fpgaml.explore.search import Effort
from fpgaml.explore.space import Space
from fpgaml.files import file_sha256
from fpgaml.tasks.task import Task


@dataclass(frozen=True)
class Request:
    """Everything that an exploration depends on besides the model file.

    Args:
        output: its folder; objectives: at least one; costing: what is made, for which boards.
        checking: the events and their truth.
        input_types: as for --input-type; vary: patterns of tensors whose bits may vary, none: all.
        seed: of all that is drawn.
        task: whose test events judge; None: those of `checking`. task_events: how many designs are chosen by.
        keys: what every design's fpgaml.yaml says: its model, its board, its events; paths are files.
    """

    output: Path
    objectives: Sequence[Objective]
    costing: OfTarget
    checking: Checking
    input_types: Sequence[str] = ()
    vary: Sequence[str] = ()
    budget: Budget | None = None
    effort: Effort = field(default_factory=Effort)
    seed: int = 1
    task: Task | None = None
    task_events: int | None = None
    keys: Mapping[str, str | Path] = field(default_factory=dict)

    def about(self, model: Path, space: Space) -> dict[str, Any]:
        """What must be the same when the search goes on, by what it is called."""
        of_user = {"data": self.checking.data, "labels": self.checking.labels} if self.task is None else {}
        files = {"model": model, **of_user}
        return {
            "fpgaml": __version__,
            **{name: None if path is None else file_sha256(path) for name, path in files.items()},
            "task": None if self.task is None else self.task.name,
            "events": self.checking.limit if self.task is None else self.task_events,
            "seed": self.seed,
            "objectives": [each.name for each in self.objectives],
            "firmware": self.costing.about,
            "budget": None if self.budget is None else [limit.to_json() for limit in self.budget.limits],
            "space": space.to_json(),
        }
