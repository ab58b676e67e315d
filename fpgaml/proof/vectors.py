"""Golden input vectors: every corner of the input types, then random codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Shape
from fpgaml.graph.ranges import ZERO_STEP, ValueRange
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray, as_ints, shift_left

Reals = NDArray[np.float64]

WORD = 32
NARROW_BITS = 62
SPREAD_BITS = 14
"""Bits drawn beyond a range's width before it is folded in: no code is favoured by more than 2**-14."""


def corner_vectors(graph: Graph, events: int, seed: int) -> dict[str, FixedArray]:
    """Events that reach every corner of every input's type, the same for the same seed.

    In this order, as far as `events` reach: all zero, all at the minimum, all at the maximum, minimum and maximum
    alternating (both ways), all at +1 and all at -1 LSB; then, a quarter of the rest at most each, one element at
    its maximum or minimum and the rest zero, and each element at a corner of its own type; then codes over the
    whole type and codes of small magnitude (log-uniform).

    Args:
        events: how many.
        seed: of the random choices.

    Returns:
        For each input values of shape (events, *shape), all within the range of the graph's input.

    Raises:
        FpgamlError: no events are asked for, or a negative seed.
    """
    if events < 1:
        raise FpgamlError("golden vectors", f"{events} events prove nothing", "Ask for 1 or more")
    if seed < 0:
        raise FpgamlError("golden vectors", f"the seed {seed} is negative", "Give 0 or more")
    generator = Generator(PCG64(seed))
    return {node.name: _vectors(graph.ranges[node.name], events, generator) for node in graph.inputs}


def varied_vectors(graph: Graph, pool: Mapping[str, FixedArray], events: int, seed: int) -> dict[str, FixedArray]:
    """Events made from others, the same for the same seed: what random codes of the whole type do not reach.

    Each takes its elements from two events of the pool, scaled down by one power of two, and has some elements at
    corners of their types.

    Args:
        pool: for each input events of shape (events, *shape), within the range of the graph's input.
        events: how many; seed: of the random choices.

    Returns:
        For each input values of shape (events, *shape), all within the range of the graph's input.
    """
    generator = Generator(PCG64(seed))
    size = next(iter(pool.values())).shape[0]
    parents = generator.integers(0, size, size=(2, events))
    mixed = generator.choice([0.0, 0.1, 0.5], size=events)
    at_corners = generator.choice([0.0, 0.02, 0.2, 0.6], size=events)
    # As likely as all scales together: as it is.
    scales = generator.integers(0, 2, size=events) * generator.random(size=events)
    return {
        node.name: _varied(graph.ranges[node.name], pool[node.name], parents, mixed, at_corners, scales, generator)
        for node in graph.inputs
    }


def _varied(
    values: ValueRange,
    pool: FixedArray,
    parents: Ints,
    mixed: Reals,
    at_corners: Reals,
    scales: Reals,
    generator: Generator,
) -> FixedArray:
    codes, steps = codes_of(values)
    known = pool.at(values.unit) >> steps
    shape = (len(mixed), *codes.shape)
    each = (-1, *([1] * len(codes.shape)))
    first, second = (known[parent] for parent in parents)
    rows = np.where(generator.random(shape) < mixed.reshape(each), second, first)
    longest = _longest(np.maximum(codes.high, -codes.low))
    shifts = np.round(scales * longest).astype(np.int64).reshape(each)
    rows = rows >> (shifts.astype(object) if rows.dtype == object else shifts)
    corners = _mixed_corners(codes, len(mixed), generator)
    rows = np.where(generator.random(shape) < at_corners.reshape(each), corners, codes.clip(rows))
    return FixedArray(shift_left(as_ints(rows), steps), values.unit)


@dataclass(frozen=True)
class Codes:
    """The codes that each element of an input may have: low <= code <= high, in steps of its own LSB."""

    low: Ints
    high: Ints

    @property
    def shape(self) -> Shape:
        """Of the input, without a batch axis."""
        return tuple(self.low.shape)

    def clip(self, codes: Ints) -> Ints:
        """Codes outside of it at its nearest end."""
        return np.asarray(np.minimum(np.maximum(codes, self.low), self.high))


def _vectors(values: ValueRange, events: int, generator: Generator) -> FixedArray:
    codes, steps = codes_of(values)
    rows = np.concatenate([block for block in _blocks(codes, events, generator) if len(block)])[:events]
    return FixedArray(shift_left(as_ints(rows), steps), values.unit)


