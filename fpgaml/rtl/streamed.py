"""The streaming core: the network folded in time, as `fpgaml/rtl/dataflow` does it."""

from __future__ import annotations

from dataclasses import asdict, replace

from fpgaml.boards import Board
from fpgaml.graph.graph import Graph
from fpgaml.passes.absorb_pads import AbsorbPads
from fpgaml.progress import Progress
from fpgaml.rtl.core import Core
from fpgaml.rtl.dataflow.ahead import steps_ahead
from fpgaml.rtl.dataflow.channels import fold_channels
from fpgaml.rtl.dataflow.core import streaming_core
from fpgaml.rtl.dataflow.endless.choice import check_continuous, continuous
from fpgaml.rtl.dataflow.fold import Folded, check_streams, fold
from fpgaml.rtl.dataflow.timetable import printed, timetable
from fpgaml.rtl.dataflow.wishes import Wishes
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl


def check(graph: Graph, board: Board, wishes: Wishes) -> None:
    """Refuse what cannot stream, before any long work.

    Raises:
        FpgamlError: names the operation, or the option that asks for too much.
    """
    graph = _prepared(graph)
    if wishes.hop is None:
        check_streams(graph, board, wishes)  # channels in turn stream where one does
    else:
        check_continuous(graph, board, wishes)


def stream(graph: Graph, board: Board, wishes: Wishes, progress: Progress, *, sketched: bool = False) -> Folded:
    """The network as stages in time, to be run beat by beat.

    Args:
        sketched: to be compared with others, never built (`fold`); an endless stream is not sketched.

    Raises:
        FpgamlError: no schedule holds what is asked, or an operation cannot stream.
        ToolError: alkaid is not installed.
    """
    graph = _prepared(graph)
    with progress.step("choosing a schedule"):
        if wishes.hop is not None:
            return continuous(graph, board, wishes)
        choose = fold_channels if wishes.channels > 1 else fold
        return choose(graph, board, wishes, sketched=sketched)


def streamed_core(graph: Graph, board: Board, wishes: Wishes, top: str, hdl: Hdl, progress: Progress) -> Core:
    """The core `<top>_core`; its timetable is shown before any HDL is written.

    Raises:
        FpgamlError: as for `stream`.
    """
    folded = stream(graph, board, wishes, progress)
    table = timetable(folded.dataflow, wishes, folded.notes, folded.cheaper, folded.faster)
    what = "result" if wishes.hop else "frame"
    title = f"a {what} every {table.interval:,} cycles, latency {table.latency:,} (estimate)"
    progress.table(title, *printed(table))
    with progress.step("building the stages"):
        core = streaming_core(folded.dataflow, top, hdl)
    delays = DelayModel.of_part(board.part, board.clock_ns)
    facts = {"delay_model": delays.facts(), "schedule": "streaming", "asked": asdict(wishes)}
    return replace(core, facts=facts, timetable=table)


def _prepared(graph: Graph) -> Graph:
    """As much of it position by position as can be."""
    return steps_ahead(AbsorbPads().apply(graph))
