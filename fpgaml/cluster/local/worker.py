"""A process that does pieces, seen from the one that started it."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fpgaml.cluster.job import Piece
from fpgaml.cluster.local.serve import GRACE, READY
from fpgaml.cluster.pool import Failure
from fpgaml.cores import VARIABLE
from fpgaml.errors import RunFailedError

PROGRAM = """import sys
sys.path[:] = sys.argv[3:]
from fpgaml.cluster.local.serve import serve
serve()"""
ONE_CORE = dict.fromkeys(
    (VARIABLE, "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""Environment: a worker keeps to one core, the others are its neighbours'."""


class WorkerProcess:
    """A process, and the piece that it does; None: it waits for one.

    Args:
        job: the file that holds it, pickled.
    """

    def __init__(self, job: str) -> None:
        ours, theirs = socket.socketpair()
        self.piece: Piece | None = None
        self.alive, self._ready = True, False
        self.taken = False  # by a thread, of several that share processes
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        folders = [each or str(Path.cwd()) for each in sys.path]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", PROGRAM, str(theirs.fileno()), job, *folders],
                stdin=subprocess.DEVNULL,
                stdout=self._complaints,
                stderr=self._complaints,
                env=os.environ | ONE_CORE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the one that started us, which ends us
            )
        self.connection = Connection(ours.detach())

    @property
    def idle(self) -> bool:
        """Whether it waits for a piece, and lives."""
        return self.alive and self.piece is None and self._process.poll() is None

    def take(self, piece: Piece) -> None:
        """Send a piece."""
        self.piece = piece
        with contextlib.suppress(OSError):  # it has died, which is heard of as usual
            self.connection.send(piece)

    def hear(self) -> Any:
        """What the process says of its piece; None: it is ready, and its piece under way.

        Raises:
            RunFailedError: it cannot even start.
        """
        try:
            said = self.connection.recv()
        except (EOFError, OSError):
            return self._lost()
        except (pickle.UnpicklingError, AttributeError, ImportError) as error:
            said = Failure(f"its result cannot be read: {error}", final=True)
        if isinstance(said, str) and said == READY:
            self._ready = True
            return None
        self.piece = None
        return said

    def _lost(self) -> Failure:
        self.alive, self.piece = False, None
        self.connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        self._complaints.seek(0)
        said = self._complaints.read()[-2000:].decode(errors="replace").strip().splitlines()
        self.end(time.monotonic())
        code = self._process.returncode
        ended = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        words = f"the process that did it {ended}" + (f": {said[-1]}" if said else "")
        if not self._ready and code >= 0:
            raise RunFailedError("worker processes", f"cannot be started: {words}")
        return Failure(words)

    def end(self, until: float) -> None:
        """Wait for its end up to a moment of the monotonic clock, then kill it with all that it began."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, until - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._complaints.close()

    def close(self) -> None:
        """Tell it to end."""
        self.connection.close()


def end_all(workers: Iterable[WorkerProcess]) -> None:
    """End processes, and what they began: all are told to, and those that do not in time are killed."""
    workers = list(workers)
    for worker in workers:
        worker.close()
    until = time.monotonic() + 2 * GRACE
    for worker in workers:
        worker.end(until)
