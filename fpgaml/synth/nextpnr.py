"""Place and route for ECP5 with nextpnr, and what it reports: utilisation and the highest clock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.boards.ecp5 import nextpnr_options
from fpgaml.errors import ToolError
from fpgaml.progress import Progress
from fpgaml.synth import process, wrapper
from fpgaml.synth.count import read_statistics, resources
from fpgaml.synth.families import BRAM, DSP, FF, LUT, LUTRAM, YosysFamily
from fpgaml.synth.tools import Tool
from fpgaml.synth.yosys import NETLIST, read_json

SEED = 1
WRAPPER, WRAPPED, REPORT = "wrapper.v", "wrapped.json", "report.json"
WRAP_LOG, LOG = "wrap.log", "nextpnr.log"


@dataclass(frozen=True)
class CriticalPath:
    """The slowest path from register to register: where it starts and ends, and its delay in ns."""

    start: str
    end: str
    logic_ns: float
    routing_ns: float


@dataclass(frozen=True)
class Routed:
    """A placed and routed design.

    Args:
        resources: what the design takes by name, the wrapper's cells taken off.
        wrapper: what the wrapper takes.
        fmax_mhz: the highest clock; path: what limits it.
    """

    resources: Mapping[str, int]
    wrapper: Mapping[str, int]
    fmax_mhz: float
    path: CriticalPath


def wrap(tool: Tool, folder: Path, top: str, family: YosysFamily, progress: Progress) -> dict[str, int]:
    """Put the wrapper around the netlist that lies in a folder; the netlist itself is not synthesised again.

    Args:
        tool: yosys.

    Returns:
        What the wrapper takes, by name.

    Raises:
        ToolError: yosys failed.
        FpgamlError: the design has no clock, inputs or outputs.
    """
    ports = wrapper.read_ports(read_json(folder / NETLIST, tool), top)
    (folder / WRAPPER).write_text(wrapper.verilog(top, ports))
    lines = [
        f"read_verilog {WRAPPER}",
        family.synthesis(wrapper.NAME, flatten=False),
        f"tee -q -o wrapper_statistics.json stat -json -top {wrapper.NAME}",
        f"delete ={top}",
        f"read_json {NETLIST}",
        f"hierarchy -check -top {wrapper.NAME}",
        "flatten",
        "opt_clean",
        f"write_json {WRAPPED}",
    ]
    (folder / "wrap.ys").write_text("\n".join(lines) + "\n")
    process.run(tool, ["-q", "-l", WRAP_LOG, "-s", "wrap.ys"], folder, WRAP_LOG, "wrap the design", progress)
    statistics = read_statistics(read_json(folder / "wrapper_statistics.json", tool), wrapper.NAME)
    return {name: count for name, count in resources(statistics.cells, family).items() if count}


def route(
    tool: Tool, folder: Path, part: str, clock_mhz: float, wrapped: Mapping[str, int], progress: Progress
) -> Routed:
    """Place and route the wrapped netlist that lies in a folder.

    Args:
        tool: nextpnr-ecp5; part: the full ECP5 part.
        clock_mhz: the clock to aim at; missing it is no error here.
        wrapped: what the wrapper takes.

    Raises:
        ToolError: nextpnr failed, for example because the design does not fit.
        FpgamlError: the part is not an ECP5.
    """
    options = ["--json", WRAPPED, "--report", REPORT, "--log", LOG, "-q"]
    options += ["--freq", f"{clock_mhz:g}", "--timing-allow-fail", "--seed", str(SEED)]
    title = f"place and route with {tool}"
    process.run(tool, [*nextpnr_options(part), *options], folder, LOG, title, progress)
    return read_report(read_json(folder / REPORT, tool), wrapped)


def read_report(content: Mapping[str, Any], wrapped: Mapping[str, int]) -> Routed:
    """The content of nextpnr's `--report`.

    Args:
        wrapped: what the wrapper takes; it is taken off.

    Raises:
        ToolError: it is not what nextpnr writes, or has no clock.
    """
    try:
        used = {name: int(entry["used"]) for name, entry in content["utilization"].items()}
        clock, fmax = min(
            ((name, float(entry["achieved"])) for name, entry in content["fmax"].items()), key=lambda pair: pair[1]
        )
        edge = f"posedge {clock}"
        path = next(path["path"] for path in content["critical_paths"] if path["from"] == path["to"] == edge)
        delays = [(step["type"] == "routing", float(step["delay"])) for step in path]
        critical = CriticalPath(
            _place(path[0]["from"]["cell"]),
            _place(path[-1]["to"]["cell"]),
            math.fsum(delay for routing, delay in delays if not routing),
            math.fsum(delay for routing, delay in delays if routing),
        )
        writers = used.get("TRELLIS_RAMW", 0)
        # A LUT memory's write port blocks two LUTs beside the four that hold its bits.
        total = {LUT: used["TRELLIS_COMB"] + 2 * writers, LUTRAM: 6 * writers, FF: used["TRELLIS_FF"]}
        total |= {DSP: used["MULT18X18D"], BRAM: used["DP16KD"]}
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration, IndexError):
        raise ToolError("nextpnr-ecp5", "its report cannot be read", "Use another version of nextpnr") from None
    return Routed({name: count - wrapped.get(name, 0) for name, count in total.items()}, wrapped, fmax, critical)


def _place(cell: str) -> str:
    inside = cell.removeprefix(f"{wrapper.INSTANCE}.")
    return inside if inside != cell else f"wrapper: {cell}"
