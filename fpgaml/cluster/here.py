"""Pieces done in this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic

from fpgaml.cluster.job import Job, Piece, S
from fpgaml.cluster.pool import Outcome, attempt


class HerePool(Generic[S]):
    """Follows `Pool`: a piece is done when its outcome is waited for."""

    def __init__(self, job: Job[S]) -> None:
        self._job = job
        self._waiting: deque[Piece] = deque()

    @property
    def room(self) -> int:
        """As in `Pool`."""
        return 1 - len(self._waiting)

    def submit(self, piece: Piece) -> None:
        """As in `Pool`."""
        self._waiting.append(piece)

    def next(self) -> Outcome[S]:
        """As in `Pool`."""
        piece = self._waiting.popleft()
        return Outcome(piece, attempt(self._job, piece))


@contextmanager
def open_here(job: Job[S]) -> Iterator[HerePool[S]]:
    """A pool in this process."""
    yield HerePool(job)
