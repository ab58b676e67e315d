"""What a search tries to have little or much of."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpgaml.errors import FpgamlError

OPTION = "--objective"


@dataclass(frozen=True)
class Objective:
    """One number of a design.

    Args:
        most: whether more is better; physics: whether events are needed to know it.
        worst: a finite number that no design is worse than, for designs whose physics nobody looked at.
    """

    name: str
    title: str
    unit: str = ""
    most: bool = False
    physics: bool = False
    worst: float = 1e12

    def loss(self, value: float) -> float:
        """The value turned so that less is better."""
        return -value if self.most else value


@dataclass(frozen=True)
class Measured:
    """A number that events gave.

    Args:
        error: one standard deviation; None where it has none.
    """

    value: float
    error: float | None = None


@dataclass(frozen=True)
class Difference:
    """A design's number less that of the network as it came, on the same events.

    Args:
        error: one standard deviation; None where it has none.
        paired: whether the error takes account of the events being the same; else it is that of two samples.
    """

    value: float
    error: float | None = None
    paired: bool = True


@dataclass(frozen=True)
class Compared(Measured):
    """A number on the events held out; difference: None of a number that is a comparison itself."""

    difference: Difference | None = None


OBJECTIVES: Mapping[str, Objective] = {
    each.name: each
    for each in (
        Objective("auc", "ROC AUC", most=True, physics=True, worst=0.0),
        Objective("accuracy", "accuracy", most=True, physics=True, worst=0.0),
        Objective("resolution", "resolution", physics=True),
        Objective("distance", "distance to the network as it came", physics=True),
        Objective("headline", "the task's own metric", physics=True),
        Objective("lut", "LUT"),
        Objective("ff", "FF"),
        Objective("dsp", "DSP"),
        Objective("bram", "BRAM"),
        Objective("latency", "latency", "ns"),
        Objective("interval", "interval", "ns"),
    )
}
"""By the name that the command line has for it."""


def read_objectives(names: Sequence[str]) -> tuple[Objective, ...]:
    """Objectives by name, once each, in order.

    Raises:
        FpgamlError: a name that means nothing, or one twice.
    """
    for name in names:
        if name not in OBJECTIVES:
            near = difflib.get_close_matches(name.lower(), OBJECTIVES, 1)
            advice = f"Did you mean {near[0]}?" if near else f"Choose of {', '.join(OBJECTIVES)}"
            raise FpgamlError(OPTION, f"`{name}` is not known", advice)
        if names.count(name) > 1:
            raise FpgamlError(OPTION, f"`{name}` is given twice", "Give it once")
    return tuple(OBJECTIVES[name] for name in names)


def dominates(objectives: Sequence[Objective], first: Mapping[str, float], second: Mapping[str, float]) -> bool:
    """Whether the first design is at least as good in all, and better in one."""
    pairs = [(each.loss(first[each.name]), each.loss(second[each.name])) for each in objectives]
    return all(ours <= theirs for ours, theirs in pairs) and any(ours < theirs for ours, theirs in pairs)
