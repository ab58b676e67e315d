"""What runs on a worker of Dask: pieces are done in processes of their own there, one for each thread of the worker.

A piece that crashes ends its process and not the worker, Dask's heartbeat goes on while Python computes, and a worker
with many threads, as `dask worker` starts one, computes on as many cores.
"""

from __future__ import annotations

import atexit
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import IO, Any

from fpgaml.cluster.identity import Identity, host, identity
from fpgaml.cluster.job import Piece
from fpgaml.cluster.local.worker import WorkerProcess, end_all
from fpgaml.cluster.pool import Failure
from fpgaml.errors import RunFailedError


@dataclass(frozen=True)
class Answer:
    """What a worker says of a piece.

    Args:
        result: what the piece gave, or why it gave nothing; None: the worker cannot do any.
        identity: of the worker, which may be another than the client; host: its machine.
        problem: why it cannot do any, where its identity is right.
    """

    result: Any
    identity: Identity
    host: str
    problem: str = ""


@dataclass
class _Crew:
    """Processes of one job."""

    job: IO[bytes]
    workers: list[WorkerProcess] = field(default_factory=list)


_crews: dict[str, _Crew] = {}
_lock = Lock()


def job_key(job: bytes) -> str:
    """What a pickled job is known by."""
    return hashlib.sha256(job).hexdigest()[:32]


def do(job: bytes, key: str, expected: Identity, piece: Piece) -> Answer:
    """Do a piece here.

    Args:
        job: pickled; key: of it; expected: what the client is, which this must be too.
    """
    mine = identity()
    if mine != expected:
        return Answer(None, mine, host())
    worker = _take(job, key)
    try:
        worker.take(piece)
        result = None
        while result is None:
            result = worker.hear()
    except RunFailedError as error:
        return Answer(None, mine, host(), str(error))
    _give_back(key, worker)
    if isinstance(result, Failure):
        result = replace(result, reason=f"{result.reason} [on {host()}]")
    return Answer(result, mine, host())


def forget(key: str) -> None:
    """End the processes of a job, also those that do a piece."""
    with _lock:
        crew = _crews.pop(key, None)
    if crew is not None:
        end_all(crew.workers)
        crew.job.close()


def look(paths: Sequence[Path]) -> tuple[Identity, str, dict[Path, int]]:
    """What this is, which machine it is on, and the sizes of those files that are seen from here."""
    return identity(), host(), {path: path.stat().st_size for path in paths if path.is_file()}


def _take(job: bytes, key: str) -> WorkerProcess:
    """A process that nobody uses."""
    with _lock:
        crew = _crews.get(key)
        if crew is None:
            file = tempfile.NamedTemporaryFile(prefix="fpgaml-job-")  # noqa: SIM115 - closed by `forget`
            file.write(job)
            file.flush()
            crew = _crews[key] = _Crew(file)
        worker = next((each for each in crew.workers if each.idle and not each.taken), None)
        if worker is None:
            worker = WorkerProcess(crew.job.name)
            crew.workers.append(worker)
        worker.taken = True
        return worker


def _give_back(key: str, worker: WorkerProcess) -> None:
    with _lock:
        worker.taken = False
        crew = _crews.get(key)
        if crew is not None and not worker.alive:
            crew.workers.remove(worker)


@atexit.register
def _forget_all() -> None:
    for key in tuple(_crews):
        forget(key)
