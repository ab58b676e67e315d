"""What a design takes before any synthesis, in milliseconds: resources, latency, interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fpgaml.boards import Board
from fpgaml.cost.graph import estimate_graph
from fpgaml.explore.space import Choice, Values
from fpgaml.graph.graph import Graph


@dataclass(frozen=True)
class Costs:
    """Estimates of a design.

    Args:
        numbers: by objective's name; times in ns.
        board: with the clock, that they are for.
    """

    numbers: Mapping[str, float]
    board: Board


class Costing(Protocol):
    """Says what a Graph costs as one kind of firmware; it pickles."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may vary beside the bits."""

    def costs(self, graph: Graph, values: Values) -> Costs:
        """Of one design.

        Raises:
            FpgamlError: the Graph cannot become such firmware.
        """

    def keys(self, values: Values) -> Mapping[str, str]:
        """What fpgaml.yaml says of a design beside its network and its board."""


@dataclass(frozen=True)
class Unrolled:
    """LUTs of the Graph laid out in space alone; follows `Costing`."""

    board: Board
    choices: tuple[Choice, ...] = ()

    def costs(self, graph: Graph, values: Values) -> Costs:
        """As in `Costing`."""
        return Costs({"lut": float(estimate_graph(graph).lut)}, self.board)

    def keys(self, values: Values) -> Mapping[str, str]:
        """As in `Costing`."""
        return {"target": "rtl", "schedule": "unrolled"}
