"""Several Graphs as one project, so that a simulator is built once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fpgaml.cosim.outcome import Outcome
from fpgaml.graph.graph import Graph
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.target import RtlTarget
from tests.cosim.running import LANGUAGES, run_bench
from tests.hls.harness import combine
from tests.rtl.harness import write_project


def run_together(
    graphs: Mapping[str, Graph],
    simulator: str,
    folder: Path,
    *,
    events: int = 24,
    frames: int = 40,
    clock_mhz: float = 200.0,
) -> Outcome:
    """Write the Graphs as one unrolled project, and run its bench."""
    target = RtlTarget(Hdl(LANGUAGES[simulator]), ShellKind.NATIVE)
    project = write_project(folder, combine(dict(graphs)), target, events=events, clock_mhz=clock_mhz)
    return run_bench(project, simulator, frames=frames)
