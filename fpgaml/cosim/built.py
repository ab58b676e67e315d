"""Simulations that are built: taken up where the sources are the same, in whichever project; else forgotten."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from fpgaml.cache import Cache
from fpgaml.cosim.job import Job, read_bench_json
from fpgaml.errors import FpgamlError
from fpgaml.toolchain import compiler_version, find_compiler

CACHE, RUNTIMES = Cache("bench"), Cache("bench_runtime")
STAMP = ".key"
SIM = "sim"
"""Where the Makefile builds, in the build folder; the tables in a folder within."""
FILES = {"verilator": ("bench.vlt", "Vtop.mk", "Vtop"), "icarus": ("cmds.f", "sim.vvp")}
"""What `make` takes for a built simulation, the oldest first; GHDL's analysis holds paths, and takes seconds."""
RUNTIME = ("verilated.o", "verilated_dpi.o", "verilated_threads.o", "verilated_vpi.o")
"""Verilator's own part, which knows nothing of the design and takes longer to compile than a small one."""
_HEARD = (
    *("COMPILE_ARGS", "BUILD_ARGS", "VERILATOR_ROOT", "CXX", "CXXFLAGS", "CPPFLAGS", "CFLAGS", "LDFLAGS", "OPT"),
    *("OPT_FAST", "OPT_SLOW", "OPT_GLOBAL", "COCOTB_HDL_TIMEUNIT", "COCOTB_HDL_TIMEPRECISION"),
)
"""Variables of the environment that the makefiles hear when they build."""


def is_built(job: Job) -> bool:
    """Whether the job finds its simulation built, in its build folder or in the cache."""
    key = _key(job)
    return _stamped(job) == key or (_shared(job) and CACHE.find(key) is not None)


@dataclass(frozen=True)
class Prepared:
    """A build folder with what there is already.

    Args:
        on_built: to be called when the build is whole.
        variables: what `make` is to be told beside all else.
    """

    on_built: Callable[[], object]
    variables: Mapping[str, str]


def prepare(job: Job) -> Prepared:
    """Give `make` the simulation that is built already; forget one of other sources, or half of one.

    Times of files do not tell: of a project that was copied or unpacked, or where a compiler was killed.

    Raises:
        FpgamlError: a source cannot be read.
    """
    stamp, key = job.build / STAMP, _key(job)
    variables: dict[str, str] = {}
    if _stamped(job) != key or not _whole(job):
        shutil.rmtree(job.build / SIM, ignore_errors=True)
        if _shared(job) and (entry := CACHE.find(key)):
            _take_up(job, entry)
        elif runtime := _runtime(job):
            variables = _take_runtime(job, runtime)
    _renew(job)
    stamp.unlink(missing_ok=True)

    def built() -> None:
        stamp.write_text(key)
        if _shared(job):
            CACHE.offer(key, lambda entry: _copy(job, job.build / SIM, entry))
            if job.simulator.name == "verilator":
                RUNTIMES.offer(_tools_key(job), lambda entry: _copy_files(RUNTIME, job.build / SIM, entry))

    return Prepared(built, variables)


def has_runtime(job: Job) -> bool:
    """Whether the simulator's own part is compiled."""
    return _runtime(job) is not None


def _shared(job: Job) -> bool:
    # What writes waveforms knows the file that it writes.
    return job.simulator.name in FILES and not job.waves


def _stamped(job: Job) -> str:
    """Key of the whole build that lies in the build folder; empty if there is none."""
    with contextlib.suppress(OSError):
        return (job.build / STAMP).read_text()
    return ""


def _whole(job: Job) -> bool:
    """Whether nobody took away a part of what lies in the build folder."""
    names = FILES.get(job.simulator.name, ())
    return all((job.build / SIM / part / name).is_file() for part in _parts(job) for name in names)


def _take_up(job: Job, entry: Path) -> None:
    try:
        _copy(job, entry, job.build / SIM)
    except OSError:  # it was removed meanwhile: half of it is worse than none
        shutil.rmtree(entry, ignore_errors=True)
        shutil.rmtree(job.build / SIM, ignore_errors=True)


def _copy(job: Job, source: Path, target: Path) -> None:
    """Copy what is built.

    Raises:
        OSError: not all of it is there.
    """
    for part in _parts(job):
        _copy_files(FILES[job.simulator.name], source / part, target / part)


def _copy_files(names: Sequence[str], source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(source / name, target / name)


def _runtime(job: Job) -> Path | None:
    return RUNTIMES.find(_tools_key(job)) if job.simulator.name == "verilator" and _shared(job) else None


def _take_runtime(job: Job, entry: Path) -> dict[str, str]:
    try:
        for part in _parts(job):
            _copy_files(RUNTIME, entry, job.build / SIM / part)
    except OSError:
        return {}
    # The makefile that Verilator is about to write would be newer: make is told that they stay.
    stay = " ".join(f"--old-file={name}" for name in RUNTIME)
    return {"BUILD_ARGS": f"{os.environ.get('BUILD_ARGS', '')} {stay}".strip()}


def _parts(job: Job) -> tuple[str, ...]:
    """Folders with a simulation each."""
    return (".", "tables") if job.with_tables else (".",)


def _renew(job: Job) -> None:
    """Let what is built be newer than its sources, each file newer than the one before."""
    for part in _parts(job):
        for name in FILES.get(job.simulator.name, ()):
            with contextlib.suppress(OSError):
                os.utime(job.build / SIM / part / name)


def _key(job: Job) -> str:
    """Of everything that a built simulation depends on."""
    content = read_bench_json(job.bench)
    alone = [content["tables"]["source"]] if content.get("tables") else []
    digest = hashlib.sha256(repr((_tools_key(job), content["top"], content["hdl"])).encode())
    for name in (*content["sources"], *alone):
        path = job.bench.parent / name
        digest.update(f"\0{path.name}\0".encode() + _content(path))
    return digest.hexdigest()[:32]


def _tools_key(job: Job) -> str:
    """Of the tools and their flags."""
    simulator = job.simulator
    tools = [simulator.label, sorted(simulator.variables.items()), version("cocotb"), _place("cocotb")]
    if simulator.name == "verilator" and (compiler := find_compiler()):
        tools.append(compiler_version(compiler))
    machine = platform.machine(), platform.libc_ver()
    heard = [(name, os.environ[name]) for name in _HEARD if name in os.environ]
    digest = hashlib.sha256(repr((tools, machine, heard, job.waves)).encode())
    digest.update(_content(job.sim / "Makefile"))
    return digest.hexdigest()[:32]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}", "Convert the model again") from None


def _place(package: str) -> str:
    """Where a package lies: what is built is linked with its libraries."""
    spec = importlib.util.find_spec(package)
    return str(spec.origin) if spec else ""
