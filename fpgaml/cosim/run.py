"""Run a project's bench in a build folder of its own, and read what it found."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.cosim.listen import MARK, SilenceError, Teller
from fpgaml.cosim.listen import lines as listen
from fpgaml.cosim.outcome import Outcome, read_outcome
from fpgaml.cosim.tools import Simulator
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.processes import own_group
from fpgaml.progress import Progress, Silent
from fpgaml.rtl import bench_files
from fpgaml.toolchain import cache_folder

_SWITCHES = {"COCOTB_TESTCASE", "COCOTB_TEST_FILTER", "TESTCASE", "MODULE", "TOPLEVEL", "PLUSARGS", "EXTRA_ARGS"}
"""cocotb's own; left in the environment they would change what is run."""
TABLES = "tables"
"""The bench's check of every entry of the lookup tables, in a simulation of its own."""
JUNIT = "results.xml"
RESULTS = "bench_results.json"
LOG = "log.txt"
SILENCE = 600.0
"""Seconds: much more than any design needs for the 256 clock cycles after which a check says how far it is."""


@dataclass(frozen=True)
class Job:
    """What to simulate.

    Args:
        sim: the folder with the bench (a project's `sim/`); bench: its bench.json.
        build: where everything goes that the simulation writes.
        frames: of the full load; None: as the bench has it. seed: of everything random.
        cycles: clock cycles that a check may take, about; None: as the bench has it.
        vectors: a folder with more vectors; waves: write waveforms.
        timeout: seconds without a line or a frame after which the simulation counts as hung; 0: never.
    """

    sim: Path
    bench: Path
    build: Path
    simulator: Simulator
    frames: int | None = None
    seed: int = 1
    vectors: Path | None = None
    waves: bool = False
    timeout: float = SILENCE
    cycles: int | None = None

    @property
    def with_tables(self) -> bool:
        """Whether the bench simulates the lookup tables by themselves, after the rest."""
        return bool(read_bench_json(self.bench).get("tables"))


def run_job(job: Job, progress: Progress | None = None) -> Outcome:
    """Build the simulation, or take the one that is there, run it, and read the results.

    Raises:
        ToolError: the simulator does not take the design, or hangs.
    """
    progress = progress or Silent()
    with _alone(job.build, progress):
        on_built = _drop_stale_build(job)
        for name in (JUNIT, RESULTS):
            (job.build / name).unlink(missing_ok=True)
        code, lines = _make(job, on_built, progress)
        if not (job.build / RESULTS).exists():
            raise ToolError(
                job.simulator.label, f"{_cause(lines)} (exit code {code})", f"The whole output is in {job.build / LOG}"
            )
        return read_outcome(job.build / RESULTS, job.build / JUNIT)


def build_folder(project: Path, simulator: Simulator, waves: bool) -> Path:
    """`sim/build/SIMULATOR` of a project, else, where that cannot be written, a folder in the user's cache."""
    name = f"{simulator.name}-waves" if waves else simulator.name
    wanted = project / "sim" / "build" / name
    with contextlib.suppress(OSError):
        wanted.mkdir(parents=True, exist_ok=True)
        if os.access(wanted, os.W_OK):
            return wanted
    key = hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:16]
    folder = cache_folder() / "cosim" / key / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FpgamlError(str(folder), f"cannot be written: {error.strerror}", "Set FPGAML_CACHE_DIR") from None
    return folder


