"""What can be cut into pieces: each piece gives a part of a sum, in whatever order they are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, TypeVar, runtime_checkable


class Sum(Protocol):
    """A result that adds up: exact, and the same whatever the order."""

    def plus(self, other: Self) -> Self:
        """Both together."""


@dataclass(frozen=True, order=True)
class Piece:
    """A part of the work.

    Args:
        source: what it reads: a file as its user named it, or what else is cut, such as `seed 1`.
        first, count: which entries of that.
    """

    source: str
    first: int
    count: int

    def __str__(self) -> str:
        return f"{self.source} [{self.first:,}, {self.first + self.count:,})"


S = TypeVar("S", bound=Sum)
Given_co = TypeVar("Given_co", bound=Sum, covariant=True)


class Job(Protocol[Given_co]):
    """Work that can be cut; it is pickled, and sent to where its pieces are done."""

    @property
    def title(self) -> str:
        """For progress."""

    @property
    def unit(self) -> str:
        """What `Piece.count` counts."""

    def pieces(self) -> Sequence[Piece]:
        """All of them, in order."""

    def run(self, piece: Piece) -> Given_co:
        """One piece, where the worker is.

        Raises:
            FpgamlError: bad input, which no second try mends.
        """


@runtime_checkable
class ReadsFiles(Protocol):
    """A job whose pieces read files where the worker is; that all workers see them is made sure of before."""

    @property
    def files(self) -> Sequence[Path]:
        """Absolute paths."""
