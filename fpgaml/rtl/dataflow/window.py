"""When a sliding window is where: the ticks of a frame, which of them give a beat, and what the window holds then.

At a tick a word enters a shift register: `lanes` positions of the first axis. Words come first, then ticks without a
word, which only let beats out that had to wait. Everything here is arithmetic over the positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaml.rtl.dataflow.positions import Place
from fpgaml.rtl.dataflow.stage import Pace


class Ticks(Protocol):
    """What a frame's ticks are, however its words are arranged."""

    @property
    def words(self) -> int:
        """Ticks that bring a word."""

    @property
    def flush(self) -> int:
        """Ticks without a word, at the end of a frame."""

    @property
    def ticks(self) -> int:
        """All of them."""

    @property
    def emits(self) -> NDArray[np.int64]:
        """For each beat of the result the tick that gives it."""


def window_pace(window: Ticks, latency: int) -> Pace:
    """A block is a tick; words wait in a FIFO where there are ticks without one.

    Args:
        latency: cycles from a tick to its beat.
    """
    claims = (np.arange(window.ticks) < window.words).astype(np.int64)
    held = np.stack([np.arange(window.words), np.zeros(window.words, dtype=np.int64)], axis=1)
    return Pace(
        (claims,),
        np.ones(window.ticks, dtype=np.int64),
        (1 if window.flush else 0,),
        np.stack([window.emits, np.full(len(window.emits), latency)], axis=1),
        (held if window.flush else None,),
    )


@dataclass(frozen=True)
class Window:
    """The ticks of one frame.

    Args:
        size: positions of the input; word: positions of a word.
        place: which positions of the input each beat of the result reads.
        beats: of the result; valid: for each how many positions of the input, from its first, really count.
    """

    size: int
    word: int
    place: Place
    beats: int
    valid: tuple[int, ...]

    @property
    def words(self) -> int:
        """Ticks that bring a word."""
        return -(-self.size // self.word)

    @cached_property
    def emits(self) -> NDArray[np.int64]:
        """For each beat of the result the tick that gives it: its last position is there, and a tick gives one."""
        starts = self.place.step * np.arange(self.beats) + self.place.first
        last = np.minimum(starts + np.array(self.valid) - 1, self.size - 1)
        ready = np.maximum(last, 0) // self.word
        order = np.arange(self.beats)
        return np.asarray(np.maximum.accumulate(ready - order) + order, dtype=np.int64)

    @property
    def ticks(self) -> int:
        """Of a frame."""
        return max(self.words, int(self.emits[-1]) + 1)

    @property
    def flush(self) -> int:
        """Ticks without a word, at the end of a frame."""
        return self.ticks - self.words

    @cached_property
    def ages(self) -> NDArray[np.int64]:
        """For each beat: how many positions before the window's newest one its first position lies, plus one."""
        starts = self.place.step * np.arange(self.beats) + self.place.first
        return np.asarray((self.emits + 1) * self.word - starts)

    @property
    def depth(self) -> int:
        """Words that the window holds."""
        return max(-(-int(self.ages.max()) // self.word), 1)

    @cached_property
    def alignments(self) -> tuple[list[int], list[int]]:
        """Where in the window (its oldest position is 0) beats begin: the different places, and for each beat which."""
        offsets = self.depth * self.word - self.ages
        places = sorted({int(offset) for offset in offsets})
        return places, [places.index(int(offset)) for offset in offsets]

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """For each beat and each of its positions whether it is a position of the input: shape (beats, count)."""
        places = self.place.step * np.arange(self.beats)[:, None] + self.place.first + np.arange(self.place.count)
        return np.asarray((places >= 0) & (places < self.size))

    @cached_property
    def order(self) -> list[int]:
        """For each tick the beat that it gives; a tick that gives none is as the one before it."""
        beats = np.searchsorted(self.emits, np.arange(self.ticks), side="right") - 1
        return [max(int(beat), 0) for beat in beats]