@contextlib.contextmanager
def _alone(folder: Path, progress: Progress) -> Iterator[None]:
    """Only one run at a time works in a build folder; another one waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress.step(f"waiting for another simulation in {folder}"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _drop_stale_build(job: Job) -> Callable[[], object]:
    """Forget a build of other sources, or half of one.

    Times of files do not always tell: of a project that was copied or unpacked, or where a compiler was killed.

    Returns:
        What is to be called when the build is whole.
    """
    stamp, key = job.build / ".key", _key(job)
    known = ""
    with contextlib.suppress(OSError):
        known = stamp.read_text()
    if known != key:
        shutil.rmtree(job.build / "sim", ignore_errors=True)
    stamp.unlink(missing_ok=True)
    return lambda: stamp.write_text(key)


def _key(job: Job) -> str:
    digest = hashlib.sha256(f"{job.simulator.label} {sorted(job.simulator.variables.items())}".encode())
    content = read_bench_json(job.bench)
    alone = [content["tables"]["source"]] if content.get("tables") else []
    paths = [job.bench, job.sim / "Makefile", *(job.bench.parent / name for name in (*content["sources"], *alone))]
    for path in paths:
        try:
            digest.update(f"{path.name}\0".encode() + path.read_bytes())
        except OSError as error:
            raise FpgamlError(str(path), f"cannot be read: {error.strerror}", "Convert the model again") from None
    return digest.hexdigest()


def read_bench_json(path: Path) -> dict[str, Any]:
    """bench.json, as far as fpgaml needs it.

    Raises:
        FpgamlError: it is missing or damaged.
    """
    advice = "Convert the model again"
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise FpgamlError(str(path), "is missing: the project has no bench", advice) from None
    except (OSError, ValueError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", advice) from None
    if not isinstance(content, dict) or content.get("format") != bench_files.FORMAT:
        raise FpgamlError(str(path), "is no description of a bench", advice)
    missing = {"shell", "hdl", "sources", "inputs", "outputs"} - content.keys()
    if missing or content["hdl"] not in ("verilog", "vhdl"):
        what = f"lacks {', '.join(sorted(missing))}" if missing else f"has hdl `{content['hdl']}`"
        raise FpgamlError(str(path), what, advice)
    return content


def _make(job: Job, on_built: Callable[[], object], progress: Progress) -> tuple[int, list[str]]:
    """Run the bench's Makefile; its exit code and what it printed.

    Raises:
        ToolError: it was silent for too long, and was ended.
    """
    said: list[str] = []
    label = job.simulator.label
    command = ["make", "-C", str(job.sim), f"SIM={job.simulator.name}"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with (
        (job.build / LOG).open("w") as log,
        Teller(progress, label, on_built, TABLES if job.with_tables else "") as teller,
        own_group(command, env=_environment(job), text=True, errors="replace", **pipes) as process,
    ):
        assert process.stdout is not None
        try:
            for line in listen(process.stdout, job.timeout):
                if line.startswith(MARK):
                    teller.hear(line)
                else:
                    log.write(line)
                    said.append(line.rstrip())
        except SilenceError:
            doing = f"in the check `{teller.check}`" if teller.check else "while it was built"
            raise ToolError(
                label,
                f"the simulation said nothing for {job.timeout:g} s {doing}, and was ended",
                "Look for a combinational loop in edited HDL; if it is only slow, give it more with --timeout",
            ) from None
        process.wait()
    return process.returncode, said


def _environment(job: Job) -> dict[str, str]:
    """What the Makefile reads; variables of an enclosing `make` would change what it does."""
    kept = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    chosen = {
        **job.simulator.variables,
        "PYTHON": sys.executable,
        "BENCH": str(job.bench.resolve()),
        "BUILD": str(job.build.resolve()),
        "SEED": str(job.seed),
        "FRAMES": "" if job.frames is None else str(job.frames),
        "CYCLES": "" if job.cycles is None else str(job.cycles),
        "VECTORS": str(job.vectors.resolve()) if job.vectors else "",
        "WAVES": "1" if job.waves else "",
        "BENCH_PROGRESS": "1",
        "COCOTB_ANSI_OUTPUT": "0",
        "JOBS": str(len(os.sched_getaffinity(0))),
    }
    others = {key: value for key, value in kept.items() if key not in _SWITCHES}
    return {**others, **chosen}


def _cause(lines: list[str]) -> str:
    """The line that says why: the first with an error, else the last."""
    for line in lines:
        lowered = line.lower()
        if ("error" in lowered or "fatal" in lowered) and "0 error" not in lowered and not line.startswith("make"):
            return f"failed: {line.strip()}"
    located = [line for line in lines if ":" in line and not line.startswith("make")]  # GHDL says FILE:LINE:COLUMN: why
    return f"failed: {(located or lines or ['no output'])[0].strip()}"
