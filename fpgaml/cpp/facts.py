"""The settings of a C++ project as manifest.json holds them."""

from __future__ import annotations

from typing import Literal

from fpgaml.record.base import Fact, Name
from fpgaml.record.settings import Settings


class NodeArithmetic(Fact):
    """How a node of the Graph is computed."""

    node: Name
    held: str
    """The type that its tensor lies in, such as `int16`; empty where it is never in memory."""
    computed: str
    """What it is computed in, such as `int32 sums`; empty where nothing is computed."""


class CppFacts(Settings):
    """What the emulator's source is called, and what arithmetic it uses."""

    target: Literal["cpp"] = "cpp"
    name: Name
    arithmetic: tuple[NodeArithmetic, ...]

    @property
    def summary(self) -> str:
        """One line."""
        return f"C++17 emulator {self.name}: library for C, C++ and Python, hls4mlEmulator::Model"

    @property
    def on_board(self) -> bool:
        """It is for no board."""
        return False

    @property
    def node_rows(self) -> tuple[tuple[str, str, str], ...]:
        """As in `Settings`."""
        rows = ((each.node, each.held, each.computed) for each in self.arithmetic)
        return tuple(row for row in rows if any(row[1:]))
