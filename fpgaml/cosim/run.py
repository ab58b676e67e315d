"""Run a project's bench in a build folder of its own, and read what it found."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.cosim.outcome import Outcome, read_outcome
from fpgaml.cosim.tools import Simulator
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.progress import Progress, Silent

_SWITCHES = {"COCOTB_TESTCASE", "COCOTB_TEST_FILTER", "TESTCASE", "MODULE", "TOPLEVEL", "PLUSARGS", "EXTRA_ARGS"}
"""cocotb's own; left in the environment they would change what is run."""
JUNIT = "results.xml"
RESULTS = "bench_results.json"
LOG = "log.txt"


@dataclass(frozen=True)
class Job:
    """What to simulate.

    Args:
        sim: the folder with the bench (a project's `sim/`); bench: its bench.json.
        build: where everything goes that the simulation writes.
        frames: of the full load; None: as the bench has it. seed: of everything random.
        vectors: a folder with more vectors; waves: write waveforms.
    """

    sim: Path
    bench: Path
    build: Path
    simulator: Simulator
    frames: int | None = None
    seed: int = 1
    vectors: Path | None = None
    waves: bool = False


def run_job(job: Job, progress: Progress | None = None) -> Outcome:
    """Build the simulation, or take the one that is there, run it, and read the results.

    Raises:
        ToolError: the simulator does not take the design.
    """
    progress = progress or Silent()
    with _alone(job.build, progress):
        _drop_stale_build(job)
        for name in (JUNIT, RESULTS):
            (job.build / name).unlink(missing_ok=True)
        code, lines = _make(job, progress)
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
    from fpgaml.hls.csim import cache_folder

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


def _drop_stale_build(job: Job) -> None:
    """Forget a build of other sources: times of files do not always tell (a copied or unpacked project)."""
    stamp, key = job.build / ".key", _key(job)
    with contextlib.suppress(OSError):
        if stamp.read_text() == key:
            return
    shutil.rmtree(job.build / "sim", ignore_errors=True)
    stamp.write_text(key)


def _key(job: Job) -> str:
    digest = hashlib.sha256(f"{job.simulator.label} {sorted(job.simulator.variables.items())}".encode())
    content = read_bench_json(job.bench)
    paths = [job.bench, job.sim / "Makefile", *(job.bench.parent / name for name in content["sources"])]
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
    if not isinstance(content, dict) or content.get("format") != "fpgaml bench":
        raise FpgamlError(str(path), "is no description of a bench", advice)
    missing = {"shell", "hdl", "sources", "inputs", "outputs"} - content.keys()
    if missing or content["hdl"] not in ("verilog", "vhdl"):
        what = f"lacks {', '.join(sorted(missing))}" if missing else f"has hdl `{content['hdl']}`"
        raise FpgamlError(str(path), what, advice)
    return content


def _make(job: Job, progress: Progress) -> tuple[int, list[str]]:
    """Run the bench's Makefile; its exit code and what it printed."""
    lines: list[str] = []
    job.build.mkdir(parents=True, exist_ok=True)
    command = ["make", "-C", str(job.sim), f"SIM={job.simulator.name}"]
    process = subprocess.Popen(
        command,
        env=_environment(job),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        with (job.build / LOG).open("w") as log, _Teller(progress, job.simulator) as tell:
            for line in process.stdout:
                if line.startswith("@progress "):
                    tell(line)
                else:
                    log.write(line)
                    lines.append(line.rstrip())
        return process.wait(), lines
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # make and all that it started
            process.wait()


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
        "VECTORS": str(job.vectors.resolve()) if job.vectors else "",
        "WAVES": "1" if job.waves else "",
        "BENCH_PROGRESS": "1",
        "COCOTB_ANSI_OUTPUT": "0",
        "JOBS": str(len(os.sched_getaffinity(0))),
    }
    others = {key: value for key, value in kept.items() if key not in _SWITCHES}
    return {**others, **chosen}


class _Teller:
    """Turns the bench's progress lines into steps and bars."""

    def __init__(self, progress: Progress, simulator: Simulator) -> None:
        self._progress, self._label = progress, simulator.label
        self._check = ""
        self._total = self._done = 0
        self._advance: Callable[[int], object] = lambda _: None
        self._shown = ExitStack()

    def __enter__(self) -> Callable[[str], None]:
        self._shown.enter_context(self._progress.step(f"building the simulation with {self._label}"))
        return self._hear

    def __exit__(self, *_: object) -> None:
        self._shown.close()

    def _hear(self, line: str) -> None:
        """`@progress CHECK DONE TOTAL`, TOTAL 0 where it is not known."""
        parts = line.split()
        if len(parts) != 4 or not (parts[2].isdecimal() and parts[3].isdecimal()):
            return
        check, done, total = parts[1], int(parts[2]), int(parts[3])
        if (check, total) != (self._check, self._total):
            self._shown.close()
            title = f"{self._label}: {check.replace('_', ' ')}"
            self._check, self._total, self._done = check, total, 0
            if total:
                self._advance = self._shown.enter_context(self._progress.bar(title, total))
            else:
                self._shown.enter_context(self._progress.step(title))
                self._advance = lambda _: None
        if done > self._done:
            self._advance(done - self._done)
            self._done = done


def _cause(lines: list[str]) -> str:
    """The line that says why: the first with an error, else the last."""
    for line in lines:
        lowered = line.lower()
        if ("error" in lowered or "fatal" in lowered) and "0 error" not in lowered and not line.startswith("make"):
            return f"failed: {line.strip()}"
    located = [line for line in lines if ":" in line and not line.startswith("make")]  # GHDL says FILE:LINE:COLUMN: why
    return f"failed: {(located or lines or ['no output'])[0].strip()}"
