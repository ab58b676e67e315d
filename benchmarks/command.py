"""The command line: start-up, a whole conversion, the same again, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from benchmarks.hls import ARIANNA, Simulated
from benchmarks.measure import Row, best, stopwatch

HELP_GOAL, CONVERT_GOAL, AGAIN_GOAL = 0.25, 0.5, 2.0
"""`--help` to importing numpy; a whole proof to hls4ml's compilation alone; the same proof again to the first."""

LARGEST_CHILD = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command and prints the KiB that the largest process of it held: this process has other children too."""


def start_row() -> Row:
    """`fpgaml --help`, against what importing numpy takes in the same Python."""
    start = best(lambda: subprocess.run([sys.executable, "-m", "fpgaml", "--help"], check=True, capture_output=True))
    numpy = best(lambda: subprocess.run([sys.executable, "-c", "import numpy"], check=True, capture_output=True))
    return Row("fpgaml --help, s", f"{start:.2f}", f"import numpy {numpy:.2f}", numpy / start, HELP_GOAL)


def conversion_rows(csim: Simulated) -> list[Row]:
    """A whole conversion of arianna from nothing, the same again, and its memory.

    Args:
        csim: hls4ml on the same network in the same run.
    """
    fpgaml, case = [sys.executable, "-m", "fpgaml"], ARIANNA
    with tempfile.TemporaryDirectory() as scratch:
        command = [*fpgaml, "convert", str(case.model), "--board", "kcu116", "--io", "io_stream"]
        command += ["--data", str(case.data), "--data-axes", "0,2,1", "--output", f"{scratch}/project"]
        command += ["--reference", str(case.data.with_name("y_keras.npy"))]
        environment = {**os.environ, "FPGAML_CACHE_DIR": f"{scratch}/cache"}
        with stopwatch() as first:
            largest = [sys.executable, "-c", LARGEST_CHILD, *command]
            said = subprocess.run(largest, check=True, capture_output=True, env=environment).stdout
        again = best(lambda: subprocess.run(command, check=True, capture_output=True, env=environment))
        memory = int(said) / 1024
    theirs, whole = csim.compile_seconds, "arianna: convert and prove from nothing, s"
    return [
        Row(whole, f"{first[0]:.1f}", f"hls4ml compile {theirs:.1f}", theirs / first[0], CONVERT_GOAL),
        Row("arianna: the same, unchanged, s", f"{again:.1f}", f"first {first[0]:.1f}", first[0] / again, AGAIN_GOAL),
        Row("largest process of the above (g++ or fpgaml), MiB", f"{memory:.0f}", "", 1.0),
    ]
