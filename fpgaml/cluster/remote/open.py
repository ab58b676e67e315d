"""From a choice of workers elsewhere to a pool of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fpgaml.cluster.job import Job, ReadsFiles, S
from fpgaml.cluster.remote.batch import started
from fpgaml.cluster.remote.connect import check_workers, connect
from fpgaml.cluster.remote.pool import RemotePool, open_remote
from fpgaml.cluster.workers import Batch, Scheduler
from fpgaml.progress import Progress

PATIENCE = 120.0
"""Seconds that a scheduler may be without workers, in which somebody may start them again."""
FOR_EVER = float("inf")
"""A batch system's queue may be long."""


@contextmanager
def open_there(job: Job[S], workers: Scheduler | Batch, progress: Progress) -> Iterator[RemotePool[S]]:
    """A pool of workers elsewhere.

    Raises:
        FpgamlError: they cannot be reached or started, or are not what this process is.
    """
    found, patience = (
        (connect(workers.address, progress), PATIENCE)
        if isinstance(workers, Scheduler)
        else (started(workers, progress), FOR_EVER)
    )
    with found as client:
        with progress.step("comparing the workers' versions with this one"):
            check_workers(client, job.files if isinstance(job, ReadsFiles) else ())
        with open_remote(client, job, patience) as pool:
            yield pool
