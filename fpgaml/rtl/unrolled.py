"""The unrolled core: every operation of the Graph in hardware of its own, one beat a frame, a frame every cycle."""

from __future__ import annotations

from functools import partial

from fpgaml.boards import Board
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops.scan import has_scan
from fpgaml.progress import Progress
from fpgaml.record.timetable import Pipeline, Stages
from fpgaml.rtl.core import Boundary, Core, Layer
from fpgaml.rtl.coverage.covering import cover
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.emit.core import emit_plan
from fpgaml.rtl.emit.plan import make_plan
from fpgaml.rtl.estimate import check_fits, estimate_netlist
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.netlist import Gate, Netlist
from fpgaml.rtl.run import NetlistRun
from fpgaml.rtl.schedule import Schedule, postponed, readable, schedule
from fpgaml.rtl.settings import Hdl


def unroll(graph: Graph, progress: Progress) -> NetlistRun:
    """The netlist of a Graph, to be run.

    Raises:
        UnsupportedError: operations without a lowering.
        ToolError: alkaid is not installed.
    """
    with progress.bar("unrolling the network", len(graph.nodes), "operations") as advance:
        return NetlistRun(to_netlist(graph, advance))


def unrolled_core(graph: Graph, board: Board, top: str, hdl: Hdl, progress: Progress) -> Core:
    """The core `<top>_core`.

    Raises:
        FpgamlError: it does not fit the board, or the clock is too fast.
    """
    unrolled = unroll(graph, progress)
    netlist = unrolled.netlist
    delays = DelayModel.of_part(board.part, board.clock_ns)
    plan = schedule(netlist, delays)
    if has_scan(graph):
        plan = postponed(netlist, plan, delays)
    estimate = estimate_netlist(netlist, plan)
    check_fits(estimate, board, rough=False)
    modules = make_plan(netlist, plan, top)
    return Core(
        Boundary(modules.core.name, hdl, netlist.inputs, netlist.outputs, plan.latency),
        emit_plan(modules, hdl),
        estimate,
        _layers(netlist, plan),
        unrolled.run,
        modules.tables,
        {"delay_model": delays.facts()},
        partial(cover, graph, netlist),
        pipeline=_pipeline(netlist, plan, delays),
    )


def _layers(netlist: Netlist, plan: Schedule) -> tuple[Layer, ...]:
    """When each layer has logic; one that only hands its inputs on has none and is as early as they are."""
    stages: list[list[int]] = [[] for _ in netlist.layers]
    for wire, stage in zip(netlist.wires, plan.stages, strict=True):
        if wire.gate not in (Gate.INPUT, Gate.CONSTANT):
            stages[wire.layer].append(stage)
    return tuple(
        Layer(name, netlist.notes.get(name, ""), min(found, default=0), max(found, default=0))
        for name, found in zip(netlist.layers, stages, strict=True)
    )


def _pipeline(netlist: Netlist, plan: Schedule, delays: DelayModel) -> Pipeline:
    """The stages of each layer that has logic, those within its multipliers and memories included."""
    stages: list[list[int]] = [[] for _ in netlist.layers]
    for index, wire in enumerate(netlist.wires):
        if wire.gate not in (Gate.INPUT, Gate.CONSTANT):
            first = plan.stages[index]
            stages[wire.layer] += [first, max(first, readable(netlist, plan, delays, index) - 1)]
    layers = [
        Stages(name=name, first=min(found), last=max(found))
        for name, found in zip(netlist.layers, stages, strict=True)
        if found
    ]
    return Pipeline(latency=plan.latency, layers=tuple(layers))
