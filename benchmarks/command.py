"""The command line: start-up, a whole conversion, the same again, memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile

from benchmarks.hls import ARIANNA
from benchmarks.measure import Row, best, stopwatch


def command_rows() -> list[Row]:
    """The command line: start-up, a whole conversion from nothing, the same again, and its memory."""
    fpgaml = [sys.executable, "-m", "fpgaml"]
    start = best(lambda: subprocess.run([*fpgaml, "--help"], check=True, capture_output=True))
    rows = [Row("fpgaml --help, s", f"{start:.2f}", "limit 0.5", 0.5 / start, 1.0)]
    case = ARIANNA
    if not case.model.exists():
        return rows
    with tempfile.TemporaryDirectory() as scratch:
        command = [*fpgaml, "convert", str(case.model), "--board", "kcu116", "--io", "io_stream"]
        command += ["--data", str(case.data), "--data-axes", "0,2,1", "--output", f"{scratch}/project"]
        command += ["--reference", str(case.data.with_name("y_keras.npy"))]
        environment = {**os.environ, "FPGAML_CACHE_DIR": f"{scratch}/cache"}
        with stopwatch() as first:
            subprocess.run(command, check=True, capture_output=True, env=environment)
        again = best(lambda: subprocess.run(command, check=True, capture_output=True, env=environment))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rows.append(Row("arianna: convert and prove from nothing, s", f"{first[0]:.1f}", "limit 20", 20 / first[0], 1.0))
    rows.append(Row("arianna: the same, unchanged, s", f"{again:.1f}", "limit 3", 3 / again, 1.0))
    rows.append(Row("largest process of the above (g++ or fpgaml), MiB", f"{memory:.0f}", "", 1.0))
    return rows
