"""The bench on RTL of a vendor's tool: an HLS project's golden vectors through the Verilog that Vitis HLS wrote."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.cosim.choice import PACES, Ready, Work, choose
from fpgaml.cosim.job import Job
from fpgaml.cosim.load import cycles
from fpgaml.cosim.outcome import Outcome
from fpgaml.cosim.project import Cosimulation, Options
from fpgaml.cosim.record import check_of, entry_of, record
from fpgaml.cosim.run import build_folder, run_job
from fpgaml.cosim.vectors import write_random_vectors
from fpgaml.cosim.vendor.csynth import StatedTiming, find_timing
from fpgaml.cosim.vendor.ports import map_ports, module_text, read_pins, reshaped_variables
from fpgaml.errors import FpgamlError
from fpgaml.interrupts import interruptible
from fpgaml.progress import Progress, Silent
from fpgaml.project.golden import golden_file
from fpgaml.project.hashes import edited_files
from fpgaml.project.ports import CppPort
from fpgaml.record.files import read_manifest
from fpgaml.record.manifest import Manifest, PortFacts
from fpgaml.rtl import bench_files

SHELLS = {"io_stream": "vitis_stream", "io_parallel": "vitis_parallel"}
TOPS = ("network", "myproject")
"""Top functions of fpgaml's and of hls4ml's projects."""
FULL_LOAD_CYCLES = 200_000
"""About how many clock cycles the full load takes where the number of frames is not given."""


@dataclass(frozen=True)
class VendorDesign:
    """Verilog of a vendor's tool.

    Args:
        folder: where it is; top: its top module; sources: all files, by name.
        text: of the file with the top module; timing: what the vendor's report says, None without one.
    """

    folder: Path
    top: str
    sources: tuple[Path, ...]
    text: str
    timing: StatedTiming | None


@dataclass(frozen=True)
class VendorCosimulation:
    """A simulation of vendor RTL: what the bench found, and what the vendor's report says of the timing."""

    run: Cosimulation
    design: VendorDesign

    @property
    def outcome(self) -> Outcome:
        """What the bench found."""
        return self.run.outcome


@interruptible()
def simulate_vendor(
    project: Path, rtl: Path, top: str | None = None, options: Options | None = None, progress: Progress | None = None
) -> VendorCosimulation:
    """Run the bench on vendor RTL, and write what was found into the project's results.json.

    Args:
        project: the HLS project that `fpgaml convert` wrote, backend Vitis.
        rtl: the folder with Verilog, such as network_prj/solution1/syn/verilog.
        top: its top module; None: `network`, `myproject`, or the one that Vitis HLS marked.

    Raises:
        FpgamlError: no such project, no such Verilog, or its ports are not the project's.
        ToolError: a tool is missing, does not take the design, or hangs.
    """
    options, progress = options or Options(), progress or Silent()
    manifest = read_manifest(project)
    settings = manifest.settings.to_json()
    if settings.get("backend") not in ("Vitis", "Vivado") or settings.get("io") not in SHELLS:
        raise FpgamlError(
            str(project), "is no HLS project of Vitis", "Give what `fpgaml convert --backend vitis` wrote"
        )
    design = find_design(rtl, top)
    inputs, outputs = _ports(manifest.inputs), _ports(manifest.outputs)
    facts = map_ports(
        design.top,
        read_pins(design.text, design.top),
        inputs,
        outputs,
        settings["io"],
        reshaped_variables(project / "firmware" / "network.cpp"),
    )
    frames = options.frames or _frames(design.timing)
    # What is compiled already is not known before the bench is written, which lies in the simulator's folder.
    choice = choose("verilog", options.simulator, _work_of(design, frames, options), lambda _: Ready())
    simulator = choice.simulator
    build = build_folder(project, simulator, options.waves)
    bench = _write_bench(build, project, design, facts, inputs, outputs, manifest)
    content = json.loads(bench.read_text("utf-8"))
    vectors = build / "vectors" if options.random else None
    if vectors is not None:
        write_random_vectors(project, content, vectors, options.random, options.seed, progress)
    asked = options.seed, vectors, options.waves, options.timeout, options.cycles
    job = Job(bench.parent, bench, build, simulator, frames, *asked)
    outcome = run_job(job, progress)
    edited = tuple(edited_files(project, manifest))
    entry = entry_of(outcome, simulator, edited, design.timing.entry() if design.timing else None, choice.reason)
    check = check_of(outcome, simulator, content)
    results = record(project, entry, check, simulator)
    return VendorCosimulation(Cosimulation(outcome, simulator, edited, results, entry, check, build), design)


