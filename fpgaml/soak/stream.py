"""The stream of events of a seed: block after block, each a mix of uniform codes, corners, and neighbours of events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from fpgaml.graph.graph import Graph
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray, magnitude, shift_left
from fpgaml.proof.vectors import Codes, codes_of
from fpgaml.soak.draw import Bits, Unsigned, lane_for
from fpgaml.soak.tally import part_of

VERSION = 1
"""Of the stream: another one has other events in its blocks."""
PERIOD = 16
SMALL, CORNERS, TWO_CORNERS, NEIGHBOURS = 11, (12,), (13,), (14, 15)
"""Which of every PERIOD events are something else than uniform codes; without known events, NEIGHBOURS are that too."""
BLOCK_VALUES = 1 << 19
"""At most so many numbers in a block: they stay in the caches of a core."""
BLOCK_EVENTS = 1 << 16
DENSITIES = np.array([0, 8, 64, 128], np.uint8)
"""Of 256 elements, how many are at the second of two corners."""
CORNERS_OF = ("the minimum", "the maximum", "zero", "+1", "-1", "one above the minimum", "one below the maximum")


@dataclass(frozen=True, eq=False)
class Stream:
    """The events of a seed.

    Args:
        graph: whose inputs they are; seed: zero or more.
        known: for each input events of shape (n, *shape), whose neighbours are taken; empty: there are none.
    """

    graph: Graph
    seed: int
    known: Mapping[str, FixedArray]

    @cached_property
    def block_events(self) -> int:
        """Events of a block, a power of two: by the number of inputs alone."""
        elements = sum(prod(self.graph.shapes[node.name]) for node in self.graph.inputs)
        most = min(BLOCK_EVENTS, max(1, BLOCK_VALUES // max(1, elements)))
        return 1 << (most.bit_length() - 1)

    def events(self, first: int, count: int) -> Iterator[dict[str, FixedArray]]:
        """Events first to first + count - 1, at most a block at a time: by input, of shape (events, *shape).

        An event is the same in whatever range it is asked for.
        """
        size, end = self.block_events, first + count
        for number in range(first // size, -(-end // size)):
            block = self.block(number)
            start, stop = max(first - number * size, 0), min(end - number * size, size)
            yield block if stop - start == size else part_of(block, start, stop)

    def block(self, number: int) -> dict[str, FixedArray]:
        """All events of a block."""
        bits = Bits(self.seed, number)
        return {node.name: self._input(node.name, bits) for node in self.graph.inputs}

    def _input(self, name: str, bits: Bits) -> FixedArray:
        plan = self._plans[name]
        return FixedArray(plan.draw(bits, self.block_events), plan.unit)

    @cached_property
    def _plans(self) -> dict[str, _Plan]:
        plans = {}
        for node in self.graph.inputs:
            values = self.graph.ranges[node.name]
            codes, steps = codes_of(values)
            known = self.known.get(node.name)
            pool = None if known is None else codes.clip(np.asarray(known.at(values.unit) >> steps))
            plans[node.name] = _Plan(codes, steps, values.unit, pool)
        return plans

    @property
    def mix(self) -> str:
        """What the stream is made of, in words."""
        others = "2 neighbours of recorded events (each element up to 8 LSB away), " if self.known else ""
        uniform = PERIOD - len(CORNERS) - len(TWO_CORNERS) - 1 - (len(NEIGHBOURS) if self.known else 0)
        corners = "1 with each element at a corner of its type, 1 with all elements at one of two corners"
        return f"of {PERIOD} events: {uniform} uniform codes, {others}1 of small codes, {corners}"


@dataclass(frozen=True, eq=False)
class _Plan:
    """How an input's codes are drawn.

    Args:
        codes: the ends of each element's; steps: by how many bits its LSB lies above the unit.
        unit: fractional bits of the result; pool: codes of known events, shape (n, *shape).
    """

    codes: Codes
    steps: Ints
    unit: int
    pool: Ints | None

    @cached_property
    def _widths(self) -> Ints:
        spans = self.codes.high.astype(object) - self.codes.low.astype(object)
        return np.array([int(span).bit_length() for span in spans.flat], np.int64).reshape(self.codes.shape)

    @cached_property
    def _lane(self) -> int:
        """Of what codes are drawn in; 0: Python integers.

        With two bits to spare: for the sign, and for the steps of neighbours.
        """
        shifted = (shift_left(end, self.steps) for end in (self.codes.low, self.codes.high))
        largest = max(map(magnitude, shifted)).bit_length()
        return lane_for(max(largest, int(self._widths.max(initial=1))) + 2)

    @cached_property
    def _kind(self) -> Any:
        """The machine's integers that hold every code."""
        return np.dtype(f"i{self._lane // 8}") if self._lane else np.dtype(object)

    @cached_property
    def _steps(self) -> Any:
        return self.steps.astype(self._kind)

    @cached_property
    def _ends(self) -> tuple[Any, Any]:
        return self.codes.low.astype(self._kind), self.codes.high.astype(self._kind)

    def draw(self, bits: Bits, events: int) -> Ints:
        """Codes in the common unit, of shape (events, *shape)."""
        rows: Ints = self._uniform(bits, events)
        rows[SMALL::PERIOD] = self._small(bits, rows[SMALL::PERIOD])
        for start in CORNERS:
            rows[start::PERIOD] = self._corners(bits, len(rows[start::PERIOD]))
        for start in TWO_CORNERS:
            rows[start::PERIOD] = self._two_corners(bits, len(rows[start::PERIOD]))
        for start in NEIGHBOURS if self.pool is not None else ():
            rows[start::PERIOD] = self._neighbours(bits, len(rows[start::PERIOD]))
        return rows << self._steps if np.any(self.steps) else rows

    def _uniform(self, bits: Bits, events: int) -> Any:
        """Every code as likely; of a range that is no power of two the lowest ones twice as likely."""
        shape = (events, *self.codes.shape)
        low, high = self._ends
        drawn: Any
        if self._lane:
            mask = ((1 << self._widths.astype(object)) - 1).astype(f"u{self._lane // 8}")
            drawn = (bits.lanes(self._lane, shape) & mask).view(self._kind)
        else:
            drawn = bits.wide(int(self._widths.max()), shape) & ((1 << self._widths.astype(object)) - 1)
        span = high - low
        if np.any(span + 1 != 1 << self._widths.astype(object)):
            drawn = np.where(drawn > span, drawn - span - 1, drawn)
        return drawn + low

    def _small(self, bits: Bits, rows: Any) -> Any:
        """Codes of which random numbers of low bits are dropped; within the range, as far as that holds zero."""
        longest = int(self._widths.max(initial=0)) + 1
        shifts = bits.below(longest, rows.shape)
        return self._clipped(rows >> shifts.astype(self._kind))

    @cached_property
    def _choices(self) -> Any:
        low, high = self.codes.low, self.codes.high
        zeros = np.zeros_like(low)
        corners = (low, high, zeros, zeros + 1, zeros - 1, low + 1, high - 1)
        return np.stack([self.codes.clip(corner) for corner in corners]).astype(self._kind)

    def _corners(self, bits: Bits, count: int) -> Any:
        return self._chosen(bits.below(len(CORNERS_OF), (count, *self.codes.shape)))

    def _two_corners(self, bits: Bits, count: int) -> Any:
        """Events that are all one corner, or have a few or many elements at another."""
        each = (count, *([1] * len(self.codes.shape)))
        first, second = (bits.below(len(CORNERS_OF), each) for _ in range(2))
        density = DENSITIES[bits.below(len(DENSITIES), each)]
        there: Unsigned = bits.lanes(8, (count, *self.codes.shape))
        return self._chosen(np.where(there < density, second, first))

    def _chosen(self, picks: Ints) -> Any:
        return np.take_along_axis(self._choices, picks, axis=0)

    def _neighbours(self, bits: Bits, count: int) -> Any:
        """Known events, with a third of the elements one LSB, or two, four, eight, up or down."""
        assert self.pool is not None
        shape, each = (count, *self.codes.shape), (count, *([1] * len(self.codes.shape)))
        parents = self._known[bits.below(len(self.pool), (count,))]
        steps = np.array([0, 0, 0, 0, 1, -1]).astype(self._kind)[bits.below(6, shape)]
        return self._clipped(parents + (steps << bits.below(4, each).astype(self._kind)))

    @cached_property
    def _known(self) -> Any:
        assert self.pool is not None
        return self.pool.astype(self._kind)

    def _clipped(self, rows: Any) -> Any:
        low, high = self._ends
        return np.minimum(np.maximum(rows, low), high)
