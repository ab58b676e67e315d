"""Where the elements lie that an index chooses, for targets: flat places in row-major order."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaml.graph.ops.base import Shape, normal_axis
from fpgaml.graph.ops.gather import along
from fpgaml.graph.types import Ints


@dataclass(frozen=True)
class Indexed:
    """What an index n chooses is element starts[i] + n * stride.

    Args:
        starts: of each i, in the tensor that the index chooses from (or adds into).
        places: where the index of each i lies.
        values: where each i itself lies in the other tensor: the result of a Gather, what a ScatterAdd sums.
        stride: between neighbours along the axis; size: how many there are.
    """

    starts: Ints
    places: Ints
    values: Ints
    stride: int
    size: int


def gathered(axis: int, x: Shape, index: Shape) -> Indexed:
    """Of a Gather: one i for each element of its result, in order."""
    axis = normal_axis(axis, len(x))
    full = along(axis, x, index)
    return _indexed(axis, x[axis], full, x, index, full)


def scattered(axis: int, size: int, x: Shape, index: Shape) -> Indexed:
    """Of a ScatterAdd: one i for each term, in order."""
    axis = normal_axis(axis, len(x))
    full = along(axis, x, index)
    result = (*full[:axis], size, *full[axis + 1 :])
    return _indexed(axis, size, full, result, index, x)


def _indexed(axis: int, size: int, full: Shape, chosen: Shape, index: Shape, values: Shape) -> Indexed:
    def spread(shape: Shape) -> Ints:
        """The place of each element, as often as broadcasting repeats it."""
        flat = np.arange(prod(shape), dtype=np.int64).reshape(shape)
        return np.asarray(np.broadcast_to(flat, full).reshape(-1))

    first = np.arange(prod(chosen), dtype=np.int64).reshape(chosen).take([0], axis)
    starts = np.broadcast_to(first, full).reshape(-1)
    return Indexed(np.asarray(starts), spread(index), spread(values), prod(chosen[axis + 1 :]), size)
