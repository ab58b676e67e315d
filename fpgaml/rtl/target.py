"""The RTL target: a pipelined core of Verilog or VHDL in a shell, with its bench."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.boards import Board
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.progress import Progress
from fpgaml.project.manifest import versions
from fpgaml.rtl.core import Core, Estimate
from fpgaml.rtl.estimate import check_fits, estimate_graph
from fpgaml.rtl.lower.graph import check_supported
from fpgaml.rtl.project import RtlProject
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.shell import ShellSpec, shell_interval, shell_latency
from fpgaml.rtl.unrolled import unroll, unrolled_core
from fpgaml.target import Firmware

NAME = "rtl"
CHECK = "Graph = netlist"
SIMULATION = "Graph = RTL simulation"

_IDENTIFIER = re.compile(r"[a-z](_?[a-z0-9])*", re.IGNORECASE)
_RESERVED = frozenset(
    """
    abs access after alias all always and architecture array assert assign attribute automatic begin block body buf
    bufif0 bufif1 buffer bus case casex casez cell cmos component config configuration constant context cover deassign
    default defparam design disable disconnect downto edge else elsif end endcase endconfig endfunction endgenerate
    endmodule endprimitive endspecify endtable endtask entity event exit fairness file for force forever fork function
    generate generic genvar group guarded highz0 highz1 if ifnone impure in incdir include inertial initial inout input
    instance integer is join label large library liblist linkage literal localparam loop macromodule map medium mod
    module nand negedge new next nmos nor noshowcancelled not notif0 notif1 null of on open or others out output package
    parameter pmos port posedge postponed primitive procedure process property protected pull0 pull1 pulldown pullup
    pure range rcmos real realtime record reg register reject release rem repeat report restrict return rnmos rol ror
    rpmos rtran rtranif0 rtranif1 scalared select sequence severity shared showcancelled signal signed sla sll small
    specify specparam sra srl strong strong0 strong1 subtype supply0 supply1 table task then time to tran tranif0
    tranif1 transport tri tri0 tri1 triand trior trireg type unaffected units unsigned until use variable vectored vmode
    vprop vunit wait wand weak0 weak1 when while wire with work wor xnor xor
    """.split()
)
"""Words of Verilog-2005 and VHDL-2008: a project may be written in either, with the same names."""


@dataclass(frozen=True)
class RtlTarget:
    """Settings of an RTL project.

    Args:
        beat: elements a beat of the axis shell, in and out; None: a whole frame a beat.
        tag_bits: of tuser; top: name of the top module.
    """

    hdl: Hdl = Hdl.VERILOG
    shell: ShellKind = ShellKind.AXIS
    beat: int | None = None
    tag_bits: int = 16
    top: str = "network"

    def check(self, graph: Graph, board: Board) -> None:
        """Refuse what cannot be unrolled or cannot fit, from the Graph alone."""
        if not _IDENTIFIER.fullmatch(self.top) or self.top.lower() in _RESERVED:
            raise FpgamlError("--name", f"`{self.top}` is no name for a module", "Letters, digits, single underscores")
        check_supported(graph)
        check_fits(estimate_graph(graph), board, rough=True)

    def write(self, folder: Path, graph: Graph, board: Board, progress: Progress) -> Firmware:
        """Unroll, schedule, and write the HDL."""
        core = unrolled_core(graph, board, self.top, self.hdl, progress)
        spec = self._spec(core)
        project = RtlProject(graph, core, spec, board)
        with progress.step(f"writing the {'VHDL' if self.hdl == Hdl.VHDL else 'Verilog'}"):
            project.write(folder)

        return Firmware(
            spec.inputs,
            spec.outputs,
            CHECK,
            core.run,
            "",
            self._facts(spec, core),
            project.finish,
            versions(("numpy", "alkaid")),
            estimate=_estimate_facts(core.estimate, spec, board),
            packages=("alkaid",),
            pending={SIMULATION: "`fpgaml cosim PROJECT` simulates the HDL with the project's own bench"},
        )

    def _spec(self, core: Core) -> ShellSpec:
        boundary = core.boundary
        if self.beat is None:
            return ShellSpec(self.shell, self.top, boundary, tag_bits=self.tag_bits)
        if self.shell == ShellKind.NATIVE:
            raise FpgamlError("--beat", "the native shell takes whole frames", "Use --shell axis")
        beat_in, beat_out = (
            min(self.beat, sum(port.size for port in ports)) for ports in (boundary.inputs, boundary.outputs)
        )
        return ShellSpec(self.shell, self.top, boundary, beat_in, beat_out, self.tag_bits)

    def _facts(self, spec: ShellSpec, core: Core) -> dict[str, Any]:
        """For manifest.json."""
        stream = spec.kind == ShellKind.AXIS
        return {
            "target": NAME,
            "hdl": str(spec.hdl),
            "shell": str(spec.kind),
            "top": spec.top,
            "beat_in": spec.stream_in.beat if stream else None,
            "beat_out": spec.stream_out.beat if stream else None,
            "tag_bits": spec.tag_bits if stream else None,
            "core_latency": spec.core.latency,
            "latency": shell_latency(spec),
            "interval": shell_interval(spec),
            **core.facts,
        }


def reopen(manifest: Mapping[str, Any], graph: Graph, progress: Progress) -> Firmware:
    """The firmware of a finished project, to be run again: its netlist, made anew from the Graph."""
    unrolled = unroll(graph, progress)
    return Firmware(
        unrolled.netlist.inputs,
        unrolled.netlist.outputs,
        CHECK,
        unrolled.run,
        "",
        manifest["settings"],
        tools=versions(("numpy", "alkaid")),
    )


def _estimate_facts(estimate: Estimate, spec: ShellSpec, board: Board) -> dict[str, Any]:
    """For results.json: resources of the core, and its timing by the delay model."""
    latency, interval = shell_latency(spec), shell_interval(spec)
    return {
        "lut": estimate.lut,
        "ff": estimate.ff,
        "dsp": estimate.dsp,
        "layers": dict(estimate.layers),
        "latency_cycles": latency,
        "latency_ns": round(latency * board.clock_ns, 3),
        "interval_cycles": interval,
    }
