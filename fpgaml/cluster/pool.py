"""What does pieces, and what comes of one."""

from __future__ import annotations

import traceback
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol

from fpgaml.cluster.job import Job, Piece, S
from fpgaml.errors import FpgamlError


@dataclass(frozen=True)
class Failure:
    """Why a piece gave nothing.

    Args:
        reason: one line.
        final: whether a second try would fail likewise: the input is bad.
    """

    reason: str
    final: bool = False


@dataclass(frozen=True)
class Outcome(Generic[S]):
    """A piece, and what it gave or why it gave nothing."""

    piece: Piece
    result: S | Failure


class Pool(Protocol[S]):
    """Does pieces of one job, several at a time."""

    @property
    def room(self) -> int:
        """How many more pieces it takes now; above 0 where none is under way."""

    def submit(self, piece: Piece) -> None:
        """Take a piece on."""

    def next(self) -> Outcome[S]:
        """Wait for one of those under way.

        Raises:
            FpgamlError: there is nobody left to do them.
        """


class OpensPool(Protocol):
    """Opens a pool for a job; leaving the block ends what was opened, at once."""

    def __call__(self, job: Job[S]) -> AbstractContextManager[Pool[S]]:
        """For one job."""


def attempt(job: Job[S], piece: Piece) -> S | Failure:
    """Do a piece; whatever goes wrong is said in a line."""
    try:
        return job.run(piece)
    except FpgamlError as error:
        return Failure(str(error), final=True)
    except Exception as error:  # noqa: BLE001 - of a job, which must not end the others' pieces
        return Failure(_told(error))


def _told(error: Exception) -> str:
    """What an unforeseen error is, and where it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split())
    return f"{type(error).__name__}: {what} ({Path(last.filename).name}, line {last.lineno})"
