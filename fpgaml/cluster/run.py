"""Do a job's pieces, add up what they give, and go on where one fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic

from fpgaml.cluster.job import Job, Piece, S
from fpgaml.progress import Progress


@dataclass(frozen=True)
class Done(Generic[S]):
    """What a job came to.

    Args:
        total: the sum of all pieces that were done; None if none was.
        failed: pieces that failed every time, and why.
    """

    total: S | None
    failed: Mapping[Piece, str] = field(default_factory=dict)


def run_job(
    job: Job[S],
    progress: Progress,
    *,
    before: Mapping[Piece, S] | None = None,
    keep: Callable[[Piece, S], object] = lambda piece, part: None,
) -> Done[S]:
    """Do all pieces.

    Args:
        before: pieces that were done earlier, and what they gave.
        keep: hears of each piece that is done, in the thread that called.
    """
    total: S | None = None
    pieces = job.pieces()
    with progress.bar(job.title, sum(piece.count for piece in pieces), job.unit) as advance:
        for piece in pieces:
            part = before[piece] if before and piece in before else job.run(piece)
            keep(piece, part)
            total = part if total is None else total.plus(part)
            advance(piece.count)
    return Done(total)
