"""The walk of a Serial engine: nested loops over positions, filters and terms, and what each step reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaml.rtl.dataflow.stages.serial.sums import Sums


@dataclass(frozen=True)
class Loop:
    """A loop of `count` turns; a turn moves the piece that is read.

    Args:
        name: what it counts; row, column, piece: how far a turn moves, in rows, in columns, and in pieces.
    """

    name: str
    count: int
    row: int = 0
    column: int = 0
    piece: int = 0


@dataclass(frozen=True)
class Walk:
    """All steps of a frame: a step reads one piece of a word: so many elements of a position.

    Args:
        terms, groups, inner, blocks: loops, the innermost first, of more than one turn each: over the terms of a
            result, over groups of filters, over the positions within a block, and over blocks.
        rows, columns, pieces: of the input: rows of positions, positions a row, pieces a position.
        share: pieces of a word.
        before: padded rows and columns; masked: whether rows and columns that are read may be padding.
    """

    terms: tuple[Loop, ...]
    groups: tuple[Loop, ...]
    inner: tuple[Loop, ...]
    blocks: tuple[Loop, ...]
    rows: int
    columns: int
    pieces: int
    share: int
    before: tuple[int, int]
    masked: tuple[bool, bool]

    @property
    def loops(self) -> tuple[Loop, ...]:
        """All, the innermost first."""
        return (*self.terms, *self.groups, *self.inner, *self.blocks)

    @property
    def frame_words(self) -> int:
        """Words of a frame; the last one may be partly filled."""
        return -(-self.rows * self.columns * self.pieces // self.share)

    @property
    def term_count(self) -> int:
        """Steps of a result."""
        return prod(loop.count for loop in self.terms)

    @property
    def group_count(self) -> int:
        """Groups of filters: results a position."""
        return prod(loop.count for loop in self.groups)

    @property
    def phases(self) -> int:
        """Steps of a block."""
        return self.term_count * self.group_count * prod(loop.count for loop in self.inner)

    @property
    def block_count(self) -> int:
        """Blocks of a frame."""
        return prod(loop.count for loop in self.blocks)

    @property
    def first_piece(self) -> int:
        """The piece that a frame's first step reads, within the frame; before it where it is padding."""
        return -(self.before[0] * self.columns + self.before[1]) * self.pieces

    @cached_property
    def steps(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """For each step the piece, within the frame, and whether it is one: shape (results, terms) each."""
        row, column, piece = (np.zeros((1,), dtype=np.int64) for _ in range(3))
        for loop in self.loops:  # each one around those before it
            turns = np.arange(loop.count)[:, None]
            row, column, piece = (
                (turns * move + inside[None]).reshape(-1)
                for move, inside in ((loop.row, row), (loop.column, column), (loop.piece, piece))
            )
        row, column = row - self.before[0], column - self.before[1]
        inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        places = (row * self.columns + column) * self.pieces + piece
        return places.reshape(-1, self.term_count), inside.reshape(-1, self.term_count)

    @cached_property
    def claims(self) -> NDArray[np.int64]:
        """For each block the words that it claims: as fpgaml_blocks with `first_claim` and `claim`."""
        left, found = self.frame_words, []
        for block in range(self.block_count):
            wanted = self.first_claim if block == 0 else self.claim
            found.append(left if block == self.block_count - 1 else min(wanted, left))
            left -= found[-1]
        return np.array(found, dtype=np.int64)

    @cached_property
    def _needed(self) -> NDArray[np.int64]:
        """For each block how many of the frame's words have to be there."""
        places, inside = self.steps
        last = np.where(inside, places // self.share, -1).reshape(self.block_count, -1).max(axis=1)
        return np.asarray(np.maximum.accumulate(last + 1))

    @property
    def first_claim(self) -> int:
        """Of a frame's first block: one word at least, so that it begins with its frame and not with the one before."""
        return max(int(self._needed[0]), 1)

    @property
    def claim(self) -> int:
        """Of each block between: enough for all of them."""
        if self.block_count < 3:
            return 1
        blocks = np.arange(1, self.block_count - 1)
        more = self._needed[1:-1] - self.first_claim
        return max(int((-(-more // blocks)).max()), 1)

    @property
    def span(self) -> int:
        """Words that have to be there at once, where they come no faster than blocks need them: of two blocks."""
        places, inside = self.steps
        words = np.where(inside, places // self.share, self.frame_words).reshape(self.block_count, -1)
        oldest, newest = words.min(axis=1), np.append(self._needed[1:], self.frame_words)
        return int(np.clip(newest - oldest, 1, self.frame_words).max())

    @cached_property
    def last_steps(self) -> NDArray[np.int64]:
        """For each word of a frame the last step before which no place of it or of an earlier word is free."""
        places, inside = self.steps
        flat, order = places.reshape(-1) // self.share, np.arange(places.size)
        claimed = np.repeat(np.arange(self.block_count) * self.phases, self.claims)
        last = np.array(claimed)
        read = inside.reshape(-1)
        np.maximum.at(last, flat[read], order[read])
        return np.asarray(np.maximum.accumulate(last))


def walk_of(sums: Sums, lanes: int, filters: int, share: int) -> Walk:
    """The walk over a tensor in pieces of `lanes` elements, `share` of them a word, for `filters` results at once.

    Lanes divide the channels, filters all filters; per channel they are equal.
    """
    pieces = sums.channels // lanes
    own = pieces if sums.per_channel else 1
    channel = Loop("channel", pieces // own, piece=1)
    taps = (
        Loop("tap_column", sums.size[1], column=sums.dilation[1]),
        Loop("tap_row", sums.size[0], row=sums.dilation[0]),
    )
    group = Loop("group", sums.filters // filters, piece=1 if sums.per_channel else 0)
    columns = Loop("column", sums.out[1], column=sums.strides[1])
    rows = Loop("row", sums.out[0], row=sums.strides[0])
    several = sums.out[0] > 1
    walk = Walk(
        (channel, *taps),
        (group,),
        (columns,) if several else (),
        (rows,) if several else (columns,),
        sums.rows,
        sums.columns,
        pieces,
        share,
        sums.before,
        sums.padded,
    )
    parts = (walk.terms, walk.groups, walk.inner, walk.blocks)
    terms, groups, inner, blocks = (_joined(walk, loops) for loops in parts)
    return replace(walk, terms=terms, groups=groups, inner=inner, blocks=blocks)


def _in_words(walk: Walk, loop: Loop) -> Loop:
    """Where nothing is padding, rows and columns are pieces."""
    if not walk.masked[0]:
        loop = replace(loop, row=0, piece=loop.piece + loop.row * walk.columns * walk.pieces)
    if not walk.masked[1]:
        loop = replace(loop, column=0, piece=loop.piece + loop.column * walk.pieces)
    return loop


def _joined(walk: Walk, loops: tuple[Loop, ...]) -> tuple[Loop, ...]:
    """The same steps in fewer loops: those of one turn fall away, those that go on where one ends are one with it."""
    found: list[Loop] = []
    for loop in (_in_words(walk, loop) for loop in loops if loop.count > 1):
        last = found[-1] if found else None
        plain = last is not None and loop.row == loop.column == last.row == last.column == 0
        if last is not None and plain and loop.piece == last.piece * last.count:
            found[-1] = replace(last, name=f"{last.name}_{loop.name}", count=last.count * loop.count)
        else:
            found.append(loop)
    return tuple(found)
