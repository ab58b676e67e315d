"""A sample of the events goes through emulator and interpreter, and must be equal: which events, and comparing them."""

from __future__ import annotations

import threading
from collections.abc import Mapping

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
Chosen = NDArray[np.int64]


class Sample:
    """The events of one Graph that are compared.

    The first and the last of a batch and some between, chosen from a seed: of the first batch, and again each time that
    twice as many events have run. Several threads may use it at once.

    Args:
        graph: what the emulator must equal.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._size = int(min(max(SECONDS / max(interpreter_seconds(graph), 1e-9), LEAST), MOST))
        self._lock = threading.Lock()
        self._batches = self._next = 0
        self.events = self.compared = 0

    @property
    def title(self) -> str:
        """How many events ran, and how many of them were compared."""
        return emulator_title(self.events, self.compared)

    def choose(self, count: int, *, every: bool = False) -> tuple[int, Chosen]:
        """A batch of so many ran: how many did before, and which of its events are to be compared, in order.

        Args:
            every: all of them.
        """
        with self._lock:
            first, number = self.events, self._batches
            self.events, self._batches = first + count, number + 1
            if not every and (not count or (number and self.events < self._next)):
                return first, np.zeros(0, np.int64)
            self._next = 2 * self.events
        wanted = self._size if number == 0 else max(self._size // 4, 2)
        if every or wanted >= count:
            return first, np.arange(count)
        within = 1 + np.random.default_rng((SEED, number)).choice(count - 2, wanted - 2, replace=False)
        return first, np.sort(np.concatenate([[0, count - 1], within]))

    def compare(self, values: Values, found: Values, events: Chosen, *, as_doubles: bool = False) -> None:
        """Run events through the interpreter; errors as for `require_equal`.

        Args:
            as_doubles: what was found is the double nearest to each exact number.
        """
        expected = interpret(self._graph, values)
        if as_doubles:
            expected = {name: FixedArray.from_float(value.to_float()) for name, value in expected.items()}
        self.require_equal(found, expected, events)

    def require_equal(self, found: Values, expected: Values, events: Chosen) -> None:
        """Refuse a difference, and count the events.

        Args:
            found: by the emulator; expected: by the interpreter; events: which of all events they are.

        Raises:
            CheckFailedError: names the event, the output and the element.
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
