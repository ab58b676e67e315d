"""The ports of the emulator as a project has them: with the C++ type that its integers are passed in."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.cpp.names import safe
from fpgaml.emulator.integers import INT_TYPES
from fpgaml.emulator.source import Port as EmulatorPort
from fpgaml.project.ports import CppPort


def project_ports(ports: Sequence[EmulatorPort]) -> tuple[CppPort, ...]:
    """The ports of a generated source: each with the fewest bits that hold its values."""
    return tuple(_project_port(port) for port in ports)


def emulator_ports(ports: Sequence[CppPort]) -> tuple[EmulatorPort, ...]:
    """The same of a manifest, as what runs the emulator takes them."""
    return tuple(_emulator_port(port) for port in ports)


def _project_port(port: EmulatorPort) -> CppPort:
    signed = port.low < 0
    width = max(port.high.bit_length(), (-port.low - 1).bit_length() if signed else 0) + signed
    return CppPort(port.name, port.shape, signed, max(width, 1), port.fractional, safe(port.name), port.type.cpp)


def _emulator_port(port: CppPort) -> EmulatorPort:
    kind = next(kind for kind in INT_TYPES if kind.cpp == port.cpp)
    low = -(1 << (port.width - 1)) if port.signed else 0
    high = (1 << (port.width - port.signed)) - 1
    return EmulatorPort(port.name, port.shape, kind, port.fractional, low, high)
