"""What a project carries in synth/: scripts and constraints for the tool of its vendor, and its FuseSoC core file.

The core file leaves the tools' project files to edalize, which FuseSoC drives. The two Tcl scripts are our own: edalize
knows no out-of-context run and no virtual pins, and a network has more ports than a package has pins; its Vivado flow
ends in a bitstream and reports nothing, and its Quartus project follows the Quartus that is installed where it is
written, so it is not the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.boards.families import Family
from fpgaml.boards.parts import parse_part
from fpgaml.rtl.render import templates

FOLDER = "synth"
SIMULATORS = {"verilog": ("verilator", "icarus"), "vhdl": ("ghdl",)}
"""The open simulators of each language; the first is the default."""


@dataclass(frozen=True)
class Tool:
    """A tool that places and routes.

    Args:
        name: as fpgaml.boards.families has it; target: of `make`.
        scripts: template to file name in synth/, where {top} is the top module.
        vhdl: whether it reads VHDL.
    """

    name: str
    target: str
    scripts: Mapping[str, str]
    vhdl: bool = True


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "vivado",
            "vivado",
            {
                "vivado.tcl.jinja": "vivado.tcl",
                "clock.xdc.jinja": "{top}.xdc",
                "package_ip.tcl.jinja": "package_ip.tcl",
            },
        ),
        Tool("quartus", "quartus", {"quartus.tcl.jinja": "quartus.tcl", "clock.sdc.jinja": "{top}.sdc"}),
        Tool("nextpnr-ecp5", "nextpnr", {"yosys.ys.jinja": "yosys.ys"}, vhdl=False),
    )
}


def tool_of(part: str, hdl: str) -> Tool | None:
    """The tool that a project for this part has scripts for; None where there is none that reads its language.

    Args:
        hdl: "verilog" or "vhdl".

    Raises:
        FpgamlError: the part is of no known family.
    """
    tool = TOOLS.get(parse_part(part).family.tool)
    return tool if tool and (tool.vhdl or hdl != "vhdl") else None


@dataclass(frozen=True)
class SynthDesign:
    """A project as the tools of synthesis see it.

    Args:
        top: the top module; its clock is the port `clock_port`, with a period of `clock_ns`.
        sources: files in compile order, relative to the project.
        hdl: "verilog" or "vhdl".
        part: the full part number of the project's board; name, version: of the network.
    """

    top: str
    sources: Sequence[str]
    hdl: str
    part: str
    clock_ns: float
    clock_port: str
    name: str
    version: str


def write_synth(folder: Path, design: SynthDesign) -> None:
    """Write synth/ into a project, and its FuseSoC core file beside the folders that it names.

    The same arguments give the same bytes; no path is absolute.

    Args:
        folder: the project; sim/ and tb_data/ in it, if they are written already, become FuseSoC's bench.

    Raises:
        FpgamlError: the part is of no known family.
    """
    environment = templates("templates/synth")
    tool = tool_of(design.part, design.hdl)
    context = _context(folder, design, tool)
    targets = {"network.core.jinja": folder / f"{design.top}.core"}
    if tool:
        (folder / FOLDER).mkdir(exist_ok=True)
        targets |= {each: folder / FOLDER / name.format(top=design.top) for each, name in tool.scripts.items()}
    for template, path in targets.items():
        path.write_text(environment.get_template(template).render(context))


def _context(folder: Path, design: SynthDesign, tool: Tool | None) -> dict[str, Any]:
    family = parse_part(design.part).family
    return {
        "top": design.top,
        "sources": list(design.sources),
        "vhdl": design.hdl == "vhdl",
        "part": design.part,
        "family": family.name,
        "tool": tool.target if tool else "",
        # Six digits after the point are a femtosecond.
        "clock_ns": f"{design.clock_ns:.6f}".rstrip("0").rstrip("."),
        "clock_port": design.clock_port,
        **_interfaces(design.clock_port),
        "core": re.sub(r"[^A-Za-z0-9_]", "_", design.name) or design.top,
        "description": "A neural network, made by fpgaml",
        "version": design.version,
        "bench": _bench(folder),
        "simulators": SIMULATORS[design.hdl],
        "yosys": _yosys(family) if design.hdl != "vhdl" else None,
    }


def _interfaces(clock_port: str) -> dict[str, Any]:
    """The reset that goes with a shell's clock, and the streams that it speaks."""
    axis = clock_port == "aclk"
    return {
        "reset_port": "aresetn" if axis else "rst",
        "polarity": "ACTIVE_LOW" if axis else "ACTIVE_HIGH",
        "streams": ["s_axis", "m_axis"] if axis else [],
    }


def _yosys(family: Family) -> dict[str, str] | None:
    """How edalize calls yosys for a family; None where yosys does not know it."""
    if family.yosys is None:
        return None
    options = ", ".join(family.yosys.command.split()[1:])
    return {
        "title": family.yosys.title,
        "command": family.yosys.command,
        "architecture": family.yosys.architecture,
        "options": options,
    }


def _bench(folder: Path) -> list[str]:
    paths = [path for name in ("sim", "tb_data") for path in sorted((folder / name).glob("*")) if path.is_file()]
    return [path.relative_to(folder).as_posix() for path in paths]
