"""When windows over an image that comes pixel by pixel are complete, and where their pixels lie then.

At a tick a word enters: `word` pixels of a row. Words come first, row after row, then ticks without a word, which only
let beats out that had to wait. Pixels that are padding never come: what a window reads there is masked. Everything here
is arithmetic over rows and columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import AveragePool, Conv2D, MaxPool

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Axis:
    """What windows read along one axis.

    Args:
        size: pixels of the image; windows: of the result.
        taps: pixels that a window reads; step: from one of them to the next; stride: from window to window.
        before: padded pixels.
    """

    size: int
    windows: int
    taps: int
    step: int
    stride: int
    before: int

    @property
    def span(self) -> int:
        """Pixels from the first that a window reads to its last, both included."""
        return (self.taps - 1) * self.step + 1

    def first(self, window: Numbers) -> Numbers:
        """The first pixel that a window reads; negative: padding."""
        return np.asarray(window * self.stride - self.before)


def axes_of(graph: Graph, node: Node) -> tuple[Axis, Axis] | None:
    """Rows and columns of a convolution or pool over an image; None for any other node."""
    op = node.op
    if isinstance(op, Conv2D):
        taps, steps = op.kernel.shape[:2], op.dilation
    elif isinstance(op, MaxPool | AveragePool) and len(op.size) == 2:
        taps, steps = op.size, (1, 1)
    else:
        return None
    shape, result = graph.shapes[node.inputs[0]], graph.shapes[node.name]
    rows, columns = (Axis(shape[n], result[n], taps[n], steps[n], op.strides[n], op.pads[n][0]) for n in range(2))
    return rows, columns


@dataclass(frozen=True)
class Raster:
    """The ticks of one image.

    Args:
        rows, columns: what windows read.
        word: pixels of a word, which divide a row of the image; copies: windows of a beat, which divide a row of the
            result.
        patient: whether all windows wait until the padding that they read would have come: later, but all alike.
    """

    rows: Axis
    columns: Axis
    word: int
    copies: int
    patient: bool = False

    @property
    def row_words(self) -> int:
        """Ticks of a row."""
        return self.columns.size // self.word

    @property
    def words(self) -> int:
        """Ticks that bring a word."""
        return self.rows.size * self.row_words

    @property
    def beats(self) -> int:
        """Of the result."""
        return self.rows.windows * self.columns.windows // self.copies

    @property
    def span(self) -> int:
        """Columns from the first that a beat reads to its last, both included."""
        return (self.copies - 1) * self.columns.stride + self.columns.span

    @cached_property
    def read_rows(self) -> Numbers:
        """For each beat the rows that it reads, which may lie outside of the image: shape (beats, taps)."""
        window = np.arange(self.beats) * self.copies // self.columns.windows
        return np.asarray(self.rows.first(window)[:, None] + np.arange(self.rows.taps) * self.rows.step)

    @cached_property
    def read_columns(self) -> Numbers:
        """For each beat the columns from its first to its last, alike: shape (beats, span)."""
        window = np.arange(self.beats) * self.copies % self.columns.windows
        return np.asarray(self.columns.first(window)[:, None] + np.arange(self.span))

    @cached_property
    def used(self) -> NDArray[np.bool_]:
        """Of these columns those that some window of the beat reads: shape (span,)."""
        copies, taps = np.arange(self.copies) * self.columns.stride, np.arange(self.columns.taps) * self.columns.step
        return np.isin(np.arange(self.span), copies[:, None] + taps)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """For each beat which of the pixels that it reads are pixels of the image: shape (beats, taps, span)."""
        rows, columns = self.read_rows, self.read_columns
        row = (rows >= 0) & (rows < self.rows.size)
        column = (columns >= 0) & (columns < self.columns.size) & self.used
        return np.asarray(row[:, :, None] & column[:, None, :])

    @cached_property
    def emits(self) -> Numbers:
        """For each beat the tick that gives it: its last pixel is there, and a tick gives one."""
        row, column = _last(self.read_rows, self.rows.size), _last(self.read_columns, self.columns.size, self.used)
        earliest = np.where((row >= 0) & (column >= 0), row * self.row_words + column // self.word, 0)
        if self.patient:
            ready = self.read_rows[:, -1] * self.row_words + self.read_columns[:, -1] // self.word
        else:  # beyond the end of a row there is time, which keeps its last windows like the others
            ready = row * self.row_words + self.read_columns[:, -1] // self.word
            ready = np.where(ready < self.words, ready, earliest)
        order = np.arange(self.beats)
        return np.asarray(np.maximum.accumulate(np.maximum(ready, earliest) - order) + order)

    @property
    def ticks(self) -> int:
        """Of a frame."""
        return max(self.words, int(self.emits[-1]) + 1)

    @property
    def flush(self) -> int:
        """Ticks without a word, at the end of a frame."""
        return self.ticks - self.words

    @cached_property
    def places(self) -> Numbers:
        """Where each pixel lies when its beat is given, shape (beats, taps, span): pixels that came after it in all."""
        newest = (self.emits + 1) * self.word - 1
        here = self.read_rows[:, :, None] * self.columns.size + self.read_columns[:, None, :]
        return np.asarray(newest[:, None, None] - here)

    @cached_property
    def ages(self) -> tuple[int, ...]:
        """Of all words that beats read, the newest first: words that came after them."""
        return tuple(int(age) for age in np.unique(self.places[self.inside] // self.word))

    def picks(self, row: int, column: int) -> tuple[list[int], list[int]]:
        """Where one pixel of a beat lies among the pixels held, the oldest first.

        Returns:
            The different places (none where no beat reads it in the image), and for each beat which of them: for
            padding the one of a beat that lies alike, if there is one.
        """
        newest, words = len(self.ages) - 1, list(self.ages)
        places, inside = self.places[:, row, column], self.inside[:, row, column]
        options = sorted({int(place) for place in places[inside]})
        numbers = [options.index(int(place)) if int(place) in options else 0 for place in places]
        held = [(newest - words.index(p // self.word)) * self.word + self.word - 1 - p % self.word for p in options]
        return held, numbers


def _last(reads: Numbers, size: int, used: NDArray[np.bool_] | None = None) -> Numbers:
    """For each beat the last position within the image; -1: there is none."""
    held = (reads >= 0) & (reads < size)
    if used is not None:
        held &= used
    return np.asarray(np.where(held, reads, -1).max(axis=1))
