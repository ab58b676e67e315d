"""The emulator with the interpreter beside it: a sample of the events goes through both, and must be equal."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaml.emulator.cost import interpreter_seconds
from fpgaml.emulator.titles import EMULATOR, INTERPRETER, emulator_title
from fpgaml.errors import CheckFailedError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray

MOST, LEAST = 256, 16
"""Events of the first batch that are compared, and a quarter of that of a later one."""
SECONDS = 0.5
"""That the interpreter may take for the first batch's, as it is expected."""
SEED = 20261127
"""Of the choice of events, with the number of the batch."""
REPORT = "Please report it with the model; FPGAML_ENGINE=interpreter goes on without the emulator"

Values = Mapping[str, FixedArray]


class Runs(Protocol):
    """What runs a batch, as `Engine.run` does."""

    def run(self, values: Values) -> dict[str, FixedArray]:
        """Inputs by name to outputs by name."""


class Checked:
    """Follows `Engine`.

    The first and the last event of a batch and some between, chosen from a seed, run through the interpreter too: of
    the first batch, and again each time that twice as many events have run. An outcome is handed out only after that.

    Args:
        graph: what the emulator must equal.
        emulator: what runs the batches.
    """

    def __init__(self, graph: Graph, emulator: Runs) -> None:
        self._graph, self._emulator = graph, emulator
        self._sample = int(min(max(SECONDS / max(interpreter_seconds(graph), 1e-9), LEAST), MOST))
        self._lock = threading.Lock()
        self._batches = self._next = 0
        self.events = self.compared = 0

    @property
    def title(self) -> str:
        """As in `Engine`: how many events, and how many of them were compared."""
        return emulator_title(self.events, self.compared)

    def run(self, values: Values) -> dict[str, FixedArray]:
        """As in `Engine`.

        Raises:
            CheckFailedError: the emulator's integers are not the interpreter's.
        """
        outputs = self._emulator.run(values)
        count = _events(outputs)
        first, chosen = self._choose(count)
        if chosen.size:
            self._compare(_picked(values, chosen), _picked(outputs, chosen), first + chosen)
        return outputs

    def confirm(self, values: Values, outputs: Values) -> None:
        """As in `Engine`: these events are compared, every one.

        Raises:
            CheckFailedError: the emulator's integers are not the interpreter's.
        """
        found = self._emulator.run(values)
        count = _events(found)
        with self._lock:
            first, self.events = self.events, self.events + count
            self._batches += 1
            self._next = 2 * self.events
        self._require_equal(found, outputs, np.arange(first, first + count))

    def _choose(self, count: int) -> tuple[int, NDArray[np.int64]]:
        """How many events ran before a batch of so many, and which of its events are compared."""
        with self._lock:
            first, number = self.events, self._batches
            self.events, self._batches = first + count, number + 1
            if not count or (number and self.events < self._next):
                return first, np.zeros(0, np.int64)
            self._next = 2 * self.events
        wanted = self._sample if number == 0 else max(self._sample // 4, 2)
        if wanted >= count:
            return first, np.arange(count)
        within = 1 + np.random.default_rng((SEED, number)).choice(count - 2, wanted - 2, replace=False)
        return first, np.sort(np.concatenate([[0, count - 1], within]))

    def _compare(self, values: Values, outputs: Values, events: NDArray[np.int64]) -> None:
        self._require_equal(outputs, interpret(self._graph, values), events)

    def _require_equal(self, found: Values, expected: Values, events: NDArray[np.int64]) -> None:
        """Refuse a difference, and count the events.

        Args:
            found: by the emulator; expected: by the interpreter; events: which of all events they are.
        """
        for name, value in expected.items():
            common = max(value.fractional, found[name].fractional)
            right, got = value.at(common), found[name].at(common)
            if np.array_equal(right, got):
                continue
            place = tuple(int(index) for index in np.argwhere(right != got)[0])
            where = f"event {int(events[place[0]])}, {name}[{', '.join(map(str, place[1:]))}]"
            unit = f" * 2^{-common}"
            reason = f"{where}: {INTERPRETER} gives {right[place]}{unit}, {EMULATOR} {got[place]}{unit}"
            raise CheckFailedError(self._graph.name, reason, REPORT)
        with self._lock:
            self.compared += len(events)


def _picked(values: Values, chosen: NDArray[np.int64]) -> dict[str, FixedArray]:
    return {name: FixedArray(value.integers[chosen], value.fractional) for name, value in values.items()}


def _events(outputs: Values) -> int:
    return int(next(iter(outputs.values())).shape[0])
