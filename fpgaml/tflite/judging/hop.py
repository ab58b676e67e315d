"""The hops of an integer flatbuffer: they are judged once all data are seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress, Silent
from fpgaml.proof.checks import Batch, Check
from fpgaml.record.base import Fact

Outputs = Mapping[str, NDArray[np.float64]]
"""The Graph's outputs on the data, by name, shape (events, *shape)."""


@dataclass(frozen=True)
class Judgement:
    """What was found.

    Args:
        checks: hops, each made in its own way; parts: of the results, by the name of the member.
    """

    checks: Sequence[Check]
    parts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass
class Judged:
    """Checks that are made at the end, given the Graph's outputs on the data.

    Args:
        judge: makes them.
    """

    judge: Callable[[Outputs], Judgement]
    progress: Progress = field(default_factory=Silent)
    seen: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)

    def feed(self, batch: Batch, outputs: Mapping[str, FixedArray], first_event: int) -> None:
        """Keep what the Graph gives on the data."""
        if batch.origin == "data":
            for name, value in outputs.items():
                self.seen.setdefault(name, []).append(value.to_float())

    @cached_property
    def _judgement(self) -> Judgement:
        with self.progress.step("measuring on the data"):
            return self.judge({name: np.concatenate(parts) for name, parts in self.seen.items()})

    def checks(self) -> Sequence[Check]:
        """The hops."""
        return self._judgement.checks

    def parts(self) -> Mapping[str, Fact]:
        """What was measured."""
        return self._judgement.parts
