"""When windows over an endless stream are complete, and where their positions lie then. All of it repeats.

A window reads the positions a, a + t1, a + t2 ... of the stream before it, and the next one begins `advance` positions
later. Words bring `word` positions each; a beat is `copies` windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import lcm


@dataclass(frozen=True)
class Grid:
    """A window that is read again and again.

    Args:
        word: positions a word brings; taps: the positions that a window reads, from its first, which is 0, ascending.
        advance: positions from one window to the next; copies: windows a beat.
    """

    word: int
    taps: tuple[int, ...]
    advance: int
    copies: int

    @property
    def step(self) -> int:
        """Positions from one beat to the next."""
        return self.copies * self.advance

    @cached_property
    def offsets(self) -> tuple[tuple[int, ...], ...]:
        """For each window of a beat its positions, from the first of the beat's first."""
        return tuple(tuple(copy * self.advance + tap for tap in self.taps) for copy in range(self.copies))

    @property
    def span(self) -> int:
        """Positions from the first that a beat reads to its last, both included."""
        return self.offsets[-1][-1] + 1

    def tick(self, beat: int) -> int:
        """The word, counted from 0, with which a beat is complete; beats count from 0 too, and may be negative."""
        return (beat * self.step + self.span - 1) // self.word

    @property
    def skipped(self) -> int:
        """Beats that are complete, but reach back before the first position."""
        return (self.span - 1) // self.step

    @property
    def period(self) -> int:
        """Words after which everything repeats."""
        return lcm(self.step, self.word) // self.word

    @cached_property
    def beats(self) -> tuple[int, ...]:
        """Beats that are complete within the first period of words, some of them skipped."""
        each = self.period * self.word // self.step
        first = -self.skipped
        return tuple(beat for beat in range(first, first + each + 1) if 0 <= self.tick(beat) < self.period)

    @property
    def emits(self) -> tuple[int, ...]:
        """For each word of a period whether it completes a beat."""
        complete = {self.tick(beat) for beat in self.beats}
        return tuple(int(tick in complete) for tick in range(self.period))

    def age(self, beat: int, offset: int) -> tuple[int, int]:
        """Where a position of a beat lies when the beat is complete: words since it came, and its place in its word."""
        back = (self.tick(beat) + 1) * self.word - 1 - (beat * self.step + offset)
        return back // self.word, self.word - 1 - back % self.word

    @cached_property
    def ages(self) -> tuple[int, ...]:
        """Of all words that beats read, the newest first."""
        every = (offset for window in self.offsets for offset in window)
        return tuple(sorted({self.age(beat, offset)[0] for offset in every for beat in self.beats}))
