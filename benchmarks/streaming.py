"""Streaming RTL: how long a conversion takes and holds, and how many windows a second the bulk simulation does."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from benchmarks.command import LARGEST_CHILD
from benchmarks.hls import ARIANNA, Simulated
from benchmarks.measure import Row, fpgaml, stopwatch

ARIANNA_SECONDS, GRAND_SECONDS, LARGEST_MIB = 10.0, 60.0, 2048.0
"""What a conversion may take, and its largest process may hold."""
WINDOWS = 20_000


def streaming_rows(csim: Simulated) -> list[Row]:
    """All of it.

    Args:
        csim: C-simulation of arianna in the same run.
    """
    with tempfile.TemporaryDirectory() as scratch:
        project = f"{scratch}/arianna"
        given = [str(ARIANNA.model), "--board", "kcu116", "--clock", "200MHz", "--samples-per-cycle", "4"]
        data = ["--data", str(ARIANNA.data), "--data-axes", "0,2,1"]
        rows = _conversion("arianna, 4 samples a cycle", [*given, *data], project, ARIANNA_SECONDS)
        rows += _conversion("grand_trigger, 1 kHz", ["grand_trigger"], f"{scratch}/grand", GRAND_SECONDS)
        run = json.loads(fpgaml("cosim", project, "--bulk", str(WINDOWS), "--json"))["bulk"]
    rate, simulated = run["frames"] / run["simulation_seconds"], csim.events_per_second
    what = f"arianna, 4 samples a cycle: bulk, simulation alone ({run['processes']} processes), windows/s"
    return [*rows, Row(what, f"{rate:,.0f}", f"C-simulation {simulated:,.0f}", rate / simulated)]


def _conversion(name: str, given: Sequence[str], project: str, limit: float) -> list[Row]:
    """Convert with the command line: its time, and what its largest process holds."""
    command = [sys.executable, "-m", "fpgaml", "convert", *given, "--target", "rtl", "--framework", "never"]
    with stopwatch() as seconds:
        largest = [sys.executable, "-c", LARGEST_CHILD, *command, "--output", project]
        said = subprocess.run(largest, check=True, capture_output=True).stdout
    held = int(said) / 1024
    return [
        Row(f"{name}: convert --target rtl, s", f"{seconds[0]:.1f}", f"limit {limit:g}", limit / seconds[0], 1.0),
        Row(f"{name}: largest process, MiB", f"{held:.0f}", f"limit {LARGEST_MIB:g}", LARGEST_MIB / held, 1.0),
    ]
