"""Unrolled kernels against alkaid 0.8 on the same Graph, both for 5 ns on UltraScale+.

Depth is the logic from input to output, each by its own delay table; an adder is the same in both. Ranks are registers
from input to output, both ends included: alkaid fills all of a period, fpgaml leaves its margin. LUT and FF are yosys'.
"""

from __future__ import annotations

import importlib.util
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import alkaid
from benchmarks.hls import CLOCK_NS, PART, ROOT
from benchmarks.measure import Row
from fpgaml.errors import ToolError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.emit import emit_core
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.netlist import Netlist
from fpgaml.rtl.run import NetlistRun
from fpgaml.rtl.schedule import schedule
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.timing import arrivals
from fpgaml.source import load_model
from fpgaml.synth.count import resources
from fpgaml.synth.families import FF, LUT, find_family
from fpgaml.synth.tools import YOSYS, find
from fpgaml.synth.yosys import synthesise

NETWORKS = {name: ROOT / "models" / name / "weights" / "quantised.keras" for name in ("calo_anomaly", "lar_timing")}
MOST_RANKS = 9
"""Eight cycles from a frame's register to its result's."""
FF_GOAL = 1 / 1.1
EVENTS = 500

WRAPPER = """\
// The core behind a register for its input, as alkaid's design has one.
module dut (input wire clk, input wire [{inputs}-1:0] x, output wire [{outputs}-1:0] y);
    reg [{inputs}-1:0] x_r;
    always @(posedge clk) x_r <= x;
    dut_core core (.clk(clk), .x(x_r), .y(y));
endmodule
"""


@dataclass(frozen=True)
class Kernel:
    """A pipeline.

    Args:
        depth: of its logic, in ns; ranks: register ranks, both ends included.
    """

    depth: float
    ranks: int
    lut: int
    ff: int


def missing() -> str:
    """Why nothing can be measured here; empty if it can."""
    if importlib.util.find_spec("alkaid") is None:
        return "the Python package alkaid is not installed"
    try:
        find(YOSYS, Silent())
    except ToolError as error:
        return str(error)
    return ""


def kernel_rows() -> list[Row]:
    """Depth, ranks, LUT and FF of each network."""
    rows = []
    for name, path in NETWORKS.items():
        graph = load_model(path).graph
        (entering,) = graph.inputs
        values = corner_vectors(graph, EVENTS, 1)
        expected = interpret(graph, values)[graph.outputs[0]]
        with tempfile.TemporaryDirectory() as scratch:
            ours = own(graph, values, expected, Path(scratch) / "own")
            theirs = by_alkaid(graph, values[entering.name], expected, Path(scratch) / "alkaid")
        rows += [
            _row(f"{name}: logic, ns", f"{ours.depth:.1f}", theirs.depth, ours.depth, 1.0, ".1f"),
            _row(f"{name}: register ranks", f"{ours.ranks}", theirs.ranks, ours.ranks, theirs.ranks / MOST_RANKS, "d"),
            _row(f"{name}: LUT", f"{ours.lut:,}", theirs.lut, ours.lut, 1.0, ",d"),
            _row(f"{name}: FF", f"{ours.ff:,}", theirs.ff, ours.ff, FF_GOAL, ",d"),
        ]
    return rows


def _row(what: str, measured: str, theirs: float, ours: float, goal: float, form: str) -> Row:
    return Row(what, measured, f"alkaid {theirs:{form}}", theirs / ours, goal)


def own(graph: Graph, values: dict[str, FixedArray], expected: FixedArray, folder: Path) -> Kernel:
    """fpgaml's pipeline; ends the benchmarks where it is wrong."""
    netlist = to_netlist(graph)
    if NetlistRun(netlist).run(values)[graph.outputs[0]] != expected:
        raise SystemExit("the netlist differs from the interpreter")
    plan = schedule(netlist, DelayModel.of_part(PART, CLOCK_NS))
    folder.mkdir()
    files = emit_core(netlist, plan, "dut", Hdl.VERILOG)
    files["dut.v"] = WRAPPER.format(inputs=netlist.input_bits, outputs=netlist.output_bits)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="ascii")
    return Kernel(depth(netlist), plan.latency + 1, *counted(folder, list(files), "dut"))


def depth(netlist: Netlist) -> float:
    """ns until the last bit of the results is there, if no register lay between."""
    times = arrivals(netlist)
    return max(max(times[result.wire]) for result in netlist.results)


def by_alkaid(graph: Graph, values: FixedArray, expected: FixedArray, folder: Path) -> Kernel:
    """alkaid's pipeline; ends the benchmarks where it does something else."""
    program = alkaid.trace_graph(graph)
    if alkaid.outputs(program, graph, values) != expected:
        raise SystemExit("alkaid's program differs from the interpreter")
    written = alkaid.write_verilog(program, folder, CLOCK_NS)
    return Kernel(written.depth, written.ranks, *counted(folder, written.files, written.top))


def counted(folder: Path, files: list[str], top: str) -> tuple[int, int]:
    """LUT and FF by yosys, flattened."""
    family = find_family("xcup")
    progress = Silent()
    statistics = synthesise(find(YOSYS, progress), folder, files, top, family, top, progress, flatten=True)
    found = resources(statistics.cells, family)
    return found[LUT], found[FF]
