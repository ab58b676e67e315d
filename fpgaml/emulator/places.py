"""Where an operation's elements come from: flat places in its inputs, in row-major order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from fpgaml.graph.ops import AveragePool, MaxPool, Move, Reduce, Shape
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.ops.einsum import axis_sizes
from fpgaml.graph.ops.windows import windows
from fpgaml.graph.types import Ints

NOWHERE = -1
"""The place of a zero that stands in no input."""


def places(shape: Shape) -> Ints:
    """The flat place of each element, in an array of the tensor's shape."""
    return np.arange(prod(shape), dtype=np.int64).reshape(shape)


def moved(op: Move, shape: Shape) -> Ints:
    """For each element of the output, in order, its place in an input of a shape, or NOWHERE."""
    return np.asarray(op.move(places(shape)[None] + 1)).reshape(-1) - 1


def joined(shapes: Sequence[Shape], axis: int) -> list[Ints]:
    """For tensors that are joined along an axis where each one's elements come to lie, in their order."""
    axis = normal_axis(axis, len(shapes[0]))
    numbers = [np.full(shape, number) for number, shape in enumerate(shapes)]
    whose = np.concatenate(numbers, axis=axis).reshape(-1)
    return [np.flatnonzero(whose == number) for number in range(len(shapes))]


def runs(to: Ints, origins: Ints) -> Ints:
    """Moved elements as runs of neighbours that stay neighbours.

    Args:
        to: where each lies then, ascending; origins: where it lies before, or NOWHERE.

    Returns:
        Shape (runs, 3): where a run goes, where it comes from or NOWHERE, how many elements.
    """
    nowhere = origins == NOWHERE
    same = np.where(nowhere[:-1], nowhere[1:], origins[1:] == origins[:-1] + 1)
    follows = same & (to[1:] == to[:-1] + 1)
    starts = np.flatnonzero(np.concatenate([[True], ~follows]))
    return np.stack([to[starts], origins[starts], np.diff([*starts, len(to)])], axis=1)


def windowed(op: MaxPool | AveragePool, shape: Shape) -> Ints:
    """For each position of a pool's output the places of its window's first channel: shape (positions, window)."""
    *spatial, channels = shape
    ones = (1,) * len(spatial)
    found = windows(places((*spatial, 1))[None], op.size, op.strides, ones, op.pads, NOWHERE)
    found = found.reshape(-1, prod(op.size))
    return np.where(found == NOWHERE, NOWHERE, found * channels)


def reduced(op: Reduce, shape: Shape) -> tuple[Ints, Ints]:
    """Where the sum, maximum or minimum of each output begins, and how far its terms lie from there."""
    axes = {normal_axis(axis, len(shape)) for axis in op.axes}
    letters = [chr(ord("a") + axis) for axis in range(len(shape))]
    sizes = dict(zip(letters, shape, strict=True))
    kept = [letter for axis, letter in enumerate(letters) if axis not in axes]
    return _spread("".join(letters), sizes, kept), _spread(
        "".join(letters), sizes, [letter for letter in letters if letter not in kept]
    )


def multiplied(equation: tuple[str, str, str], first: Shape, second: Shape) -> tuple[tuple[Ints, Ints], ...]:
    """For both terms of an einsum equation where each output's products begin, and how far each one lies from there."""
    one, two, output = equation
    sizes = axis_sizes(f"{one},{two}->{output}", first, second)
    summed = [letter for letter in sizes if letter not in output]
    return tuple((_spread(term, sizes, list(output)), _spread(term, sizes, summed)) for term in (one, two))


def _spread(term: str, sizes: Mapping[str, int], over: Sequence[str]) -> Ints:
    """How far from its first element a tensor's element lies, for every value of some of its letters."""
    strides = dict.fromkeys(over, 0)
    step = 1
    for letter in reversed(term):
        if letter in strides:
            strides[letter] += step
        step *= sizes[letter]
    total = np.zeros((), dtype=np.int64)
    for letter in over:
        total = np.add.outer(total, np.arange(sizes[letter]) * strides[letter])
    return np.asarray(total).reshape(-1)
