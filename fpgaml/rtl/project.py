"""Write a whole RTL project into a folder: HDL, golden vectors, bench, guides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fpgaml import __version__
from fpgaml.boards import Board
from fpgaml.boards.ecp5 import nextpnr_options
from fpgaml.graph.dump import dump
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import to_json
from fpgaml.project.golden import golden_file, write_golden
from fpgaml.project.ports import Port
from fpgaml.proof.golden import Golden
from fpgaml.rtl import bench_files
from fpgaml.rtl.core import Core
from fpgaml.rtl.dataflow.endless.rates import open_input
from fpgaml.rtl.instance import instance_file, instance_text
from fpgaml.rtl.render import templates
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.shell import ShellSpec, result_interval, shell_drain, shell_latency, shell_sources
from fpgaml.rtl.stretch_files import bench_of, write_stretch
from fpgaml.rtl.tables import write_tables
from fpgaml.rtl.vendor_scripts import SynthDesign, tool_of, write_synth
from fpgaml.target import Texts

HDL_FOLDER = "hdl"
SIM_FOLDER = "sim"


@dataclass(frozen=True)
class RtlProject:
    """Everything that a project's files follow from."""

    graph: Graph
    core: Core
    spec: ShellSpec
    board: Board

    def write(self, folder: Path) -> None:
        """The HDL and what describes it."""
        sources = self._sources()
        hdl = folder / HDL_FOLDER
        hdl.mkdir()
        for name, text in sources.items():
            (hdl / name).write_text(text)
        (hdl / "files.txt").write_text("".join(f"{name}\n" for name in sources))
        (folder / "graph.json").write_text(to_json(self.graph))
        (folder / "network.txt").write_text(dump(self.graph))

    def finish(self, folder: Path, golden: Golden, texts: Texts) -> None:
        """Golden vectors, the bench, scripts for synthesis, and the guides."""
        if continuous := self.spec.core.continuous:
            write_stretch(folder, open_input(self.graph), continuous, golden.inputs)
        inputs, outputs = self.spec.tensors
        for ports, direction, batches in (
            (inputs, "input", golden.inputs),
            (outputs, "output", golden.outputs),
        ):
            for port in ports:
                write_golden(folder, port, direction, [batch[port.name] for batch in batches])
        sources = [f"{HDL_FOLDER}/{name}" for name in (folder / HDL_FOLDER / "files.txt").read_text().split()]
        self._write_bench(folder / SIM_FOLDER, sources)
        clock = "aclk" if self.spec.kind == ShellKind.AXIS else "clk"
        part, period = self.board.part, self.board.clock_ns
        hdl, name = str(self.spec.hdl), self.graph.name
        write_synth(folder, SynthDesign(self.spec.top, sources, hdl, part, period, clock, name, __version__))
        (folder / instance_file(self.spec)).write_text(instance_text(self.spec, period))
        self._write_guides(folder, texts)

    def _sources(self) -> dict[str, str]:
        """File name to text, in compile order: library, layers and core, top."""
        shell = shell_sources(self.spec)
        top = f"{self.spec.top}{self.spec.hdl.suffix}"
        return {name: text for name, text in shell.items() if name != top} | {**self.core.sources, top: shell[top]}

    def _write_bench(self, folder: Path, sources: list[str]) -> None:
        folder.mkdir()
        bench_files.copy_bench(folder)
        facts: dict[str, Any] = {
            "format": bench_files.FORMAT,
            "version": bench_files.VERSION,
            "top": self.spec.top,
            "shell": str(self.spec.kind),
            "hdl": str(self.spec.hdl),
            "sources": [f"../{source}" for source in sources],
            "clock_ns": self.board.clock_ns,
            "latency": shell_latency(self.spec),
            "interval": result_interval(self.spec),
            "inputs": _bench_ports(self.spec.inputs, "input"),
            "outputs": _bench_ports(self.spec.outputs, "output"),
        }
        if continuous := self.spec.core.continuous:
            facts |= bench_of(continuous)
        elif self.spec.kind == ShellKind.AXIS or self.spec.core.streaming:
            facts["stream"] = asdict(self.spec.layout)
        if self.spec.core.streaming and not continuous:
            facts["streaming"] = bench_pace(self.spec)
        if tables := self.core.tables:
            facts["tables"] = write_tables(folder.parent, folder, HDL_FOLDER, tables, self.spec.top, self.spec.hdl)
        (folder / "bench.json").write_text(json.dumps(facts, indent=2) + "\n")

    def _write_guides(self, folder: Path, texts: Texts) -> None:
        environment = templates("templates/project")
        spec, clock = self.spec, self.board.clock_ns
        latency, tool = shell_latency(spec), tool_of(self.board.part, str(spec.hdl))
        context = {
            "title": self.graph.name,
            "version": __version__,
            "texts": texts,
            "language": "VHDL" if spec.hdl == Hdl.VHDL else "Verilog",
            "suffix": spec.hdl.suffix,
            "part": self.board.part,
            "family": str(self.board.family),
            "tool": tool.target if tool else "",
            "nextpnr": " ".join(nextpnr_options(self.board.part)) if tool and tool.target == "nextpnr" else "",
            "vhdl_only": tool is None and tool_of(self.board.part, "verilog") is not None,
            "clock_ns": f"{clock:g}",
            "clock_mhz": f"{1e3 / clock:g}",
            "spec": spec,
            "axis": spec.kind == ShellKind.AXIS,
            "streaming": spec.core.streaming,
            "whole": "`axis_streaming.sv`" if spec.core.streaming else "`axis.sv`",
            "drain": shell_drain(spec),
            "latency": latency,
            "latency_ns": f"{latency * clock:g}",
            "interval": result_interval(spec),
            "continuous": spec.core.continuous,
            "timetable": self.core.timetable,
            "ports": [
                *(_described(port, "in", spec.lane_in) for port in spec.tensors[0]),
                *(_described(port, "out", spec.lane_out) for port in spec.tensors[1]),
            ],
            "tables": bool(self.core.tables),
            "layers": [layer.name for layer in self.core.layers],
        }
        for name in ("README.md", "Makefile"):
            (folder / name).write_text(environment.get_template(f"{name}.jinja").render(context))


def bench_pace(spec: ShellSpec) -> dict[str, int | None]:
    """What bench.json declares of a streaming core beside its latency and interval, in cycles and beats."""
    in_turn = {"channels": spec.core.channels} if spec.core.channels > 1 else {}
    return in_turn | {
        "spacing": spec.core.spacing,
        "rest": spec.core.rest,
        "drain": shell_drain(spec),
        "fifo_depth": spec.fifo_depth if spec.kind == ShellKind.AXIS else None,
    }


def _bench_ports(ports: Sequence[Port], direction: str) -> list[dict[str, Any]]:
    return [bench_files.port_row(port, f"../{golden_file(port, direction)}") for port in ports]


def _described(port: Port, direction: str, lane: int) -> dict[str, Any]:
    return {
        "direction": direction,
        "name": port.name,
        "shape": " × ".join(map(str, port.shape)),
        "kind": "signed" if port.signed else "unsigned",
        "width": port.width,
        "lane": lane,
        "fractional": port.fractional,
    }
