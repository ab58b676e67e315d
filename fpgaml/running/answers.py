"""What firmware answers, beside what the Graph says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.values import FixedArray
from fpgaml.proof.checks import Batch, Check
from fpgaml.proof.compare import Comparison, compare, tally
from fpgaml.record.base import Fact
from fpgaml.running.firmware import Running


@dataclass
class Answers:
    """Follows `Hop`: counts the events where firmware differs from the Graph, and keeps what it answers.

    Args:
        running: the firmware; keep: whether answers are wanted.
    """

    running: Running
    keep: bool = True
    outputs: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)
    found: dict[str, Comparison] = field(default_factory=dict)

    @property
    def is_emulator(self) -> bool:
        """As in `Simulated`: the interpreter computes what it is compared with."""
        return self.running.is_emulator

    def feed(self, batch: Batch, outputs: Mapping[str, FixedArray], first_event: int) -> None:
        """Run a batch."""
        answers = self.running.run(batch.values)
        for name, value in outputs.items():
            if self.keep:
                self.outputs.setdefault(name, []).append(answers[name].to_float())
            if self.running.of_graph:
                tally(self.found, name, compare(value, answers[name], name, first_event))

    def checks(self) -> Sequence[Check]:
        """None: whoever runs it judges."""
        return ()

    def parts(self) -> Mapping[str, Fact]:
        """Nothing."""
        return {}

    @property
    def different(self) -> int:
        """Events of which the output that differs most is not the Graph's."""
        return max((each.differing_events for each in self.found.values()), default=0)
