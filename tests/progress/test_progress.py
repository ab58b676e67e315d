"""What is said while something takes long: on a terminal, in a log, and with --quiet."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest
from rich.console import Console

from fpgaml.progress import Silent, choose_progress
from fpgaml.progress.lines import Lines
from fpgaml.progress.running import Running, duration
from fpgaml.progress.terminal import Terminal


def test_a_long_step_is_told_of_again_and_again_and_a_short_one_never() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every=0.1)
    with lines.step("reading"):
        time.sleep(0.03)
    assert stream.getvalue() == ""
    with lines.bar("comparing bit for bit", 50_000, "events") as advance:
        advance(12_000)
        time.sleep(0.35)
    told = stream.getvalue().splitlines()
    assert 2 <= len(told) <= 3
    assert set(told) == {"fpgaml: comparing bit for bit: 12,000 of 50,000 events, 0 s"}


def test_steps_within_a_step_are_told_of_by_its_time() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every=0.2)
    with lines.step("synthesising"):
        for title in ("opt", "abc"):
            with lines.step(title):
                time.sleep(0.15)
    assert stream.getvalue() == "fpgaml: synthesising: 0 s (abc)\n"


def test_a_bar_says_how_much_is_left_while_something_in_it_is_waited_for() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every=0.1)
    with lines.bar("comparing", 50, "events") as advance:
        advance(12)
        with lines.step("asking Keras"):
            time.sleep(0.25)
    assert stream.getvalue() == 2 * "fpgaml: comparing: 12 of 50 events, 0 s (asking Keras)\n"


def test_rate_and_what_is_left_follow_from_what_was_done() -> None:
    running = Running("comparing", 50_000, "events", 12_000, time.monotonic() - 40)
    # 300 a second; 38,000 are left: 126.7 s.
    assert running.text() == "comparing: 12,000 of 50,000 events, 40 s, 300/s, 2 min 6 s left"
    assert Running("compiling", began=time.monotonic() - 4000).text() == "compiling: 1 h 6 min"
    assert duration(120) == "2 min"


def test_a_terminal_shows_bars_within_steps_and_is_clean_afterwards() -> None:
    stream = io.StringIO()
    terminal = Terminal(Console(file=stream, force_terminal=True, width=100))
    with terminal.step("asking [Keras]"), terminal.bar("comparing", 10, "events") as advance:
        advance(5)
        terminal._bars.refresh()  # type: ignore[union-attr]
    with terminal.step("again"):
        pass
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", stream.getvalue())
    assert "asking [Keras]" in shown
    assert "5 of 10 events" in shown
    assert "again" in shown


def test_a_step_that_fails_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    progress = choose_progress()
    assert isinstance(progress, Lines)
    with pytest.raises(ValueError, match="here"), progress.step("reading"):
        raise ValueError("here")
    assert progress._open == []
    assert isinstance(choose_progress(quiet=True), Silent)
