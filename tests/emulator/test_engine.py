"""Who runs a Graph: the rule, what a user may force, and the sample that goes through the interpreter too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaml.emulator.checked import Checked
from fpgaml.emulator.compiled import compile_emulator
from fpgaml.emulator.cost import interpreter_seconds
from fpgaml.emulator.engine import Interpreter, choose_engine
from fpgaml.emulator.titles import is_of_graph
from fpgaml.errors import CheckFailedError, FpgamlError, ToolError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Dense
from fpgaml.progress import Silent
from fpgaml.proof.vectors import corner_vectors
from tests.graph.build import fixed, graph_of
from tests.paths import needs_compiler

MANY = 1 << 40


def dense(weight: int = 5) -> Graph:
    """Two sums of three, the last one with a weight of its own."""
    return graph_of(Dense(fixed([[1, 2], [3, -4], [-7, weight]]), fixed([1, 0])), (3,))


def no_compiler(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setenv("FPGAML_CXX", "no-such-compiler")


def failing_compiler(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    command = folder / "fails"
    command.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo 'fails 1.0' && exit 0\nexit 1\n")
    command.chmod(0o755)
    monkeypatch.setenv("FPGAML_CXX", str(command))


def by_word(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setenv("FPGAML_ENGINE", "interpreter")


@pytest.mark.parametrize("why", [no_compiler, failing_compiler, by_word])
def test_the_interpreter_stays_where_there_is_no_emulator_or_none_is_wanted(
    why: Callable[[pytest.MonkeyPatch, Path], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    why(monkeypatch, tmp_path)
    assert choose_engine(dense(), MANY, Silent()) == Interpreter(dense())


@pytest.mark.parametrize("why", [no_compiler, failing_compiler])
def test_an_emulator_that_is_asked_for_and_not_to_be_had_is_an_error(
    why: Callable[[pytest.MonkeyPatch, Path], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    why(monkeypatch, tmp_path)
    monkeypatch.setenv("FPGAML_ENGINE", "emulator")
    with pytest.raises(ToolError):
        choose_engine(dense(), 1, Silent())


def test_a_word_that_names_no_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FPGAML_ENGINE", "fast")
    with pytest.raises(FpgamlError, match=r"FPGAML_ENGINE: `fast` is no engine\. Set it to one of auto, interpreter"):
        choose_engine(dense(), 1, Silent())


@needs_compiler
def test_many_events_are_worth_compiling_and_once_compiled_fewer_are_worth_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FPGAML_CACHE_DIR", str(tmp_path))
    graph = dense()
    half_a_second = int(0.5 / interpreter_seconds(graph))
    assert choose_engine(graph, 1000, Silent()) == Interpreter(graph)
    assert choose_engine(graph, half_a_second, Silent()) == Interpreter(graph)
    assert isinstance(choose_engine(graph, MANY, Silent()), Checked)
    assert isinstance(choose_engine(graph, half_a_second, Silent()), Checked)
    assert choose_engine(graph, 1000, Silent()) == Interpreter(graph)


@needs_compiler
def test_a_sample_of_the_first_batch_and_of_later_ones_is_compared_and_counted() -> None:
    graph = dense()
    engine = Checked(graph, compile_emulator(graph, Silent()))
    values = corner_vectors(graph, 1000, 1)
    expected = interpret(graph, values)
    seen = []
    for _ in range(5):
        assert engine.run(values) == expected
        seen.append((engine.sample.events, engine.sample.compared))
    # 256 events at first, then 64 each time that twice as many have run: with the third batch, not the fifth.
    assert seen == [(1000, 256), (2000, 320), (3000, 320), (4000, 384), (5000, 384)]
    assert engine.title == "the exact emulator, equal to the integer interpreter on 384 of 5,000 events"
    assert is_of_graph(engine.title)
    engine.confirm(values, expected)
    assert (engine.sample.events, engine.sample.compared) == (6000, 1384)


@needs_compiler
def test_a_wrong_emulator_is_caught_and_the_event_output_and_element_named() -> None:
    graph, wrong = dense(5), dense(6)
    ones = {"x0": fixed(np.tile([[0, 0, 1]], (5000, 1)), 4)}
    engine = Checked(graph, compile_emulator(wrong, Silent()))
    with pytest.raises(CheckFailedError) as found:
        engine.run(ones)
    said = str(found.value)
    assert "event 0, y[1]: the integer interpreter gives 5 * 2^-4, the exact emulator 6 * 2^-4" in said
    assert "Please report it" in said
    # Where all is zero it is right: a later batch finds it, and the number of the event counts from the first.
    zeros = {"x0": fixed(np.zeros((5000, 3), int), 4)}
    last = {"x0": fixed(np.eye(1, 5000, 4999, dtype=int).T * [[0, 0, 1]], 4)}
    engine = Checked(graph, compile_emulator(wrong, Silent()))
    engine.run(zeros)
    with pytest.raises(CheckFailedError, match=r"event 9999, y\[1\]"):
        engine.run(last)
    with pytest.raises(CheckFailedError, match=r"event 14999, y\[1\]"):
        engine.confirm(last, interpret(graph, last))


def test_the_interpreter_needs_more_time_for_more_products() -> None:
    small, large = (replace(dense()), graph_of(Dense(fixed(np.ones((64, 64), int)), None), (64,)))
    assert interpreter_seconds(large) > 10 * interpreter_seconds(small)
