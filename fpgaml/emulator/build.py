"""The generated source as a shared library: compiled once per content, kept in the cache."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from fpgaml.cache import Cache
from fpgaml.emulator.source import Source
from fpgaml.errors import ToolError
from fpgaml.progress import Progress
from fpgaml.toolchain import compiler_version, find_compiler, first_error

FLAGS = ("-std=c++17", "-O3", "-fPIC", "-shared", "-ffp-contract=fast")
COMPILE_TIMEOUT = 3600.0
LIBRARY = "emulator.so"
KEPT = Cache("emulator")
LEVELS: tuple[tuple[int, frozenset[str]], ...] = (
    (2, frozenset({"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "fma"})),
    (1, frozenset({"avx2", "fma"})),
)
"""The sets of instructions that the source is compiled for, and the flags of /proc/cpuinfo that each takes."""


def build(source: Source, progress: Progress) -> Path:
    """The shared library of a source, for this processor.

    Args:
        progress: hears of compiling.

    Raises:
        ToolError: no compiler, or it failed.
    """
    compiler = find_compiler()
    if compiler is None:
        raise ToolError("emulator", "needs g++, which is not on PATH", "On Debian: apt-get install g++")

    def make(folder: Path) -> None:
        with progress.step("Compiling the emulator"):
            _compile(source, compiler, _flags(), folder / LIBRARY)

    return KEPT.obtain(_key(source, compiler), make) / LIBRARY


def find(source: Source) -> Path | None:
    """The shared library of a source, where it was compiled before."""
    compiler = find_compiler()
    entry = None if compiler is None else KEPT.find(_key(source, compiler))
    return None if entry is None else entry / LIBRARY


def _key(source: Source, compiler: str) -> str:
    parts = (compiler_version(compiler), platform.machine(), _flags(), source.name, source.header, source.source)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _flags() -> tuple[str, ...]:
    return (*FLAGS, *_level())


def _compile(source: Source, compiler: str, flags: tuple[str, ...], library: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fpgaml-emulator-") as scratch:
        folder = Path(scratch)
        (folder / f"{source.name}.h").write_text(source.header, encoding="utf-8")
        (folder / f"{source.name}.cpp").write_text(source.source, encoding="utf-8")
        command = [compiler, *flags, f"{source.name}.cpp", "-o", str(library)]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=COMPILE_TIMEOUT
            )
        except subprocess.TimeoutExpired:
            raise ToolError(compiler, f"did not compile the emulator within {COMPILE_TIMEOUT:.0f} s") from None
    if done.returncode != 0:
        cause = first_error(done.stderr) or f"exit code {done.returncode}"
        raise ToolError(compiler, f"failed on the emulator: {cause}", "Report this with the model file")


def instruction_set() -> str:
    """The set of instructions in use on this processor: `avx512`, `avx2` or `baseline`."""
    return {2: "avx512", 1: "avx2"}.get(_highest() or 0, "baseline")


def _level() -> tuple[str, ...]:
    """Which of the sets of instructions is compiled alone; nothing, so all, where the processor does not say."""
    level = _highest()
    return () if level is None else (f"-DFPGAML_EMULATOR_ONLY={level}",)


@cache
def _highest() -> int | None:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return None
    line = next((line for line in text.splitlines() if line.startswith("flags")), "")
    held = frozenset(line.partition(":")[2].split())
    if not held:
        return None
    return next((level for level, flags in LEVELS if flags <= held), 0)
