"""The emulator as an engine, with the interpreter beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from fpgaml.emulator.sample import Chosen, Sample
from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray

Values = Mapping[str, FixedArray]


class Runs(Protocol):
    """What runs a batch, as `Engine.run` does."""

    def run(self, values: Values) -> dict[str, FixedArray]:
        """Inputs by name to outputs by name."""


class Checked:
    """Follows `Engine`: outputs are handed out only after the sample of their batch was equal.

    Args:
        graph: what the emulator must equal.
        emulator: what runs the batches.
    """

    def __init__(self, graph: Graph, emulator: Runs) -> None:
        self._graph, self._emulator = graph, emulator
        self.sample = Sample(graph)

    @property
    def title(self) -> str:
        """As in `Engine`: how many events, and how many of them were compared."""
        return self.sample.title

    @property
    def events(self) -> int:
        """As in `Engine`."""
        return self.sample.events

    @property
    def compared(self) -> int:
        """As in `Engine`."""
        return self.sample.compared

    def anew(self) -> Checked:
        """As in `Engine`."""
        return Checked(self._graph, self._emulator)

    def run(self, values: Values) -> dict[str, FixedArray]:
        """As in `Engine`.

        Raises:
            CheckFailedError: the emulator's integers are not the interpreter's.
        """
        outputs = self._emulator.run(values)
        first, chosen = self.sample.choose(_events(outputs))
        if chosen.size:
            self.sample.compare(_picked(values, chosen), _picked(outputs, chosen), first + chosen)
        return outputs

    def confirm(self, values: Values, outputs: Values) -> None:
        """As in `Engine`: these events are compared, every one.

        Raises:
            CheckFailedError: the emulator's integers are not the interpreter's.
        """
        found = self._emulator.run(values)
        first, chosen = self.sample.choose(_events(found), every=True)
        self.sample.require_equal(found, outputs, first + chosen)


def _picked(values: Values, chosen: Chosen) -> dict[str, FixedArray]:
    return {name: FixedArray(value.integers[chosen], value.fractional) for name, value in values.items()}


def _events(outputs: Values) -> int:
    return int(next(iter(outputs.values())).shape[0])
