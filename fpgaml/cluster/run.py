"""Do a job's pieces wherever they are done, add up what they give, and go on where one fails."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic

from fpgaml.cluster.here import open_here
from fpgaml.cluster.job import Job, Piece, S
from fpgaml.cluster.local.pool import open_local
from fpgaml.cluster.pool import Failure, Outcome, Pool
from fpgaml.cluster.workers import HERE, Batch, Here, Local, Scheduler, Workers
from fpgaml.interrupts import interruptible
from fpgaml.progress import Progress


@dataclass(frozen=True)
class Done(Generic[S]):
    """What a job came to.

    Args:
        total: the sum of all pieces that were done; None if none was.
        failed: pieces that gave nothing, and why; refused: those of them whose input is bad.
    """

    total: S | None
    failed: Mapping[Piece, str] = field(default_factory=dict)
    refused: frozenset[Piece] = frozenset()


@interruptible()
def run_job(
    job: Job[S],
    progress: Progress,
    *,
    workers: Workers = HERE,
    before: Mapping[Piece, S] | None = None,
    keep: Callable[[Piece, S], object] = lambda piece, part: None,
) -> Done[S]:
    """Do all pieces; the total is the same whatever the workers.

    A piece that fails, or whose worker is lost, is tried a second time after all others, and is given up then; bad
    input (FpgamlError) gets no second try. The rest is done in any case.

    Args:
        workers: where; in this process, unless said otherwise.
        before: pieces that were done earlier, and what they gave.
        keep: hears of each piece that was not done before, in the thread that called.

    Raises:
        FpgamlError: the workers cannot be reached, or are all gone.
    """
    before = before or {}
    pieces = job.pieces()
    total: S | None = None
    for piece in pieces:
        if piece in before:
            total = before[piece] if total is None else total.plus(before[piece])
    open_ = [piece for piece in pieces if piece not in before]
    round_ = _Round(total, keep)
    with progress.bar(job.title, sum(piece.count for piece in pieces), job.unit) as advance:
        advance(sum(piece.count for piece in pieces if piece in before))
        if open_:
            with open_pool(job, workers, progress) as pool:
                for last in (False, True):
                    open_ = round_.go(pool, open_, advance, last)
    return Done(round_.total, dict(sorted(round_.failed.items())), frozenset(round_.refused))


@contextmanager
def open_pool(job: Job[S], workers: Workers, progress: Progress) -> Iterator[Pool[S]]:
    """What does the pieces.

    Raises:
        FpgamlError: the workers cannot be reached, or are not what this process is.
    """
    match workers:
        case Here():
            with open_here(job) as here:
                yield here
        case Local(processes):
            with open_local(job, processes) as local:
                yield local
        case Scheduler() | Batch():
            from fpgaml.cluster.remote.open import open_there

            with open_there(job, workers, progress) as there:
                yield there


class _Round(Generic[S]):
    """Tries pieces, and adds up.

    Args:
        total: of what was done before; keep: hears of what is done now.
    """

    def __init__(self, total: S | None, keep: Callable[[Piece, S], object]) -> None:
        self.total = total
        self.failed: dict[Piece, str] = {}
        self.refused: set[Piece] = set()
        self._keep = keep

    def go(self, pool: Pool[S], pieces: Sequence[Piece], advance: Callable[[int], object], last: bool) -> list[Piece]:
        """Do pieces.

        Args:
            last: nothing is tried another time.

        Returns:
            Those that are worth another try.
        """
        again = []
        for outcome in _outcomes(pool, pieces):
            piece, result = outcome.piece, outcome.result
            if isinstance(result, Failure) and not (last or result.final):
                again.append(piece)
                continue
            if isinstance(result, Failure):
                self.failed[piece] = result.reason
                self.refused |= {piece} if result.final else set()
            else:
                self._keep(piece, result)
                self.total = result if self.total is None else self.total.plus(result)
            advance(piece.count)
        return again


def _outcomes(pool: Pool[S], pieces: Sequence[Piece]) -> Iterator[Outcome[S]]:
    """Of all pieces, as they come."""
    waiting, under_way = deque(pieces), 0
    while waiting or under_way:
        while waiting and pool.room > 0:
            pool.submit(waiting.popleft())
            under_way += 1
        yield pool.next()
        under_way -= 1
