"""What can be done with RTL projects; the rules are those of `fpgaml cosim` and `fpgaml synth` themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from fpgaml.doctor.capabilities import Capability
from fpgaml.doctor.tools import Tool
from fpgaml.errors import ToolError
from fpgaml.toolchain import version_numbers

if TYPE_CHECKING:
    from fpgaml.synth.tools import Program

RTL_PROJECT, SIMULATION, SYNTH, ROUTE = KINDS = ("rtl-project", "rtl-simulation", "rtl-synthesis", "rtl-route")
T = TypeVar("T")
GET_RTL = "pip install 'fpgaml[rtl]'"
GET_SYNTH = "pip install 'fpgaml[synth]'"


def rtl_capabilities(here: Mapping[str, str], tools: Mapping[str, Tool]) -> tuple[Capability, ...]:
    """What works and what does not; no WebAssembly tool is started, which would take seconds.

    Args:
        here: versions by import name in this Python.
        tools: by command.
    """
    return (_project(here), *_simulators(), *_open_tools(here, tools))


def _project(here: Mapping[str, str]) -> Capability:
    name = "Verilog, VHDL"
    if "alkaid" not in here:
        return Capability(RTL_PROJECT, name, "alkaid", GET_RTL)
    return Capability(RTL_PROJECT, name, uses=f"alkaid {here['alkaid']}".rstrip())


def _simulators() -> tuple[Capability, ...]:
    """Each simulator of `fpgaml cosim`, which looks at this machine itself."""
    from fpgaml.cosim.tools import check_python, find_ghdl, find_icarus, find_verilator

    finders = {"Verilator": find_verilator, "Icarus": find_icarus, "GHDL": find_ghdl}
    _, shared = _attempt(check_python)
    found = []
    for name, finder in finders.items():
        simulator, own = _attempt(finder)
        problems = shared + own
        if simulator is None or problems:
            missing, advice = " and ".join(map(_missing, problems)), "\n".join(error.advice for error in problems)
            found.append(Capability(SIMULATION, name, missing, advice))
        else:
            found.append(Capability(SIMULATION, name, uses=simulator.label))
    return tuple(found)


def _attempt(find: Callable[[], T]) -> tuple[T | None, list[ToolError]]:
    try:
        return find(), []
    except ToolError as error:
        return None, [error]


def _missing(error: ToolError) -> str:
    """What an error asks for: some say `needs WHAT`, the others what is wrong with the tool they are about."""
    if not error.reason.startswith("needs "):
        return f"{error.where} ({error.reason})"
    return error.reason.removeprefix("needs ").removesuffix(", which is not on PATH")


def _open_tools(here: Mapping[str, str], tools: Mapping[str, Tool]) -> tuple[Capability, ...]:
    from fpgaml.synth.tools import NEXTPNR_ECP5, YOSYS

    yosys, no_yosys = _program(YOSYS, here, tools)
    nextpnr, no_nextpnr = _program(NEXTPNR_ECP5, here, tools)
    # What is placed and routed was synthesised with yosys.
    no_route = " and ".join(part for part in (no_yosys, no_nextpnr) if part)
    return (
        Capability(SYNTH, "yosys", no_yosys, GET_SYNTH if no_yosys else "", yosys),
        Capability(ROUTE, "ECP5", no_route, GET_SYNTH if no_route else "", "" if no_route else nextpnr),
    )


def _program(program: Program, here: Mapping[str, str], tools: Mapping[str, Tool]) -> tuple[str, str]:
    """(what `fpgaml synth` will take, what is missing), one of them empty."""
    tool = tools.get(program.name)
    version = tool.version if tool else ""
    if version and version_numbers(version) >= program.oldest:
        return f"{program.name} {version}", ""
    if program.package in here:
        return f"{program.wheel} {here[program.package]}".rstrip(), ""
    if tool is None or tool.path is None:
        return "", program.name
    oldest = ".".join(map(str, program.oldest))
    return "", f"{program.name} {oldest} (there is {version or 'one of an unknown version'})"