def find_design(folder: Path, top: str | None = None) -> VendorDesign:
    """The Verilog in a folder.

    Raises:
        FpgamlError: there is none, or no telling which module is the top.
    """
    if not folder.is_dir():
        raise FpgamlError(str(folder), "is not a folder", "Give the folder with the Verilog that Vitis HLS wrote")
    sources = tuple(sorted(path for path in folder.iterdir() if path.suffix in (".v", ".sv") and path.is_file()))
    if not sources:
        advice = "Vitis HLS writes it into NAME_prj/solution1/syn/verilog"
        raise FpgamlError(str(folder), "holds no Verilog", advice)
    texts = {path: path.read_text("utf-8", errors="replace") for path in sources}
    for name in (top,) if top else TOPS:
        for text in texts.values():
            if module_text(text, name) is not None:
                return VendorDesign(folder, name, sources, text, find_timing(folder, name, text))
    if top:
        raise FpgamlError("--top", f"no module `{top}` in {folder}")
    marked = [(path, text) for path, text in texts.items() if "CORE_GENERATION_INFO" in text]
    if len(marked) == 1 and module_text(marked[0][1], marked[0][0].stem) is not None:
        path, text = marked[0]
        return VendorDesign(folder, path.stem, sources, text, find_timing(folder, path.stem, text))
    raise FpgamlError(str(folder), f"has no module {' or '.join(TOPS)}", "Name the top module with --top")


def _ports(rows: Sequence[PortFacts]) -> tuple[CppPort, ...]:
    return tuple(CppPort.from_row(row.to_json()) for row in rows)


def _write_bench(
    build: Path,
    project: Path,
    design: VendorDesign,
    facts: dict[str, Any],
    inputs: tuple[CppPort, ...],
    outputs: tuple[CppPort, ...],
    manifest: Manifest,
) -> Path:
    """The bench with its bench.json and the RTL, in the build folder; returns bench.json."""
    bench, rtl = build / "bench", build / "rtl"
    for folder in (bench, rtl):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    bench_files.copy_bench(bench)
    for source in design.sources:
        text = source.read_text("utf-8", errors="replace")
        (rtl / source.name).write_text(_with_absolute_tables(text, design.folder), "utf-8")
    timing = design.timing
    known = {"latency": timing.latency, "interval": timing.interval} if timing else {}
    content = {
        "format": bench_files.FORMAT,
        "version": bench_files.VERSION,
        "top": design.top,
        "shell": SHELLS[manifest.settings.to_json()["io"]],
        "hdl": "verilog",
        "sources": [f"../rtl/{source.name}" for source in design.sources],
        "clock_ns": manifest.board.clock_ns,
        "latency": None,
        "interval": None,
        "inputs": _bench_ports(project, inputs, "input"),
        "outputs": _bench_ports(project, outputs, "output"),
        "vitis": {**facts, "expected": {key: value for key, value in known.items() if value is not None}},
    }
    (bench / "bench.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    return bench / "bench.json"


def _bench_ports(project: Path, ports: Sequence[CppPort], direction: str) -> list[dict[str, Any]]:
    return [bench_files.port_row(port, str((project / golden_file(port, direction)).absolute())) for port in ports]


def _with_absolute_tables(text: str, folder: Path) -> str:
    """Vitis' memories read their tables from the folder that the simulator runs in: let them find them."""

    def replace(match: re.Match[str]) -> str:
        path = (folder / match[2]).absolute()
        return f'{match[1]}"{path}"' if path.is_file() else match[0]

    return re.sub(r'(\$readmem[hb]\s*\(\s*)"([^"]+)"', replace, text)


def _work_of(design: VendorDesign, frames: int, options: Options) -> Work:
    timing = design.timing
    paces = {"interval": timing.interval, "latency": timing.latency} if timing else {}
    size = sum(path.stat().st_size for path in design.sources)
    return Work(size / 1000, {name: cycles(paces, name, frames, options.random, options.cycles) for name in PACES})


def _frames(timing: StatedTiming | None) -> int:
    interval = timing.interval if timing and timing.interval else 1
    return max(20, min(20_000, FULL_LOAD_CYCLES // interval))
