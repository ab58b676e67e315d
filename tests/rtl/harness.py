"""RTL projects of Graphs that no model file holds."""

from __future__ import annotations

from pathlib import Path

from fpgaml.boards import find_board
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.progress import Silent
from fpgaml.proof.checks import split
from fpgaml.proof.golden import Golden
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.target import RtlTarget
from fpgaml.target import Evidence, Texts


def write_project(
    folder: Path,
    graph: Graph,
    target: RtlTarget,
    *,
    events: int = 64,
    clock_mhz: float = 200.0,
    board_name: str = "alveo-u250",
) -> Path:
    """HDL, golden vectors and bench of a graph: all that a simulation needs."""
    board = find_board(board_name, clock_mhz=clock_mhz)
    folder.mkdir(parents=True)
    evidence = Evidence(None, None, 1, events, 0)
    target.check(graph, board, evidence)
    written = target.write(folder, graph, board, evidence, Silent())
    golden = Golden({})
    for batch in split(corner_vectors(graph, events, 1), events, "vectors"):
        golden.add(batch, interpret(graph, batch.values))
    written.finish(folder, golden, Texts("graph", board.title, (), "made up", events))
    return folder
