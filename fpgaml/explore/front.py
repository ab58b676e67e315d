"""The designs that no other beats."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.explore.objectives import Objective, dominates
from fpgaml.explore.outcome import Stage
from fpgaml.explore.study import Finished


def front_of(designs: Sequence[Finished], objectives: Sequence[Objective]) -> list[Finished]:
    """Of the designs that keep to the budget those that none other dominates, by the first objective.

    Of designs with equal numbers the first one counts.
    """
    able = [each for each in designs if each.outcome.stage is Stage.ALL and each.outcome.feasible]
    found: dict[tuple[float, ...], Finished] = {}
    for each in able:
        ours = each.outcome.numbers
        if not any(dominates(objectives, other.outcome.numbers, ours) for other in able):
            found.setdefault(tuple(objective.loss(ours[objective.name]) for objective in objectives), each)
    return [found[key] for key in sorted(found)]


def nearest(designs: Sequence[Finished]) -> Finished | None:
    """The design that breaks the budget least; None where none was built."""
    built = [each for each in designs if each.outcome.stage is not Stage.FAILED]
    return min(built, key=lambda each: (sum(each.outcome.violations.values()), each.number), default=None)
