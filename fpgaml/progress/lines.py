"""Progress in a log file: a plain line every ten seconds while something goes on, none for what is short."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from threading import Event, Thread
from typing import TextIO

from fpgaml.progress.running import Running

EVERY = 10.0
"""Seconds from line to line."""


class Lines:
    """Writes lines to a stream; a thread counts the time while a step is open.

    Args:
        stream: where to; every: seconds from line to line.
    """

    def __init__(self, stream: TextIO, every: float = EVERY) -> None:
        self._stream, self._every = stream, every
        self._open: list[Running] = []

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[object]:
        with self._shown(Running(title)):
            yield None

    @contextlib.contextmanager
    def bar(self, title: str, total: int, unit: str = "") -> Iterator[Callable[[int], object]]:
        running = Running(title, total, unit)

        def advance(more: int) -> None:
            running.done += more

        with self._shown(running):
            yield advance

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        pass

    @contextlib.contextmanager
    def _shown(self, running: Running) -> Iterator[None]:
        self._open.append(running)
        try:
            with contextlib.nullcontext() if len(self._open) > 1 else self._ticking():
                yield
        finally:
            self._open.remove(running)

    @contextlib.contextmanager
    def _ticking(self) -> Iterator[None]:
        """While the outermost step is open."""
        ended = Event()

        def tick() -> None:
            while not ended.wait(self._every):
                self._write()

        thread = Thread(target=tick, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(1)  # not longer: it may stand before a pipe that nobody reads

    def _write(self) -> None:
        """A line about what has lasted, and in brackets what goes on within it.

        Of steps that have lasted a bar comes first, since it says how much is left, then the innermost.
        """
        found = list(self._open)
        if not found:
            return
        lasting = [each for each in found if each.seconds >= self._every] or found[:1]
        told = next((each for each in reversed(lasting) if each.total is not None), lasting[-1])
        text = told.text() if told is found[-1] else f"{told.text()} ({found[-1].title})"
        # A closed pipe must not end the work that it would have told of.
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"fpgaml: {text}\n")
            self._stream.flush()
