"""Run the bench of a small project."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.cosim.job import Job
from fpgaml.cosim.outcome import Outcome
from fpgaml.cosim.run import run_job
from fpgaml.cosim.tools import Simulator, choose_simulator
from fpgaml.errors import ToolError

LANGUAGES = {"verilator": "verilog", "icarus": "verilog", "ghdl": "vhdl"}


def simulator_or_skip(name: str) -> Simulator:
    """The simulator, or a skipped test with the reason."""
    try:
        return choose_simulator(LANGUAGES[name], name)
    except ToolError as error:
        pytest.skip(str(error))


def run_bench(
    project: Path,
    simulator: str,
    *,
    frames: int | None = 300,
    seed: int = 1,
    vectors: Path | None = None,
    cycles: int | None = None,
) -> Outcome:
    """Run a project's bench in its own build folder."""
    sim = project / "sim"
    build = sim / "build" / simulator
    return run_job(
        Job(sim, sim / "bench.json", build, simulator_or_skip(simulator), frames, seed, vectors, cycles=cycles)
    )


def failures(outcome: Outcome) -> dict[str, str]:
    """Messages of the checks that failed, by name."""
    return {check.name: check.message for check in outcome.failed}
