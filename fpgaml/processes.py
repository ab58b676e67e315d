"""Other programs, none of which outlives the block that runs it: each has a process group of its own, killed whole."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any


class SilenceError(Exception):
    """Nothing was heard for too long, or too late."""


def lines(stream: IO[str], silence: float = 0.0, until: float | None = None) -> Iterator[str]:
    """A stream's lines as they come; the stream is closed at its end.

    Args:
        silence: seconds to wait for a line; 0: for ever.
        until: the moment of `time.monotonic` after which no line is waited for; None: never.

    Raises:
        SilenceError: none came for so long, or the end did not come in time.
    """
    heard: SimpleQueue[str | None] = SimpleQueue()

    def read() -> None:
        with stream:
            for line in stream:
                heard.put(line)
        heard.put(None)

    # A thread, because nothing else waits for a line and for a time; it ends with the stream.
    Thread(target=read, daemon=True).start()
    while True:
        left = None if until is None else max(0.0, until - time.monotonic())
        waits = [each for each in (silence or None, left) if each is not None]
        try:
            line = heard.get(timeout=min(waits, default=None))
        except Empty:
            raise SilenceError from None
        if line is None:
            return
        if left == 0.0:
            raise SilenceError
        yield line


@contextlib.contextmanager
def own_group(command: Sequence[str], **settings: Any) -> Iterator[subprocess.Popen[Any]]:
    """Start a program; when the block ends, it and all that it started are gone.

    Args:
        settings: of subprocess.Popen.

    Raises:
        OSError: it cannot be started.
    """
    process = subprocess.Popen(command, start_new_session=True, **settings)
    try:
        yield process
    finally:
        _end(process)


class Processes:
    """Runs programs from any thread; the end of the block kills those that still run, and no more can be started."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[Any]] = set()
        self._ended = False

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        for process in tuple(self._running):
            _kill(process)

    def run(self, command: Sequence[str], **settings: Any) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; its output is text.

        Raises:
            OSError: it cannot be started, or the block has ended.
        """
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "errors": "replace"}
        with own_group(command, **pipes, **settings) as process:
            self._running.add(process)
            try:
                if self._ended:
                    raise InterruptedError(f"{command[0]}: stopped")
                out, err = process.communicate()
            finally:
                self._running.discard(process)
        return subprocess.CompletedProcess(command, process.returncode, out, err)


def _kill(process: subprocess.Popen[Any]) -> None:
    # Once it has been waited for, its number may be another process's.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[Any]) -> None:
    _kill(process)
    process.wait()
