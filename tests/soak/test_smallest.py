"""The first difference is made small: events that must remain are known from the fault that was put in."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.emulator.engine import Interpreter
from fpgaml.errors import CheckFailedError
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent
from fpgaml.project.ports import Port
from fpgaml.soak.firmware import Ran, Run, Tried, _whole
from fpgaml.soak.job import Opened
from fpgaml.soak.smallest import Smallest, smallest
from fpgaml.soak.stream import Stream
from fpgaml.soak.tally import Values
from tests.soak import graphs

GRAPH = graphs.dense()


def opened(run: Run) -> Opened:
    port = Port("y", (2,), True, 16, 2)
    tried = Tried(GRAPH, (port,), "faulty firmware", "check", {}, 1, run, lambda _: {}, "try")
    return Opened(tried, Interpreter(GRAPH), Stream(GRAPH, 1, {}))


def wrong_where(rows: np.ndarray, values: Values) -> Ran:
    """Right, but for the lowest bit of the second output of some events."""
    outputs = interpret(GRAPH, values)
    integers = outputs["y"].integers.copy()
    integers[rows, 1] ^= 1
    return Ran({"y": FixedArray(integers, outputs["y"].fractional)})


def found(run: Run) -> Smallest:
    state = opened(run)
    first = state.compare(0, 5000).first
    assert first
    small = smallest(state, first.event, 30.0, Silent())
    assert small
    return small


def test_elements_and_codes_are_as_small_as_the_fault_allows() -> None:
    def run(values: Values) -> Ran:
        x = values["x"].integers
        return wrong_where((x[:, 2] >= 5) & (x[:, 7] < -1), values)

    small = found(run)
    assert small.events == 1
    assert small.finished
    assert small.inputs["x"].integers[0].tolist() == [0, 0, 5, 0, 0, 0, 0, -2, 0, 0]
    assert (small.wrong.event, small.wrong.output, small.wrong.element) == (0, 0, 1)
    expected = int(interpret(GRAPH, small.inputs)["y"].integers[0, 1]) & 0xFFFF
    assert (small.wrong.expected, small.wrong.got) == (expected, expected ^ 1)


def test_firmware_that_is_always_wrong_is_wrong_on_zeros() -> None:
    small = found(lambda values: wrong_where(np.ones(len(values["x"].integers), bool), values))
    assert not small.inputs["x"].integers.any()


def test_an_event_that_is_wrong_behind_another_keeps_it() -> None:
    def run(values: Values) -> Ran:
        x = values["x"].integers
        behind = np.concatenate([[False], x[:-1, 0] > 20])
        return wrong_where(behind & (x[:, 1] > 20), values)

    small = found(run)
    assert small.events == 2
    assert small.wrong.event == 1
    assert small.inputs["x"].integers[0, 0] > 20
    assert not small.finished


def test_firmware_that_breaks_off_is_found_too() -> None:
    def run(values: Values) -> Values:
        if (values["x"].integers[:, 4] == -32).any():
            raise CheckFailedError("C-simulation", "the design crashed (exit code 11)")
        return interpret(GRAPH, values)

    state = opened(_whole(run))
    tally = state.compare(0, 3000)
    rows = np.concatenate([part["x"].integers for part in state.stream.events(0, 3000)])
    first = int(np.argmax(rows[:, 4] == -32))
    assert tally.first
    assert (tally.first.event, tally.first.problem) == (first, "the design crashed (exit code 11)")
    assert (tally.events, tally.differing_events) == (first + 1, 1)
    small = found(_whole(run))
    assert small.inputs["x"].integers[0].tolist() == [0, 0, 0, 0, -32, 0, 0, 0, 0, 0]
    assert small.wrong.problem == "the design crashed (exit code 11)"


def test_an_engine_that_is_not_the_interpreter_is_named() -> None:
    class Wrong(Interpreter):
        def run(self, values: Values) -> dict[str, FixedArray]:
            return {"y": FixedArray(super().run(values)["y"].integers + 1, 2)}

    right = opened(lambda values: Ran(interpret(GRAPH, values)))
    with pytest.raises(CheckFailedError, match="exact emulator: is not the integer interpreter on event 3"):
        smallest(Opened(right.tried, Wrong(GRAPH), right.stream), 3, 5.0, Silent())
