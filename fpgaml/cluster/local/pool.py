"""A pool of worker processes on this machine."""

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
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, Generic

from fpgaml.cluster.job import Job, Piece, S
from fpgaml.cluster.local.process import GRACE, READY
from fpgaml.cluster.pool import Failure, Outcome
from fpgaml.cores import VARIABLE, cores
from fpgaml.errors import RunFailedError

PROGRAM = "from fpgaml.cluster.local.process import serve; serve()"
ONE_CORE = dict.fromkeys(
    (VARIABLE, "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""Environment: a worker keeps to one core, the others are its neighbours'."""


class LocalPool(Generic[S]):
    """Follows `Pool`.

    Args:
        processes: how many at once; they are started as there is work for them.
    """

    def __init__(self, job: Job[S], processes: int) -> None:
        self._most = processes
        self._workers: list[_Worker] = []
        # A file, because a worker takes its time to start, and a socket does not hold much until it reads.
        self._job = tempfile.NamedTemporaryFile(prefix="fpgaml-job-")  # noqa: SIM115 - closed by `close`
        self._job.write(ForkingPickler.dumps(job))
        self._job.flush()

    @property
    def room(self) -> int:
        """As in `Pool`."""
        return self._most - sum(worker.piece is not None for worker in self._workers)

    def submit(self, piece: Piece) -> None:
        """As in `Pool`."""
        idle = next((worker for worker in self._workers if worker.piece is None and worker.alive), None)
        if idle is None:
            idle = _Worker(self._job.name)
            self._workers.append(idle)
        idle.take(piece)

    def next(self) -> Outcome[S]:
        """As in `Pool`."""
        while True:
            busy = {worker.connection: worker for worker in self._workers if worker.piece is not None}
            for connection in wait(list(busy)):
                worker = busy[connection]  # type: ignore[index]
                piece, result = worker.piece, worker.hear()
                if not worker.alive:
                    self._workers.remove(worker)
                if result is not None and piece is not None:
                    return Outcome(piece, result)

    def close(self) -> None:
        """End all workers, and what they began."""
        for worker in self._workers:
            worker.connection.close()
        until = time.monotonic() + 2 * GRACE
        for worker in self._workers:
            worker.end(until)
        self._job.close()


class _Worker:
    """A process, and the piece that it does; None: it waits for one.

    Args:
        job: the file that holds it, pickled.
    """

    def __init__(self, job: str) -> None:
        ours, theirs = socket.socketpair()
        self.piece: Piece | None = None
        self.alive, self._ready = True, False
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        folders = [each or str(Path.cwd()) for each in sys.path]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", PROGRAM, str(theirs.fileno()), job],
                stdin=subprocess.DEVNULL,
                stdout=self._complaints,
                stderr=self._complaints,
                env=os.environ | ONE_CORE | {"PYTHONPATH": os.pathsep.join(folders)},
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the one that started us, which ends us
            )
        self.connection = Connection(ours.detach())

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


@contextmanager
def open_local(job: Job[S], processes: int) -> Iterator[LocalPool[S]]:
    """A pool on this machine.

    Args:
        processes: 0: one a core.
    """
    pool = LocalPool(job, processes or cores())
    try:
        yield pool
    finally:
        pool.close()
