"""One design looked at: what it costs first, then its physics on a few events, then on all."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.explore.costing import Costing
from fpgaml.explore.events import Part
from fpgaml.explore.judge import Judge
from fpgaml.explore.limits import Limits
from fpgaml.explore.objectives import Compared, Measured, Objective
from fpgaml.explore.outcome import Outcome, Stage
from fpgaml.explore.space import Values
from fpgaml.explore.subject import Subject
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import graph_hash

SURE = 4.0
"""Standard deviations by which another design must be better on the first events for a design to be given up."""


@dataclass(frozen=True)
class Trials:
    """Looks at designs; it pickles.

    Args:
        limits: that designs must keep to.
    """

    subject: Subject
    costing: Costing
    judge: Judge
    limits: Limits
    objectives: tuple[Objective, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """What looking at designs reads, absolute paths."""
        return (*self.subject.files, *self.costing.files)

    def run(self, values: Values, rivals: Sequence[Outcome]) -> Outcome:
        """Look at one design as far as it deserves.

        Args:
            rivals: designs that were looked at on all events, and keep to the budget.
        """
        began = time.process_time()
        found = self._looked_at(values, rivals)
        return replace(found, seconds=time.process_time() - began)

    def held_out(self, values: Values) -> dict[str, Compared]:
        """A design's physics on the events that no choice has seen, beside the network as it came."""
        return self.judge.compared(self.graph(values)) if self.judge.objectives else {}

    def graph(self, values: Values) -> Graph:
        """The network of a design.

        Raises:
            FpgamlError: it cannot be built.
        """
        return self.subject.graph(self.bits(values))

    def bits(self, values: Values) -> dict[str, int]:
        """Of each tensor that varies."""
        return {each.name: int(values[each.name]) for each in self.subject.tensors}

    def _looked_at(self, values: Values, rivals: Sequence[Outcome]) -> Outcome:
        try:
            graph = self.graph(values)
            costs = self.costing.costs(graph, values)
        except FpgamlError as error:
            return Outcome(Stage.FAILED, why=str(error))
        known = Outcome(Stage.COST, costs.numbers, graph_sha256=graph_hash(graph))
        violations = self.limits.broken_by_cost(costs)
        if violations:
            return replace(known, violations=violations, why="breaks the budget")
        few, all_ = self.judge.events(Part.FEW), self.judge.events(Part.CHOOSING)
        if few < all_ and self.judge.objectives:
            physics = self.judge.measure(graph, Part.FEW)
            why = self._hopeless(known, physics, rivals)
            if why:
                broken = self.limits.broken_by_physics(physics)
                return replace(known, stage=Stage.FEW, physics=physics, violations=broken, why=why)
        physics = self.judge.measure(graph, Part.CHOOSING) if self.judge.objectives else {}
        return replace(known, stage=Stage.ALL, physics=physics, violations=self.limits.broken_by_physics(physics))

    def _hopeless(self, known: Outcome, physics: Mapping[str, Measured], rivals: Sequence[Outcome]) -> str:
        """Why the first events are enough; empty where they are not."""
        for rival in rivals:
            if all(self._surely_worse(each, known, physics, rival) for each in self.objectives):
                return f"another design is as cheap, and better by more than {SURE:g} standard deviations"
        return ""

    def _surely_worse(
        self, objective: Objective, known: Outcome, physics: Mapping[str, Measured], rival: Outcome
    ) -> bool:
        if not objective.physics:
            return objective.loss(rival.costs[objective.name]) <= objective.loss(known.costs[objective.name])
        here, there = physics[objective.name], rival.physics[objective.name]
        if here.error is None or there.error is None:
            return False
        apart = objective.loss(here.value) - objective.loss(there.value)
        return apart > SURE * float((here.error**2 + there.error**2) ** 0.5)
