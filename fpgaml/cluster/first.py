"""Work that ends with the first piece in which something is found: all before it is done, whatever the workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from fpgaml.cluster.job import Job, Piece, ReadsFiles, S
from fpgaml.cluster.run import Done, run_job
from fpgaml.cluster.workers import Workers
from fpgaml.progress import Progress


class _FoundSomething(Exception):  # noqa: N818 - it ends a job, and is no error
    """Pieces behind this one are not wanted."""


@dataclass(frozen=True)
class _Until(Generic[S]):
    """Follows `Job`: no pieces behind a last one."""

    job: Job[S]
    last: Piece

    @property
    def title(self) -> str:
        """As in `Job`."""
        return self.job.title

    @property
    def unit(self) -> str:
        """As in `Job`."""
        return self.job.unit

    @property
    def files(self) -> Sequence[Path]:
        """As in `ReadsFiles`."""
        return self.job.files if isinstance(self.job, ReadsFiles) else ()

    def pieces(self) -> Sequence[Piece]:
        """As in `Job`."""
        return [piece for piece in self.job.pieces() if piece <= self.last]

    def run(self, piece: Piece) -> S:
        """As in `Job`."""
        return self.job.run(piece)


def run_to_first(job: Job[S], found: Callable[[S], bool], progress: Progress, workers: Workers) -> Done[S]:
    """Do pieces up to the first one in which something is found; its total is the same whatever the workers.

    Args:
        job: its pieces are of one source, in ascending order.
        found: whether a piece's result holds what ends the work.

    Raises:
        FpgamlError: as for `run_job`.
    """
    parts: dict[Piece, S] = {}

    def keep(piece: Piece, part: S) -> None:
        parts[piece] = part
        if found(part):
            raise _FoundSomething

    now: Job[S] = job
    while True:
        try:
            return run_job(now, progress, workers=workers, before=parts, keep=keep)
        except _FoundSomething:
            last = min(piece for piece, part in parts.items() if found(part))
            now, parts = _Until(job, last), {piece: part for piece, part in parts.items() if piece <= last}
