"""A budget as a search keeps to it: which of its limits an estimate or the events can show broken, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fpgaml.budget.budget import Budget, Limit
from fpgaml.errors import FpgamlError
from fpgaml.explore.costing import Costs
from fpgaml.explore.objectives import Measured
from fpgaml.record.base import Kind
from fpgaml.record.number import Number, What

COSTS: Mapping[What, tuple[str, str]] = {
    What.LUT: ("lut", "LUT"),
    What.FF: ("ff", "FF"),
    What.DSP: ("dsp", "DSP"),
    What.BRAM: ("bram", "BRAM"),
    What.LATENCY: ("latency", "ns"),
    What.INTERVAL: ("interval", "ns"),
}
"""What an estimate says of it: its name, and its unit."""
PHYSICS: Mapping[What, str] = {What.ROC_AUC: "auc", What.ACCURACY: "accuracy", What.RESOLUTION: "resolution"}
SOURCE = "fpgaml explore"


@dataclass(frozen=True)
class Limits:
    """Limits that are looked at while designs are searched.

    Args:
        costs: on what an estimate says; physics: on what events say; others: that nothing here can say anything of.
    """

    costs: tuple[Limit, ...] = ()
    physics: tuple[Limit, ...] = ()
    others: tuple[str, ...] = ()

    def broken_by_cost(self, costs: Costs) -> dict[str, float]:
        """By limit in words, by how much of it a design breaks it even if its estimate is too high by its error."""
        found = {}
        for limit in self.costs:
            value = _estimated(limit, costs)
            if value is not None:
                found[limit.text] = _over(limit, value)
        return {text: over for text, over in found.items() if over > 0}

    def broken_by_physics(self, physics: Mapping[str, Measured]) -> dict[str, float]:
        """The same of what events say."""
        found = {}
        for limit in self.physics:
            measured = physics[PHYSICS[limit.measure.what]]
            number = Number(limit.measure.what, measured.value, "", Kind.SIMULATED, SOURCE)
            value = limit.measure.units[limit.unit](number)
            if value is not None:
                found[limit.text] = _over(limit, value)
        return {text: over for text, over in found.items() if over > 0}


def limits_of(budget: Budget | None, objectives: frozenset[str]) -> Limits:
    """What a search makes of a budget.

    Args:
        objectives: by name, the numbers of physics that are measured.

    Raises:
        FpgamlError: it has no number that a search can keep to.
    """
    if budget is None:
        return Limits()
    costs, physics, others = [], [], []
    for limit in budget.limits:
        what = limit.measure.what
        if not isinstance(limit.limit, float):
            others.append(limit.text)
        elif what in COSTS:
            costs.append(limit)
        elif PHYSICS.get(what) in objectives and not limit.of:
            physics.append(limit)
        else:
            others.append(limit.text)
    if not (costs or physics):
        reason = f"has no number that a search can keep to: {'; '.join(others)}"
        known = ", ".join([*(str(each) for each in COSTS), *(str(each) for each in PHYSICS)])
        raise FpgamlError("--budget", reason, f"Give a limit on one of {known}")
    return Limits(tuple(costs), tuple(physics), tuple(others))


def _estimated(limit: Limit, costs: Costs) -> float | None:
    name, unit = COSTS[limit.measure.what]
    if name not in costs.at_least:
        return None
    value, clock = costs.at_least[name], costs.board.clock_ns
    available = costs.board.available.get(unit)
    number = Number(limit.measure.what, value, unit, Kind.ESTIMATE, SOURCE, clock_ns=clock, available=available)
    found = limit.measure.units[limit.unit](number)
    if found is not None:
        return found
    in_cycles = Number(limit.measure.what, round(value / clock, 6), "cycles", Kind.ESTIMATE, SOURCE, clock_ns=clock)
    return limit.measure.units[limit.unit](in_cycles)


def _over(limit: Limit, value: float) -> float:
    """By how much of the limit it is broken; zero or less where it is kept."""
    assert isinstance(limit.limit, float)
    over = limit.limit - value if limit.measure.at_least else value - limit.limit
    return over / max(abs(limit.limit), 1e-9)
