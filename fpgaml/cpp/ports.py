"""The ports of the emulator as a project has them: with the C++ type that its integers are passed in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fpgaml.cpp.names import safe
from fpgaml.emulator.integers import INT_TYPES, WORD, IntType, wide
from fpgaml.emulator.source import Port as EmulatorPort
from fpgaml.errors import FpgamlError
from fpgaml.project.ports import CppPort

_WIDE = re.compile(r"fpgaml::Wide<([1-9]\d{0,4})>")


def project_ports(ports: Sequence[EmulatorPort]) -> tuple[CppPort, ...]:
    """The ports of a generated source: each with the fewest bits that hold its values."""
    return tuple(_project_port(port) for port in ports)


def emulator_ports(ports: Sequence[CppPort]) -> tuple[EmulatorPort, ...]:
    """The same of a manifest, as what runs the emulator takes them."""
    return tuple(_emulator_port(port) for port in ports)


def int_type(cpp: str) -> IntType:
    """The type of a port by its name in C++.

    Raises:
        FpgamlError: it is none of the emulator's.
    """
    words = _WIDE.fullmatch(cpp)
    found = wide(int(words[1]) * WORD) if words else next((kind for kind in INT_TYPES if kind.cpp == cpp), None)
    if found is None:
        raise FpgamlError(cpp, "is no type of the emulator's ports", "Convert the model again")
    return found


def _project_port(port: EmulatorPort) -> CppPort:
    signed = port.low < 0
    width = max(port.high.bit_length(), (-port.low - 1).bit_length() if signed else 0) + signed
    return CppPort(port.name, port.shape, signed, max(width, 1), port.fractional, safe(port.name), port.type.cpp)


def _emulator_port(port: CppPort) -> EmulatorPort:
    low = -(1 << (port.width - 1)) if port.signed else 0
    high = (1 << (port.width - port.signed)) - 1
    return EmulatorPort(port.name, port.shape, int_type(port.cpp), port.fractional, low, high)
