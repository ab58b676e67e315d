"""What came of one design: its numbers, how far it was looked at, and why no further."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from fpgaml.explore.objectives import Measured


class Stage(StrEnum):
    """How far a design was looked at."""

    COST = "cost"
    """What it takes alone: it breaks the budget."""
    FEW = "few events"
    """Another design is surely better."""
    ALL = "all events"
    FAILED = "failed"
    """It cannot be built."""


@dataclass(frozen=True)
class Outcome:
    """What is known of a design.

    Args:
        costs: estimates by name, times in ns; physics: on the events that designs are chosen by.
        violations: by limit of the budget, by how much of the limit it is broken; those that are kept are not listed.
        why: where it was not looked at on all events.
        graph_sha256: of the network that was judged.
        seconds: of processor time.
    """

    stage: Stage
    costs: Mapping[str, float] = field(default_factory=dict)
    physics: Mapping[str, Measured] = field(default_factory=dict)
    violations: Mapping[str, float] = field(default_factory=dict)
    why: str = ""
    graph_sha256: str = ""
    seconds: float = 0.0

    @property
    def feasible(self) -> bool:
        """Whether it keeps to the budget."""
        return self.stage is not Stage.FAILED and not self.violations

    @property
    def numbers(self) -> dict[str, float]:
        """All numbers by name."""
        return {**self.costs, **{name: each.value for name, each in self.physics.items()}}

    def to_text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> Outcome:
        """From `to_text`."""
        content: dict[str, Any] = json.loads(text)
        physics = {name: Measured(**each) for name, each in content.pop("physics").items()}
        return cls(**{**content, "stage": Stage(content["stage"]), "physics": physics})
