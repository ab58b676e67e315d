"""Measure everything and print one table: `python -m benchmarks.run [--json]`.

Ratios are of two measurements on the same machine in the same run; absolute numbers depend on the machine.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from fpgaml.frontends.detect import parse_model
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.hls.csim import CSim, build
from fpgaml.hls.model import HlsModel
from fpgaml.hls.project import write_project
from fpgaml.hls.settings import HlsSettings, IoType
from fpgaml.proof.data import open_data
from fpgaml.source import LoadedModel, settle

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
LEGACY = ROOT / "tests" / "data" / "legacy_qkeras"
PART, CLOCK_NS = "xcku5p-ffvb676-2-e", 5.0
REPEATS = 3


@dataclass(frozen=True)
class Case:
    """A model with data.

    Args:
        io: how the project passes tensors; axes: a transposition of the data; repeat: copies of the data, so
            that a measurement takes long enough.
    """

    name: str
    model: Path
    data: Path
    io: IoType
    input_types: tuple[str, ...] = ()
    axes: tuple[int, ...] | None = None
    repeat: int = 1


@dataclass(frozen=True)
class Row:
    """One measurement beside what it is measured against.

    Args:
        ratio: how many times better than `against` (above 1 is better).
        goal: the smallest ratio that the project wants; None where it has none.
    """

    what: str
    measured: str
    against: str
    ratio: float
    goal: float | None = None


CASES = (
    Case("arianna", SHARED / "arianna/model.keras", SHARED / "arianna/X_test.npy", IoType.STREAM, (), (0, 2, 1), 16),
    Case("jets", LEGACY / "jets_dense.h5", LEGACY / "jets_dense.npz", IoType.PARALLEL, ("ap_fixed<14,4>",), None, 128),
)


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Seconds of the block, in a list that is filled when it ends."""
    result: list[float] = []
    started = time.perf_counter()
    yield result
    result.append(time.perf_counter() - started)


def simulation_rows(case: Case) -> list[Row]:
    """C-simulation, compilation and interpreter, against hls4ml's own on the same network."""
    parsed = parse_model(case.model)
    data = open_data(case.data, parsed.input_shapes, axes=case.axes)
    model = settle(case.model, parsed, case.input_types, data)
    chunk = next(iter(data.chunks(1 << 26)))
    reals = {node: np.repeat(chunk[layer], case.repeat, axis=0) for layer, node in model.graph.input_layers.items()}
    events = len(next(iter(reals.values())))
    values = read_inputs(model.graph, reals)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        hls = write_project(folder, model.graph, HlsSettings(PART, CLOCK_NS, io_type=case.io))
        with stopwatch() as ours_compile:
            csim = build(folder, hls.inputs, hls.outputs, "ap")
        with stopwatch() as interpreter:
            expected = interpret(model.graph, values)
        ours = best(lambda: check(csim, values, expected))
        theirs_compile, theirs = hls4ml_times(hls, Path(scratch) / "hls4ml", model, reals)
    return [
        Row(
            f"{case.name}: C-simulation, events/s",
            f"{events / ours:,.0f}",
            f"hls4ml predict {events / theirs:,.0f}",
            theirs / ours,
            5.0,
        ),
        Row(
            f"{case.name}: g++, s",
            f"{ours_compile[0]:.1f}",
            f"hls4ml compile {theirs_compile:.1f}",
            theirs_compile / ours_compile[0],
        ),
        Row(
            f"{case.name}: interpreter, s for 1000 events",
            f"{interpreter[0] / events * 1000:.2f}",
            "limit 10",
            10 / (interpreter[0] / events * 1000),
            1.0,
        ),
    ]


def best(action: object) -> float:
    """The shortest of several runs, in s."""
    assert callable(action)
    times = []
    for _ in range(REPEATS):
        with stopwatch() as seconds:
            action()
        times.append(seconds[0])
    return min(times)


def check(csim: CSim, values: dict, expected: dict) -> None:  # type: ignore[type-arg]
    """Run, and refuse to time a simulation that is wrong."""
    results = csim.run(values)
    if any(results[name] != value for name, value in expected.items()):
        raise SystemExit("the C-simulation differs from the interpreter")


def hls4ml_times(hls: HlsModel, folder: Path, model: LoadedModel, reals: dict) -> tuple[float, float]:  # type: ignore[type-arg]
    """hls4ml's own compile and predict for the same network, in s."""
    hls.write(folder)
    with stopwatch() as compiling:
        hls.handle.compile()
    arrays = [np.ascontiguousarray(read_inputs(model.graph, reals)[node].to_float()) for node in reals]
    given = arrays[0] if len(arrays) == 1 else arrays
    return compiling[0], best(lambda: hls.handle.predict(given))


def command_rows() -> list[Row]:
    """The command line: start-up, a whole conversion from nothing, the same again, and its memory."""
    fpgaml = [sys.executable, "-m", "fpgaml"]
    start = best(lambda: subprocess.run([*fpgaml, "--help"], check=True, capture_output=True))
    rows = [Row("fpgaml --help, s", f"{start:.2f}", "limit 0.5", 0.5 / start, 1.0)]
    case = CASES[0]
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


def main() -> None:
    """Measure, print, and fail if a goal is missed."""
    if shutil.which("g++") is None:
        raise SystemExit("the benchmarks need g++")
    os.environ["FPGAML_CACHE_DIR"] = tempfile.mkdtemp(prefix="fpgaml-bench-")
    console = Console()
    rows = command_rows()
    for case in CASES:
        if case.model.exists():
            rows += simulation_rows(case)
        else:
            console.print(f"{case.name}: skipped, {case.model.name} is not here")
    shutil.rmtree(os.environ["FPGAML_CACHE_DIR"])
    if "--json" in sys.argv:
        console.print_json(json.dumps([asdict(row) for row in rows]))
    else:
        console.print(table(rows))
    missed = [row.what for row in rows if row.goal is not None and row.ratio < row.goal]
    if missed:
        raise SystemExit(f"goals missed: {', '.join(missed)}")


def table(rows: list[Row]) -> Table:
    """The rows for people."""
    result = Table("what", "measured", "against", "times better", "goal")
    for row in rows:
        ratio = f"{row.ratio:.1f}" if row.against else ""
        result.add_row(row.what, row.measured, row.against, ratio, f"{row.goal:g}" if row.goal else "")
    return result


if __name__ == "__main__":
    main()
