"""Open RTL of jets_dense (axis shell, one frame a beat): conversion, the cocotb bench, bulk mode.

The bench's rates are frames by wall time at full load. Those of the bulk mode's simulation alone are frames by CPU
time, shared among its processes: what the simulation takes on cores of its own. The whole bulk run, which makes the
inputs, simulates, interprets and compares, is by wall time.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.hls import JETS, Simulated
from benchmarks.measure import REPEATS, Row, fpgaml, stopwatch
from fpgaml.cosim.tools import choose_simulator
from fpgaml.errors import ToolError

CONVERT_GOAL = 0.5
"""How a whole conversion stands to hls4ml's compilation of the same network."""
BENCH_GOAL, BULK_GOAL = 1.0, 10.0
"""How the bench with Verilator stands to hls4ml's `predict`, and the bulk mode's simulation to the bench."""
BENCH_FRAMES, BULK_FRAMES, ALONE_FRAMES = 20_000, 1_000_000, 400_000
INTERPRETED_FRAMES = 300
"""Of the full load with simulators that interpret: hundreds of times slower."""


@dataclass(frozen=True)
class Bench:
    """A project's bench, run several times.

    Args:
        tool: simulator with its version; rate: the highest of frames/s at full load.
        compile_seconds: by how much the first run took longer; 0 if there was only one.
    """

    tool: str
    rate: float
    compile_seconds: float


@dataclass(frozen=True)
class Bulk:
    """The bulk mode, run several times.

    Args:
        alone, whole: the highest frames/s of the simulation and of everything; single: of the simulation with one
            process; processes: of the other two.
    """

    alone: float
    whole: float
    single: float
    processes: int
    compile_seconds: float


def missing() -> str:
    """Why RTL cannot be measured here; empty if it can."""
    if importlib.util.find_spec("alkaid") is None:
        return "the Python package alkaid is not installed"
    try:
        choose_simulator("verilog", "verilator")
    except ToolError as error:
        return str(error)
    return ""


def rtl_rows(csim: Simulated) -> list[Row]:
    """All of it.

    Args:
        csim: C-simulation of the same network in the same run.
    """
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "verilog"
        with stopwatch() as seconds:
            convert(project, "verilog")
        rows = [
            Row(
                "jets: convert --target rtl, s",
                f"{seconds[0]:.1f}",
                f"hls4ml compile {csim.compile_seconds:.1f}",
                csim.compile_seconds / seconds[0],
                CONVERT_GOAL,
            ),
            size(project / "hdl"),
        ]
        bench = run_bench(project, "verilator", BENCH_FRAMES)
        rows += speed_rows(bench, run_bulk(project), csim)
        return rows + interpreted_rows(project, Path(scratch) / "vhdl")


def convert(project: Path, hdl: str) -> None:
    """Convert with the command line."""
    options = ["--target", "rtl", "--hdl", hdl, "--board", "kcu116", "--input-type", *JETS.input_types]
    options += ["--data", str(JETS.data), "--framework", "never", "--output", str(project)]
    fpgaml("convert", str(JETS.model), *options)


def size(folder: Path) -> Row:
    """Lines and bytes of the Verilog, library included."""
    texts = [path.read_bytes() for path in folder.glob("*.v")]
    lines, kibibytes = sum(text.count(b"\n") for text in texts), sum(map(len, texts)) / 1024
    return Row("jets: Verilog, lines", f"{lines:,} ({kibibytes:,.0f} KiB)", "", 1.0)


def run_bench(project: Path, simulator: str, frames: int, repeats: int = REPEATS) -> Bench:
    """The bench that is in the project, by `fpgaml cosim`, which fails where a bit or the timing is wrong."""
    walls, runs = [], []
    for _ in range(repeats):
        with stopwatch() as seconds:
            answer = fpgaml("cosim", str(project), "--sim", simulator, "--frames", str(frames), "--json")
        walls.append(seconds[0])
        runs.append(json.loads(answer)["cosim"])
    rate = max(run["measured"]["frames_per_second"] for run in runs)
    return Bench(runs[0]["tool"], rate, walls[0] - min(walls))


def run_bulk(project: Path) -> Bulk:
    """The bulk mode, by `fpgaml cosim --bulk`; with one process, which is no option of the command, from here."""
    from fpgaml.cosim.bulk.check import check_in_bulk
    from fpgaml.cosim.bulk.result import BulkRequest

    runs: list[dict[str, Any]] = [
        json.loads(fpgaml("cosim", str(project), "--bulk", str(BULK_FRAMES), "--json"))["bulk"] for _ in range(REPEATS)
    ]
    single = check_in_bulk(project, BulkRequest(ALONE_FRAMES, processes=1))
    if not single.passed:
        raise SystemExit("the bulk simulation with one process differs from the interpreter")
    return Bulk(
        max(run["frames"] / run["simulation_seconds"] for run in runs),
        max(run["frames"] / run["seconds"] for run in runs),
        single.simulated_per_second,
        runs[0]["processes"],
        runs[0]["compile_seconds"],
    )


def speed_rows(bench: Bench, bulk: Bulk, csim: Simulated) -> list[Row]:
    """Bench and bulk mode, against goals, each other, and C-simulation."""
    cocotb = (f"cocotb {bench.rate:,.0f}", bench.rate)
    ours = (f"C-simulation {csim.events_per_second:,.0f}", csim.events_per_second)
    theirs = (f"hls4ml predict {csim.predict_per_second:,.0f}", csim.predict_per_second)
    processes = "1 process" if bulk.processes == 1 else f"{bulk.processes} processes"
    alone = f"jets: bulk, simulation alone ({processes}), frames/s"
    whole = f"jets: bulk, whole run ({processes}), frames/s"

    def against(what: str, rate: float, other: tuple[str, float], goal: float | None = None) -> Row:
        return Row(what, f"{rate:,.0f}", other[0], rate / other[1], goal)

    return [
        Row("jets: compile the bench, s", f"{bench.compile_seconds:.1f}", "", 1.0),
        against(f"jets: cocotb on {bench.tool}, frames/s", bench.rate, theirs, BENCH_GOAL),
        Row("jets: compile the bulk simulation, s", f"{bulk.compile_seconds:.1f}", "", 1.0),
        against(alone, bulk.alone, cocotb, BULK_GOAL),
        against(alone, bulk.alone, theirs),
        against(alone, bulk.alone, ours),
        against("jets: bulk, simulation alone (1 process), frames/s", bulk.single, cocotb),
        against(whole, bulk.whole, cocotb),
        against(whole, bulk.whole, theirs),
    ]


def interpreted_rows(verilog: Path, vhdl: Path) -> list[Row]:
    """Icarus and GHDL, where they are installed; the VHDL is converted for GHDL."""
    rows = []
    for simulator, hdl, project in (("icarus", "verilog", verilog), ("ghdl", "vhdl", vhdl)):
        try:
            choose_simulator(hdl, simulator)
        except ToolError as error:
            rows.append(Row(f"jets: cocotb on {simulator}, frames/s", f"skipped: {error.reason}", "", 1.0))
            continue
        if not project.exists():
            convert(project, hdl)
        bench = run_bench(project, simulator, INTERPRETED_FRAMES, repeats=1)
        rows.append(Row(f"jets: cocotb on {bench.tool}, frames/s", f"{bench.rate:,.0f}", "", 1.0))
    return rows
