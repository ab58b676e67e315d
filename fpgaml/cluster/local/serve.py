"""The program that a worker process runs: `python -c "…serve()" FD JOB FOLDER…`, told by a socket.

FD is the socket's, JOB a file, and the folders are where modules are found.

A Python of its own, rather than a fork of the caller's: no thread or lock of the caller is in it, nothing that the
caller imported, and a caller's script needs no `if __name__ == "__main__"`.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import sleep
from typing import Any, NoReturn

from fpgaml.cluster.pool import Failure, attempt
from fpgaml.interrupts import interruptible

GRACE = 1.0
"""Seconds that a worker has to clean up what it began, after it was told to end."""
IDLE = 900.0
"""Seconds without a piece after which it ends: whoever started it may have forgotten it."""
READY = "ready"


def serve() -> None:
    """Do pieces as they come, until the other end is closed; then all that this process began ends with it."""
    connection = Connection(int(sys.argv[1]))
    pieces: SimpleQueue[Any] = SimpleQueue()
    job = pickle.loads(Path(sys.argv[2]).read_bytes())
    connection.send(READY)
    Thread(target=_listen, args=(connection, pieces), daemon=True).start()
    with interruptible():
        while True:
            try:
                piece = pieces.get(timeout=IDLE)
            except Empty:
                return
            done = attempt(job, piece)
            try:
                connection.send(done)
            except OSError:
                _end()
            except Exception as error:  # noqa: BLE001 - what was given cannot be pickled
                connection.send(Failure(f"its result cannot be sent: {error}", final=True))


def _listen(connection: Connection, pieces: SimpleQueue[Any]) -> NoReturn:
    """Hear of pieces while the main thread works; the end of the one that started us is the end of this process."""
    while True:
        try:
            pieces.put(connection.recv())
        except (EOFError, OSError):
            os.kill(os.getpid(), signal.SIGTERM)  # what the main thread began is cleaned up
            sleep(GRACE)
            _end()


def _end() -> NoReturn:
    os.killpg(os.getpgrp(), signal.SIGKILL)
    raise AssertionError
