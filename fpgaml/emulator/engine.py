"""What runs a Graph: the integer interpreter, which defines it, or the emulator, which equals it and is faster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fpgaml.emulator.titles import INTERPRETER
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress


class Engine(Protocol):
    """Runs batches of one Graph; several threads may run it at once."""

    @property
    def title(self) -> str:
        """What it is, for reports."""

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


def choose_engine(graph: Graph, events: int, progress: Progress) -> Engine:
    """What runs so many events soonest, compiling included.

    Args:
        progress: hears of compiling.
    """
    return Interpreter(graph)
