"""What the user may choose about an RTL project."""

from __future__ import annotations

from enum import StrEnum


class Hdl(StrEnum):
    """The language that a project's RTL is written in."""

    VERILOG = "verilog"
    VHDL = "vhdl"

    @property
    def suffix(self) -> str:
        """Suffix of a file in this language."""
        return ".v" if self is Hdl.VERILOG else ".vhd"


class ShellKind(StrEnum):
    """What the top module speaks."""

    AXIS = "axis"
    NATIVE = "native"


class Form(StrEnum):
    """Whether the network is laid out in space alone, or in time too."""

    AUTO = "auto"
    UNROLLED = "unrolled"
    STREAMING = "streaming"
