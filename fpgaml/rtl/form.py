"""Unrolled or streaming: what suits what is asked, where the user leaves it open."""

from __future__ import annotations

from fpgaml.boards import Board
from fpgaml.cost.graph import estimate_graph
from fpgaml.graph.graph import Graph
from fpgaml.rtl.dataflow.wishes import Wishes
from fpgaml.rtl.estimate import fits
from fpgaml.rtl.settings import Form


def choose_form(asked: Form, wishes: Wishes, graph: Graph, board: Board) -> Form:
    """Unrolled if it is asked for; or if nothing else is, or no more than a frame a cycle, and it may fit.

    The estimate is from the Graph alone: what is taken for unrolled here may turn out not to fit.
    """
    if asked is not Form.AUTO:
        return asked
    a_frame_a_cycle = wishes.interval == 1 and wishes.samples is None and wishes.hop is None
    suits = not wishes.any or a_frame_a_cycle
    return Form.UNROLLED if suits and fits(estimate_graph(graph), board, rough=True) else Form.STREAMING
