"""Frames of several channels: one after another, or, where a network remembers, beat by beat in turn."""

from __future__ import annotations

from dataclasses import replace

from fpgaml.boards import Board
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops.scan import has_scan
from fpgaml.rtl.dataflow.fold import Folded, Pace, fold
from fpgaml.rtl.dataflow.turns import in_turn
from fpgaml.rtl.dataflow.wishes import Wishes, positions


def fold_channels(graph: Graph, board: Board, wishes: Wishes, *, sketched: bool = False) -> Folded:
    """The schedule for several channels.

    A recurrent layer needs the state of a step for the next one of the same channel. While it is on its way steps of
    other channels begin, so that one cell computes up to a step in every cycle.

    Args:
        sketched: as for `fold`.

    Raises:
        FpgamlError: as `fold`.
    """
    if not has_scan(graph):
        return fold(graph, board, wishes, sketched=sketched)
    channels, beats = wishes.channels, positions(graph)
    try:
        if wishes.samples not in (None, 1):
            raise FpgamlError("--samples-per-cycle", f"channels in turn bring one sample a beat, not {wishes.samples}")
        if wishes.interval is not None and wishes.interval < beats:
            raise FpgamlError("--rate", f"{beats} samples take more cycles than the {wishes.interval} of a frame")
        if len(graph.outputs) > 1:
            raise FpgamlError("--channels", f"{len(graph.outputs)} results come whole, one after another")
        together = in_turn(graph, channels)
    except FpgamlError as error:
        return _one_after_another(graph, board, wishes, error, sketched=sketched)
    wanted = Pace(1, channels * (wishes.interval or beats), 1, channels)
    asked = None if wishes.interval is None else wanted.interval
    folded = fold(together, board, replace(wishes, channels=1, samples=None, interval=asked), wanted, sketched=sketched)
    said = (
        f"a beat of each of {channels} channels comes in turn, and of their results alike: a frame is one of each, and "
        "the interval is of all of them"
    )
    return replace(folded, notes=(said, *folded.notes))


def _one_after_another(graph: Graph, board: Board, wishes: Wishes, why: FpgamlError, *, sketched: bool) -> Folded:
    folded = fold(graph, board, wishes, sketched=sketched)
    said = f"{why.where}: {why.reason}; so channels do not come beat by beat in turn"
    return replace(folded, notes=(said, *folded.notes))
