"""C-simulation with g++: compiled once per content, run in bulk, one process a core."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fpgaml.cache import Cache
from fpgaml.cores import cores
from fpgaml.errors import CheckFailedError, ToolError
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import CppPort
from fpgaml.project.words import from_words, to_words
from fpgaml.toolchain import compiler_version, find_compiler, first_error

FLAGS = ("-std=c++17", "-O3", "-DNDEBUG", "-w", "-fno-strict-aliasing")
DEFINES = ('-DWEIGHTS_DIR="firmware/weights"',)
INCLUDES = {
    "ap": ("-Icsim/include", "-Ifirmware/ap_types", "-I."),
    "ac": (
        "-Ifirmware/ac_types",
        "-Ifirmware/ac_types/include",
        "-Ifirmware/ac_math/include",
        "-Ifirmware/ac_simutils/include",
        "-Ifirmware/nnet_utils",
        "-I.",
    ),
}
COMPILE_TIMEOUT = 3600.0
PROGRAM = "bulk"


@dataclass(frozen=True)
class CSim:
    """A compiled C-simulation.

    Args:
        program: the executable; project: the folder that it runs in (its weights are read there).
        inputs, outputs: the ports.
        seconds: how long compiling took; 0 if it was in the cache.
        compiler: its version line.
    """

    program: Path
    project: Path
    inputs: tuple[CppPort, ...]
    outputs: tuple[CppPort, ...]
    seconds: float
    compiler: str

    def run(self, values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        """Run a batch of events.

        Args:
            values: for each input's name values of shape (batch, *shape), in the port's type.

        Returns:
            The outputs by name, shape (batch, *shape).

        Raises:
            CheckFailedError: the design read an empty stream, left beats over, or crashed.
        """
        events = values[self.inputs[0].name].shape[0]
        with tempfile.TemporaryDirectory(prefix="fpgaml-csim-") as scratch:
            names = [Path(scratch) / f"in{i}.bin" for i in range(len(self.inputs))]
            for port, name in zip(self.inputs, names, strict=True):
                to_words(values[port.name], port).tofile(name)
            results = [Path(scratch) / f"out{i}.bin" for i in range(len(self.outputs))]
            processes = max(1, min(cores(), events))
            command = [str(self.program), str(events), str(processes), *map(str, names), *map(str, results)]
            done = subprocess.run(command, cwd=self.project, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                cause = "left beats over in a stream" if done.returncode == 3 else done.stderr.strip() or "crashed"
                raise CheckFailedError("C-simulation", f"the design {cause} (exit code {done.returncode})")
            return {
                port.name: from_words(np.fromfile(name, dtype=np.uint64), port, events)
                for port, name in zip(self.outputs, results, strict=True)
            }


def build(
    project: Path,
    inputs: tuple[CppPort, ...],
    outputs: tuple[CppPort, ...],
    arithmetic: str,
    on_compile: Callable[[], object] = lambda: None,
) -> CSim:
    """Compile a project's C-simulation, or take it from the cache.

    Args:
        arithmetic: "ap" or "ac".
        on_compile: called when there is something to compile.

    Raises:
        ToolError: no compiler, or it failed.
    """
    import time

    compiler = find_compiler()
    if compiler is None:
        raise ToolError("C-simulation", "needs g++, which is not on PATH", "On Debian: apt-get install g++")
    version = compiler_version(compiler)
    key = _content_hash(project, version, arithmetic)
    seconds = 0.0

    def make(folder: Path) -> None:
        nonlocal seconds
        on_compile()
        started = time.monotonic()
        _compile(project, compiler, folder / PROGRAM, arithmetic)
        seconds = time.monotonic() - started

    program = Cache("csim").obtain(key, make) / PROGRAM
    return CSim(program, project, inputs, outputs, seconds, version)


def _content_hash(project: Path, version: str, arithmetic: str) -> str:
    """Of everything that the program depends on: sources, flags, compiler. Weights are read when it runs."""
    digest = hashlib.sha256(repr((version, FLAGS, DEFINES, INCLUDES[arithmetic])).encode())
    sources = [*(project / "firmware").rglob("*.h"), *(project / "csim").rglob("*")]
    sources += [*(project / "firmware").glob("*.cpp"), *project.glob("*_bridge.cpp")]
    for path in sorted(p for p in sources if p.is_file()):
        digest.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:32]


def _compile(project: Path, compiler: str, program: Path, arithmetic: str) -> None:
    units = [project / "csim" / "bulk.cpp", project / "firmware" / "network.cpp"]
    if arithmetic == "ac":
        units.append(project / "network_bridge.cpp")
    with tempfile.TemporaryDirectory(prefix="fpgaml-csim-") as scratch:
        objects = [Path(scratch) / f"{unit.stem}.o" for unit in units]
        trace = ["-DFPGAML_TRACE_SYMBOLS"] if arithmetic == "ap" else []
        base = [compiler, *FLAGS, *DEFINES, *trace, *INCLUDES[arithmetic]]
        with _together() as start:
            for unit, target in zip(units, objects, strict=True):
                start([*base, "-c", str(unit.relative_to(project)), "-o", str(target)], project)
        with _together() as start:
            start([compiler, *map(str, objects), "-o", str(program)], project)


@contextmanager
def _together() -> Iterator[Callable[[list[str], Path], None]]:
    """Run commands at the same time; at the end wait for all of them.

    Raises:
        ToolError: one of them failed; with the first error that it printed.
    """
    running: list[tuple[subprocess.Popen[str], list[str]]] = []

    def start(command: list[str], folder: Path) -> None:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        running.append((process, command))

    try:
        yield start
        for process, command in running:
            output, _ = process.communicate(timeout=COMPILE_TIMEOUT)
            if process.returncode != 0:
                cause = first_error(output) or f"exit code {process.returncode}"
                raise ToolError("g++", f"failed on {command[-3]}: {cause}", "Report this with the model file")
    finally:
        for process, _ in running:
            if process.poll() is None:
                process.kill()
                process.wait()
