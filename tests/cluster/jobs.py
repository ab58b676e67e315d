"""Jobs whose sums are known without doing them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fpgaml.cluster.job import Piece
from fpgaml.errors import FpgamlError


@dataclass(frozen=True)
class Total:
    """How many, their sum, and which processes added."""

    count: int
    sum: int
    processes: frozenset[int] = field(default=frozenset(), compare=False)

    def plus(self, other: Total) -> Total:
        return Total(self.count + other.count, self.sum + other.sum, self.processes | other.processes)


@dataclass(frozen=True)
class Squares:
    """Sums the squares of 0 to entries - 1; some pieces misbehave.

    Args:
        refused, raising, deadly: the first entries of pieces that are bad input, raise, and kill their process.
        fragile: of such as fail once, if a folder is given to remember that in; slow: of those that take longer.
    """

    entries: int
    size: int
    seconds: float = 0.0
    refused: tuple[int, ...] = ()
    raising: tuple[int, ...] = ()
    deadly: tuple[int, ...] = ()
    fragile: tuple[int, ...] = ()
    slow: tuple[int, ...] = ()
    memory: Path | None = None
    title: str = "squares"
    unit: str = "numbers"

    def pieces(self) -> Sequence[Piece]:
        starts = range(0, self.entries, self.size)
        return [Piece("numbers", start, min(self.size, self.entries - start)) for start in starts]

    def run(self, piece: Piece) -> Total:
        first = piece.first
        if first in self.refused:
            raise FpgamlError("numbers", f"NaN in entry {first}")
        if first in self.raising:
            raise ValueError(f"cannot square {first}")
        if first in self.deadly or (first in self.fragile and self._first_time(first)):
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.3 if first in self.slow else self.seconds)
        numbers = range(first, first + piece.count)
        return Total(piece.count, sum(n * n for n in numbers), frozenset([os.getpid()]))

    def _first_time(self, first: int) -> bool:
        assert self.memory is not None
        try:
            (self.memory / str(first)).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def squares_below(n: int) -> int:
    """The sum of k**2 for k from 0 to n - 1, by its closed form."""
    return (n - 1) * n * (2 * n - 1) // 6
