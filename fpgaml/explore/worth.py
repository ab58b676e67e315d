"""Which designs of a front are worth having: as good as the network as it came, and better than no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fpgaml.explore.objectives import Compared, Measured, Objective

SURE = 2.0
"""Standard deviations: of the paired difference, up to which a design counts as good as the network as it came; and of
a design's own number, beyond which it is better than one same answer to every event."""
AS_GOOD = f"no more than {SURE:g} standard deviations of the paired difference worse than the network as it came"


def as_good(objectives: Sequence[Objective], held_out: Mapping[str, Compared]) -> bool:
    """Whether a design is no more than `SURE` paired standard deviations worse than the network as it came.

    A distance counts for nothing: it is worse by nature.
    """
    for each in objectives:
        difference = held_out[each.name].difference if each.physics else None
        if difference is not None and each.loss(difference.value) > SURE * (difference.error or 0.0):
            return False
    return True


def better_than_constant(
    objectives: Sequence[Objective], held_out: Mapping[str, Measured], constant: Mapping[str, float]
) -> bool:
    """Whether a design's physics is better than that of one same answer to every event, by `SURE` standard deviations.

    Args:
        constant: what that answer is worth, by objective; what is not named is not asked.
    """
    physics = [each for each in objectives if each.physics and each.name in constant]
    judged = [each for each in physics if each.name != "distance"] or physics
    return all(_better(each, held_out[each.name], constant[each.name]) for each in judged)


def _better(objective: Objective, measured: Measured, constant: float) -> bool:
    apart = objective.loss(constant) - objective.loss(measured.value)
    return apart > SURE * (measured.error or 0.0)
