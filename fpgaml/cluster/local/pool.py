"""A pool of worker processes on this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.reduction import ForkingPickler
from typing import Generic

from fpgaml.cluster.job import Job, Piece, S
from fpgaml.cluster.local.worker import WorkerProcess, end_all
from fpgaml.cluster.pool import Outcome
from fpgaml.cores import cores


class LocalPool(Generic[S]):
    """Follows `Pool`.

    Args:
        processes: how many at once; they are started as there is work for them.
    """

    def __init__(self, job: Job[S], processes: int) -> None:
        self._most = processes
        self._workers: list[WorkerProcess] = []
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
        worker = next((each for each in self._workers if each.idle), None)
        if worker is None:
            worker = WorkerProcess(self._job.name)
            self._workers.append(worker)
        worker.take(piece)

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
        end_all(self._workers)
        self._job.close()


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
