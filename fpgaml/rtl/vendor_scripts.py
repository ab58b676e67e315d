"""What a project carries in synth/: scripts and constraints for vendors' tools, and its FuseSoC core file.

The core file leaves the tools' project files to edalize, which FuseSoC drives. The two Tcl scripts are our own: edalize
knows no out-of-context run and no virtual pins, and a network has more ports than a package has pins; its Vivado flow
ends in a bitstream and reports nothing, and its Quartus project follows the Quartus that is installed where it is
written, so it is not the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgaml.boards.parts import PartInfo, parse_part
from fpgaml.rtl.render import templates
from fpgaml.synth.families import FAMILIES, Family

FOLDER = "synth"
SIMULATORS = {"verilog": ("verilator", "icarus"), "vhdl": ("ghdl",)}
"""The open simulators of each language; the first is the default."""
YOSYS_ARCHITECTURES = {"xcup": "xilinx", "xcu": "xilinx", "xc7": "xilinx", "intel": "intel_alm", "ecp5": "ecp5"}
"""edalize's names for yosys' commands."""


def write_synth(
    folder: Path,
    top: str,
    sources: Sequence[str],
    hdl: str,
    part: str,
    clock_ns: float,
    clock_port: str,
    name: str,
    version: str,
) -> None:
    """Write synth/ into a project, and its FuseSoC core file beside the folders that it names.

    The same arguments give the same bytes; no path is absolute.

    Args:
        folder: the project; sim/ and tb_data/ in it, if they are written already, become FuseSoC's bench.
        top: the top module; its clock is the port `clock_port`, with a period of `clock_ns`.
        sources: files in compile order, relative to the project.
        hdl: "verilog" or "vhdl".
        part: the full part number of the project's board; name, version: of the network.

    Raises:
        FpgamlError: the part is of no known family.
    """
    environment = templates("templates/synth")
    context = _context(folder, top, sources, str(hdl), part, clock_ns, clock_port, name, version)
    scripts = folder / FOLDER
    scripts.mkdir(exist_ok=True)
    targets = {
        "vivado.tcl.jinja": scripts / "vivado.tcl",
        "clock.xdc.jinja": scripts / f"{top}.xdc",
        "quartus.tcl.jinja": scripts / "quartus.tcl",
        "clock.sdc.jinja": scripts / f"{top}.sdc",
        "network.core.jinja": folder / f"{top}.core",
    }
    for template, path in targets.items():
        path.write_text(environment.get_template(template).render(context))


def _context(
    folder: Path,
    top: str,
    sources: Sequence[str],
    hdl: str,
    part: str,
    clock_ns: float,
    clock_port: str,
    name: str,
    version: str,
) -> dict[str, Any]:
    info = parse_part(part)
    family = _family(info)
    return {
        "top": top,
        "sources": list(sources),
        "vhdl": hdl == "vhdl",
        "part": part,
        "family": info.family,
        "amd": info.vendor == "AMD",
        "intel": info.vendor == "Intel",
        # Six digits after the point are a femtosecond.
        "clock_ns": f"{clock_ns:.6f}".rstrip("0").rstrip("."),
        "clock_port": clock_port,
        "core": re.sub(r"[^A-Za-z0-9_]", "_", name) or top,
        "description": "A neural network, made by fpgaml",
        "version": version,
        "bench": _bench(folder),
        "simulators": SIMULATORS[hdl],
        "yosys_for": family.title,
        "yosys_arch": YOSYS_ARCHITECTURES[family.name],
        "yosys_options": ", ".join(family.command.split()[1:]),
    }


def _family(info: PartInfo) -> Family:
    """yosys' family of a part; UltraScale+ for one that yosys does not know."""
    for family in FAMILIES.values():
        if (info.vendor, info.family) in family.devices:
            return family
    return FAMILIES["xcup"]


def _bench(folder: Path) -> list[str]:
    paths = [path for name in ("sim", "tb_data") for path in sorted((folder / name).glob("*")) if path.is_file()]
    return [path.relative_to(folder).as_posix() for path in paths]
