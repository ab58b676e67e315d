"""Whether Graphs can be compiled to the exact emulator, and for which instructions."""

from __future__ import annotations

from collections.abc import Mapping

from fpgaml.doctor.capabilities import Capability
from fpgaml.doctor.tools import Tool
from fpgaml.emulator.build import instruction_set

EMULATOR = "emulator"
NAMES = {"avx512": "AVX-512", "avx2": "AVX2", "baseline": "no vector instructions beyond the baseline's"}
"""Of sets of instructions, as people write them."""
GET_COMPILER = "apt-get install g++, or set FPGAML_CXX to a C++17 compiler. Until then the interpreter does its work"


def emulator_capability(tools: Mapping[str, Tool]) -> Capability:
    """Whether there is a compiler.

    Args:
        tools: by command.
    """
    compiler = tools.get("g++")
    if compiler is None or compiler.path is None:
        return Capability(EMULATOR, "compile", "g++", GET_COMPILER)
    return Capability(EMULATOR, "compile", uses=f"g++ {compiler.version}".rstrip() + f", {NAMES[instruction_set()]}")
