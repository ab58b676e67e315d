"""Hop (b), Graph = target: firmware that can be run on integers, and what another command has to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fpgaml.emulator.titles import INTERPRETER
from fpgaml.graph.values import FixedArray
from fpgaml.proof.checks import Batch, Check
from fpgaml.proof.compare import Comparison, compare, tally
from fpgaml.record.base import Fact
from fpgaml.record.verdict import Status

Run = Callable[[Mapping[str, FixedArray]], Mapping[str, FixedArray]]
"""A batch of inputs through firmware: tensors by name, each of shape (events, *shape)."""


@dataclass
class Simulated:
    """Firmware that takes the same integers as the interpreter, and must give the same, on every bit.

    Args:
        name: such as "Graph = C-simulation"; run: a batch through it.
        is_emulator: whether the firmware is the emulator: the interpreter computes what it is compared with.
    """

    name: str
    run: Run
    is_emulator: bool = False
    found: dict[str, Comparison] = field(default_factory=dict)

    def feed(self, batch: Batch, outputs: Mapping[str, FixedArray], first_event: int) -> None:
        """Run a batch, and compare."""
        simulated = self.run(batch.values)
        for name, value in outputs.items():
            tally(self.found, name, compare(value, simulated[name], name, first_event))

    def checks(self) -> Sequence[Check]:
        """What all batches came to."""
        exact = bool(self.found) and all(comparison.exact for comparison in self.found.values())
        return (Check(self.name, INTERPRETER, Status.EXACT if exact else Status.FAILED, "", dict(self.found)),)

    def parts(self) -> Mapping[str, Fact]:
        """Nothing beyond the check."""
        return {}


@dataclass(frozen=True)
class Unchecked:
    """A hop that is not made here.

    Args:
        name: of the check; why: it is not made, and how it can be.
    """

    name: str
    why: str

    def feed(self, batch: Batch, outputs: Mapping[str, FixedArray], first_event: int) -> None:
        """Nothing is run."""

    def checks(self) -> Sequence[Check]:
        """Says that nothing was checked."""
        return (Check(self.name, "", Status.NOT_CHECKED, self.why),)

    def parts(self) -> Mapping[str, Fact]:
        """Nothing."""
        return {}
