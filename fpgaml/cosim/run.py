"""Run a project's bench in a build folder of its own, and read what it found."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from fpgaml.cores import cores
from fpgaml.cosim.built import Prepared, prepare
from fpgaml.cosim.job import TABLES, Job
from fpgaml.cosim.listen import MARK, Teller
from fpgaml.cosim.outcome import Outcome, read_outcome
from fpgaml.cosim.tools import Simulator
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.processes import SilenceError, lines, own_group
from fpgaml.progress import Progress, Silent
from fpgaml.toolchain import cache_folder

_SWITCHES = {"COCOTB_TESTCASE", "COCOTB_TEST_FILTER", "TESTCASE", "MODULE", "TOPLEVEL", "PLUSARGS", "EXTRA_ARGS"}
"""cocotb's own; left in the environment they would change what is run."""
JUNIT = "results.xml"
RESULTS = "bench_results.json"
LOG = "log.txt"


def run_job(job: Job, progress: Progress | None = None) -> Outcome:
    """Build the simulation, or take the one that is there, run it, and read the results.

    Raises:
        ToolError: the simulator does not take the design, or hangs.
    """
    progress = progress or Silent()
    with _alone(job.build, progress):
        prepared = prepare(job)
        for name in (JUNIT, RESULTS):
            (job.build / name).unlink(missing_ok=True)
        code, said = _make(job, prepared, progress)
        if not (job.build / RESULTS).exists():
            raise ToolError(
                job.simulator.label, f"{_cause(said)} (exit code {code})", f"The whole output is in {job.build / LOG}"
            )
        return read_outcome(job.build / RESULTS, job.build / JUNIT)


def usual_folder(project: Path, simulator: Simulator, waves: bool) -> Path:
    """`sim/build/SIMULATOR` of a project."""
    return project / "sim" / "build" / (f"{simulator.name}-waves" if waves else simulator.name)


def build_folder(project: Path, simulator: Simulator, waves: bool) -> Path:
    """The usual folder, else, where that cannot be written, one in the user's cache; it is there now.

    Raises:
        FpgamlError: neither can be written.
    """
    wanted = usual_folder(project, simulator, waves)
    with contextlib.suppress(OSError):
        wanted.mkdir(parents=True, exist_ok=True)
        if os.access(wanted, os.W_OK):
            return wanted
    key = hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:16]
    folder = cache_folder() / "cosim" / key / wanted.name
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


def _make(job: Job, prepared: Prepared, progress: Progress) -> tuple[int, list[str]]:
    """Run the bench's Makefile; its exit code and what it printed.

    Raises:
        ToolError: it was silent for too long, and was ended.
    """
    said: list[str] = []
    label = job.simulator.label
    command = ["make", "-C", str(job.sim), f"SIM={job.simulator.name}"]
    environment = _environment(job) | dict(prepared.variables)
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with (
        (job.build / LOG).open("w") as log,
        Teller(progress, label, prepared.on_built, TABLES if job.with_tables else "") as teller,
        own_group(command, env=environment, text=True, errors="replace", **pipes) as process,
    ):
        assert process.stdout is not None
        try:
            for line in lines(process.stdout, job.timeout):
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
        "JOBS": str(cores()),
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
