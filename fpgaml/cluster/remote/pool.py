"""A pool of the workers of a Dask scheduler."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic

from fpgaml.cluster.identity import Identity, identity
from fpgaml.cluster.job import Job, Piece, S
from fpgaml.cluster.pool import Failure, Outcome
from fpgaml.cluster.remote.connect import OPTION
from fpgaml.cluster.remote.task import Answer, do, forget, job_key
from fpgaml.errors import FpgamlError, RunFailedError

if TYPE_CHECKING:
    from distributed import Client, Future

AHEAD = 2
"""Pieces for each thread of the workers that are sent at once: one that it does, and one that waits there."""
LOOK_AGAIN = 2.0
"""Seconds after which the workers are counted again."""
END_SECONDS = 3.0
FETCH_SECONDS = 10.0
"""That fetching a result may take, which is there already."""


class RemotePool(Generic[S]):
    """Follows `Pool`.

    Args:
        client: of the scheduler; patience: seconds that it may be without any worker.
        task: what a worker does for a piece, with the arguments of `do`.
    """

    def __init__(
        self, client: Client, job: Job[S], patience: float, task: Callable[[bytes, str, Identity, Piece], Answer] = do
    ) -> None:
        self._client, self._patience, self._task = client, patience, task
        pickled = pickle.dumps(job)
        self._key = job_key(pickled)
        # A task like any other: a worker that needs it takes it from its neighbour, and if it is lost it is made again.
        self._job = client.submit(bytes, pickled, key=f"fpgaml-job-{self._key}", pure=False)
        self._under_way: dict[Future, Piece] = {}  # a future that nobody holds is forgotten by Dask
        self._done: SimpleQueue[Future] = SimpleQueue()
        self._threads, self._counted, self._served = 0, 0.0, time.monotonic()
        self._sent = 0

    @property
    def room(self) -> int:
        """As in `Pool`."""
        self._count()
        return max(1, AHEAD * self._threads) - len(self._under_way)

    def submit(self, piece: Piece) -> None:
        """As in `Pool`."""
        self._sent += 1
        key = f"fpgaml-piece-{self._key}-{id(self):x}-{self._sent}"
        future = self._client.submit(
            self._task, self._job, self._key, identity(), piece, key=key, pure=False, retries=0
        )
        self._under_way[future] = piece
        future.add_done_callback(self._done.put)

    def next(self) -> Outcome[S]:
        """As in `Pool`."""
        while True:
            try:
                future = self._done.get(timeout=LOOK_AGAIN)
            except Empty:
                self._count()
                self._look_after()
                continue
            piece = self._under_way.pop(future)
            try:
                return Outcome(piece, self._result(future))
            except TimeoutError:  # done, and lost with its worker before it was fetched: another does it again
                self.submit(piece)

    def close(self) -> None:
        """Take back what is under way, and end what it began."""
        with suppress(Exception):
            self._client.cancel([self._job, *self._under_way], force=True)
        with suppress(Exception):
            self._client.sync(self._client._run, forget, self._key, on_error="ignore", callback_timeout=END_SECONDS)

    def _result(self, future: Future) -> S | Failure:
        from distributed.scheduler import KilledWorker

        if future.status == "cancelled":
            raise RunFailedError(OPTION, f"the scheduler {self._client.scheduler.address} is gone", "Start it again")
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                return Failure("every worker that did it was lost")
            return Failure(f"{type(error).__name__}: {' '.join(str(error).split())}")
        answer: Answer = future.result(timeout=FETCH_SECONDS)
        if answer.problem:
            raise RunFailedError(f"{OPTION}, {answer.host}", answer.problem)
        if answer.result is None:
            raise FpgamlError(
                OPTION,
                f"a worker on {answer.host} has {answer.identity}; here is {identity()}",
                "Install the same fpgaml, Python and numpy there, and start the workers again",
            )
        self._served = time.monotonic()
        result: S | Failure = answer.result
        return result

    def _count(self) -> None:
        now = time.monotonic()
        if now - self._counted < LOOK_AGAIN:
            return
        self._counted = now
        with suppress(OSError, TimeoutError):
            self._threads = sum(self._client.nthreads().values())
        if self._threads:
            self._served = now

    def _look_after(self) -> None:
        """Whether there is still somebody."""
        if not self._threads and time.monotonic() - self._served > self._patience:
            reason = f"no worker has been there for {self._patience:.0f} s"
            raise RunFailedError(OPTION, reason, "What was done is kept where the command can go on later")


@contextmanager
def open_remote(client: Client, job: Job[S], patience: float) -> Iterator[RemotePool[S]]:
    """A pool of a scheduler's workers."""
    pool = RemotePool(client, job, patience)
    try:
        yield pool
    finally:
        pool.close()
