"""What a design takes before any synthesis, in milliseconds, brought to what synthesis finds where that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fpgaml.boards import Board
from fpgaml.cost.calibration.fit import Fit, fit_of
from fpgaml.cost.calibration.pairs import RESOURCES, Estimator
from fpgaml.cost.calibration.words import NEVER, expected_note
from fpgaml.graph.graph import Graph
from fpgaml.hls.target import HlsTarget
from fpgaml.rtl.target import RtlTarget
from fpgaml.target import Target

HLS_UNCHECKED = "no open tool synthesises HLS; docs/estimates.md compares such estimates with vendors' reports"


@dataclass(frozen=True)
class Expected:
    """A resource of a design.

    Args:
        estimate: by arithmetic on the network; None where it is not modelled.
        fit: what synthesis made of such estimates; None where too little is known, and `why` says so.
    """

    estimate: float | None
    fit: Fit | None = None
    why: str = ""

    @property
    def value(self) -> float | None:
        """What synthesis is expected to find; the estimate itself where nothing is known of it."""
        if self.estimate is None or self.fit is None:
            return self.estimate
        return self.fit.expected(self.estimate)

    @property
    def at_least(self) -> float | None:
        """The value less its error: what 90 % of the designs that were checked took at least."""
        return None if self.value is None else self.value / (self.fit.most if self.fit else 1.0)

    def __str__(self) -> str:
        """In words."""
        if self.value is None:
            return f"not estimated: {self.why}"
        return f"{round(self.value):,} (estimate; {self.fit or self.why})"


@dataclass(frozen=True)
class DesignCost:
    """What a design takes.

    Args:
        form: unrolled, streaming or hls; resources: lut, ff, dsp, bram (blocks of 18 kbit).
        latency, interval: in cycles, with the shell; None where they are not modelled.
        clock_ns: of the board.
    """

    form: str
    resources: Mapping[str, Expected]
    latency: float | None
    interval: float | None
    clock_ns: float

    @property
    def numbers(self) -> dict[str, float]:
        """What is known: resources as expected, latency and interval in ns."""
        times = {"latency": self.latency, "interval": self.interval}
        found = {name: each.value for name, each in self.resources.items()}
        found |= {name: None if cycles is None else cycles * self.clock_ns for name, cycles in times.items()}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def at_least(self) -> dict[str, float]:
        """The same, resources less their errors: for limits that a search prunes by."""
        least = {name: each.at_least for name, each in self.resources.items()}
        return self.numbers | {name: value for name, value in least.items() if value is not None}


def cost_of(graph: Graph, board: Board, target: RtlTarget | HlsTarget) -> DesignCost:
    """What a Graph takes on a board, with its clock, as one kind of firmware.

    Raises:
        FpgamlError: it cannot become such firmware, or no schedule holds what is asked.
    """
    if isinstance(target, HlsTarget):
        return _hls(graph, board, target)
    from fpgaml.rtl.planned import plan

    found = plan(target, graph, board)
    resources = {name: _expected(board, name, float(getattr(found.estimate, name))) for name in RESOURCES}
    return DesignCost(found.form, resources, found.latency, found.interval, board.clock_ns)


def _hls(graph: Graph, board: Board, target: HlsTarget) -> DesignCost:
    from fpgaml.hls.estimate.network import estimate

    found = estimate(graph, target.settings(graph, board), board)
    resources = {
        name: Expected(getattr(found, name), None, found.missing.get(name, HLS_UNCHECKED)) for name in RESOURCES
    }
    return DesignCost("hls", resources, found.latency_cycles, found.interval_cycles, board.clock_ns)


def _expected(board: Board, resource: str, estimate: float) -> Expected:
    yosys = board.family.yosys
    if yosys is None:
        return Expected(estimate, None, f"{NEVER} {board.family}")
    fit = fit_of(yosys.name, resource, Estimator.SKETCHED)
    return Expected(estimate, fit, "" if fit else f"not checked: too few designs were synthesised for {yosys.title}")


def errors_note(board: Board, target: Target) -> str:
    """How far off such numbers are, for every output that shows them."""
    return HLS_UNCHECKED if isinstance(target, HlsTarget) else expected_note(board)