def codes_of(values: ValueRange) -> tuple[Codes, Ints]:
    """The codes of each element, and by how many bits its own LSB lies above the unit."""
    steps = np.where(values.fractional > ZERO_STEP, values.unit - values.fractional, 0)
    return Codes(values.low >> steps, values.high >> steps), steps


def _blocks(codes: Codes, events: int, generator: Generator) -> Iterator[Ints]:
    fixed = _fixed_patterns(codes)
    yield fixed
    rest = max(events - len(fixed), 0)
    quarter = rest // 4
    walking = min(2 * prod(codes.shape), quarter)
    yield _one_hot(codes, walking)
    yield _mixed_corners(codes, quarter, generator)
    yield _small(codes, quarter, generator)
    yield _uniform(codes, rest - walking - 2 * quarter, generator)


def _fixed_patterns(codes: Codes) -> Ints:
    low, high = codes.low, codes.high
    odd = (np.arange(prod(codes.shape)) % 2 == 1).reshape(codes.shape)
    zeros = np.zeros_like(low)
    return np.stack(
        [
            codes.clip(zeros),
            low,
            high,
            np.where(odd, high, low),
            np.where(odd, low, high),
            codes.clip(zeros + 1),
            codes.clip(zeros - 1),
        ]
    )


def _one_hot(codes: Codes, count: int) -> Ints:
    """One element at its maximum, then at its minimum; positions evenly spread where not all fit."""
    size = prod(codes.shape)
    rows = np.repeat(codes.clip(np.zeros_like(codes.low)).reshape(1, size), count, axis=0)
    positions = np.linspace(0, size - 1, max((count + 1) // 2, 1)).round().astype(np.int64)
    low, high = codes.low.reshape(-1), codes.high.reshape(-1)
    for row in range(count):
        position = positions[row // 2]
        rows[row, position] = (low if row % 2 else high)[position]
    return rows.reshape(count, *codes.shape)


def _mixed_corners(codes: Codes, count: int, generator: Generator) -> Ints:
    """Every element by itself at one of: minimum, maximum, one inside of them, zero, +-1 LSB."""
    zeros = np.zeros_like(codes.low)
    corners = [codes.low, codes.high, zeros, zeros + 1, zeros - 1, codes.low + 1, codes.high - 1]
    choices = np.stack([codes.clip(corner) for corner in corners])
    picks = generator.integers(0, len(choices), size=(count, *codes.shape))
    return np.asarray(np.take_along_axis(choices, picks, axis=0))


def _uniform(codes: Codes, count: int, generator: Generator) -> Ints:
    spans = codes.high.astype(object) - codes.low.astype(object) + 1
    bits = _longest(spans) + SPREAD_BITS
    if bits <= NARROW_BITS:
        spans = spans.astype(np.int64)
    return np.asarray(codes.low + _draw(generator, bits, (count, *codes.shape)) % spans)


def _small(codes: Codes, count: int, generator: Generator) -> Ints:
    """Codes whose number of bits is uniform from none to all of the type's."""
    shape = (count, *codes.shape)
    largest = np.maximum(codes.high, -codes.low)
    longest = _longest(largest)
    widths = np.array([int(n).bit_length() for n in largest.flat], dtype=np.int64).reshape(codes.shape)
    lengths = generator.integers(0, widths + 1, size=shape)
    draws = _draw(generator, longest, shape)
    top = np.where(lengths > 0, np.ones_like(draws) << np.maximum(lengths - 1, 0), 0)
    magnitudes = (draws >> (longest - lengths)) | top
    negative = (generator.integers(0, 2, size=shape) == 1) & np.asarray(codes.low < 0, dtype=bool)
    return codes.clip(np.where(negative, -magnitudes, magnitudes))


def _draw(generator: Generator, bits: int, shape: Shape) -> Ints:
    """Uniform integers of `bits` bits: int64 where they fit, else Python integers."""
    if bits <= NARROW_BITS:
        return generator.integers(0, 1 << bits, size=shape)
    drawn = np.zeros(shape, dtype=object)
    for _ in range(-(-bits // WORD)):
        drawn = (drawn << WORD) + generator.integers(0, 1 << WORD, size=shape).astype(object)
    return np.asarray(drawn >> (-bits % WORD), dtype=object)


def _longest(integers: Ints) -> int:
    return int(integers.max()).bit_length()
