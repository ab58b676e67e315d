"""What runs a Graph: the integer interpreter, which defines it, or the emulator, which equals it and is faster."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fpgaml.emulator.cost import compile_seconds, interpreter_seconds
from fpgaml.emulator.titles import INTERPRETER
from fpgaml.errors import FpgamlError, ToolError, UnsupportedError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.toolchain import find_compiler

VARIABLE = "FPGAML_ENGINE"
START_SECONDS = 0.2
"""That writing a network's C++ and finding it compiled takes: below, nothing is gained by looking."""


class Asked(StrEnum):
    """What the environment variable FPGAML_ENGINE may say."""

    AUTO = "auto"
    INTERPRETER = "interpreter"
    EMULATOR = "emulator"


class Engine(Protocol):
    """Runs batches of one Graph; several threads may run it at once."""

    @property
    def title(self) -> str:
        """Who it is, for reports: of the emulator on how many events it was compared until now."""

    def run(self, values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        """A batch.

        Args:
            values: for each Input node values of shape (batch, *shape) in the input's type.

        Returns:
            The outputs by name, each of shape (batch, *shape).

        Raises:
            FpgamlError: an input is missing or has the wrong shape.
            CheckFailedError: of the emulator: on one of the events that are compared it is not the interpreter.
        """

    def confirm(self, values: Mapping[str, FixedArray], outputs: Mapping[str, FixedArray]) -> None:
        """Compare with what the interpreter said of a batch that ran through it for another reason.

        Raises:
            CheckFailedError: they differ.
        """

    @property
    def events(self) -> int:
        """How many it ran that something else than the interpreter ran."""

    @property
    def compared(self) -> int:
        """On how many of them the interpreter gave the same."""

    def anew(self) -> Engine:
        """The same, which has run nothing yet: what it then compares does not depend on what was before."""


@dataclass(frozen=True)
class Interpreter:
    """The definition itself; follows `Engine`."""

    graph: Graph

    @property
    def title(self) -> str:
        """As in `Engine`."""
        return INTERPRETER

    def run(self, values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        """As in `Engine`."""
        return interpret(self.graph, values)

    def confirm(self, values: Mapping[str, FixedArray], outputs: Mapping[str, FixedArray]) -> None:
        """As in `Engine`: it is the interpreter."""

    @property
    def events(self) -> int:
        """As in `Engine`."""
        return 0

    @property
    def compared(self) -> int:
        """As in `Engine`."""
        return 0

    def anew(self) -> Interpreter:
        """As in `Engine`."""
        return self


def choose_engine(graph: Graph, events: int, progress: Progress) -> Engine:
    """What runs so many events soonest: the interpreter, or the emulator with a sample of it checked.

    The emulator where the interpreter would take longer than it takes to compile it, or to find it compiled. What it
    cannot express stays with the interpreter, as does everything without a C++ compiler or with one that fails. The
    environment variable FPGAML_ENGINE says otherwise: `interpreter`, or `emulator` at any number of events.

    Args:
        progress: hears of compiling.

    Raises:
        FpgamlError: FPGAML_ENGINE says something else.
        UnsupportedError, ToolError: it says `emulator`, and there is none.
    """
    asked = engine_asked()
    if asked is Asked.INTERPRETER:
        return Interpreter(graph)
    if asked is Asked.EMULATOR:
        return _emulator(graph, progress)
    seconds = events * interpreter_seconds(graph)
    if seconds < START_SECONDS or find_compiler() is None:
        return Interpreter(graph)
    try:
        return _emulator(graph, progress, seconds)
    except (UnsupportedError, ToolError):
        return Interpreter(graph)


def engine_asked() -> Asked:
    """What FPGAML_ENGINE says.

    Raises:
        FpgamlError: no engine has that name.
    """
    text = os.environ.get(VARIABLE, "") or Asked.AUTO
    try:
        return Asked(text)
    except ValueError:
        raise FpgamlError(VARIABLE, f"`{text}` is no engine", f"Set it to one of {', '.join(Asked)}") from None


def _emulator(graph: Graph, progress: Progress, instead_of: float | None = None) -> Engine:
    """The emulator; the interpreter where that takes fewer seconds than compiling."""
    from fpgaml.emulator.build import find
    from fpgaml.emulator.checked import Checked
    from fpgaml.emulator.compiled import compile_emulator
    from fpgaml.emulator.source import generate

    source = generate(graph)
    if instead_of is not None and instead_of < compile_seconds(source) and find(source) is None:
        return Interpreter(graph)
    return Checked(graph, compile_emulator(graph, progress, source=source))
