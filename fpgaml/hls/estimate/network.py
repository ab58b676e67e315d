"""The estimate of an hls4ml project, for its record; what no model of ours knows is left out, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fpgaml.boards import Board
from fpgaml.cost.record import resources
from fpgaml.cost.resources import Cost, Estimate
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Concatenate, Linear, Move
from fpgaml.hls.estimate.delays import UNCERTAINTY, Clock
from fpgaml.hls.estimate.elements import MODELLED
from fpgaml.hls.estimate.stage import choices
from fpgaml.hls.estimate.timing import timed
from fpgaml.hls.layers import LayerList
from fpgaml.hls.lower.graph import lower
from fpgaml.hls.lower.prepare import prepare
from fpgaml.hls.settings import HlsSettings
from fpgaml.record import estimate as record

NUMBERS = ("lut", "ff", "dsp", "bram", "latency_cycles", "latency_ns", "interval_cycles")
ACCURACY: Mapping[str, tuple[int, float]] = {
    "interval": (13, 1.02),
    "latency": (13, 1.5),
    "LUT": (1, 1.19),
    "FF": (10, 6.7),
    "DSP": (10, 1.09),
    "BRAM": (11, 1.11),
}
"""How many designs of public numbers each was compared on, and the largest factor between (docs/estimates.md).

LUTs with an implementation alone; the others with one where there is one, else with C-synthesis."""


def estimate(graph: Graph, settings: HlsSettings, board: Board) -> record.Estimate:
    """Of a project that can be written."""
    if settings.backend not in UNCERTAINTY:
        known = " and ".join(name.capitalize() for name in UNCERTAINTY)
        return _nothing(board, f"the model knows how {known} build hls4ml's projects, not {settings.target.name}")
    layers = lower(prepare(graph, settings), settings)
    unknown = _unknown(layers)
    if unknown:
        return _nothing(board, f"not modelled: {', '.join(unknown)}")
    found = timed(layers, choices(layers), Clock.of(board, settings.backend))
    costs: dict[str, Cost] = {}
    for name, each in found.layers.items():
        layer = layers.graph[name].source or name
        costs[layer] = costs.get(layer, Cost()) + each.cost
    return record.Estimate(
        **resources(Estimate(costs), board),
        latency_cycles=found.latency,
        latency_ns=round(found.latency * board.clock_ns, 3),
        interval_cycles=found.interval,
        notes=_honest(),
    )


def _honest() -> tuple[str, ...]:
    """How far off such estimates were, and what the vendor's own will be."""
    each = ", ".join(f"{what} {factor:g} ({designs})" for what, (designs, factor) in ACCURACY.items())
    return (
        "On designs of public numbers, which also set the constants of the model, such estimates were off by at most "
        f"a factor of (number of designs): {each}. docs/estimates.md has the table",
        "C-synthesis counts more LUTs than implementations have: 1.7 to 3.3 times as many in three published designs",
    )


def _unknown(layers: LayerList) -> list[str]:
    """Operations that no rule is there for, with their layers."""
    return [
        f"{node.source or node.name} ({type(node.op).__name__})"
        for node in layers.graph.nodes
        if not isinstance(node.op, (*MODELLED, Linear, Move, Concatenate))
    ]


def _nothing(board: Board, why: str) -> record.Estimate:
    numbers: dict[str, Any] = dict.fromkeys(NUMBERS)
    missing = dict.fromkeys(NUMBERS, why)
    return record.Estimate(**numbers, layers={}, available=board.available, missing=missing)
