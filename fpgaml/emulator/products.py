"""Sums of products with constants as one shape: groups of positions that share a matrix of weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaml.graph.ops import Conv1D, Conv2D, Dense, EinsumDense, Linear, Shape
from fpgaml.graph.ops.einsum import axis_sizes
from fpgaml.graph.ops.windows import output_size
from fpgaml.graph.types import Ints


@dataclass(frozen=True)
class Products:
    """result[places[g, p] + outputs[f]] = sum over t of x[starts[g, p] + terms[t]] * weights[g, t, f].

    All are indices of elements in row-major order.

    Args:
        weights: (groups, terms, outputs), at the kernel's binary point.
        starts: (groups, positions), may lie outside of x; places: (groups, positions).
        terms: (terms,); outputs: (outputs,).
        inside: (positions, terms), false where a window reaches into padding; None where none does.
    """

    weights: Ints
    starts: Ints
    places: Ints
    terms: Ints
    outputs: Ints
    inside: Ints | None = None


def products_of(op: Linear, x: Shape) -> Products:
    """An operation's sums, for an input of a shape."""
    return _FORMS[type(op)](op, x)


def _dense(op: Linear, x: Shape) -> Products:
    width, outputs = op.kernel.shape
    positions = np.arange(prod(x[:-1]))[None]
    return Products(
        op.kernel.integers[None], positions * width, positions * outputs, np.arange(width), np.arange(outputs)
    )


def _convolution(op: Linear, x: Shape) -> Products:
    assert isinstance(op, Conv1D | Conv2D)
    *size, inner, filters = op.kernel.shape
    axes, each = len(size), filters // op.groups
    spatial = output_size(x, tuple(size), op.strides, op.dilation, op.pads)
    strides = np.array([prod(x[axis + 1 :]) for axis in range(axes)])
    corners = _grid(spatial) * op.strides - [before for before, _ in op.pads]
    taps = _grid(tuple(size)) * op.dilation
    reached = corners[:, None] + taps[None]
    inside = ((reached >= 0) & (reached < x[:-1])).all(axis=-1)
    groups = np.arange(op.groups)[:, None]
    weights = op.kernel.integers.reshape(-1, op.groups, each).transpose(1, 0, 2)
    return Products(
        weights,
        groups * inner + (corners @ strides)[None],
        groups * each + np.arange(len(corners))[None] * filters,
        ((taps @ strides)[:, None] + np.arange(inner)).ravel(),
        np.arange(each),
        None if inside.all() else np.repeat(inside, inner, axis=1),
    )


def _grid(sizes: Shape) -> Ints:
    """Every index into a shape, in row-major order: (points, axes)."""
    return np.argwhere(np.ones(sizes, dtype=bool))


def _einsum(op: Linear, x: Shape) -> Products:
    """Letters in all three terms are groups; in x and the output positions; in the kernel and the output outputs."""
    assert isinstance(op, EinsumDense)
    first, second, output = op.letters
    sizes = axis_sizes(op.equation, x, op.kernel.shape)
    group = [c for c in output if c in first and c in second]
    position = [c for c in output if c in first and c not in second]
    filters = [c for c in output if c not in first]
    summed = [c for c in sizes if c in first and c not in output]
    alone = [c for c in sizes if c not in first and c not in output]

    def flat(letters: str, dims: Shape, over: list[str]) -> Ints:
        grid = dict(zip(over, np.indices([sizes[c] for c in over]), strict=True))
        total = np.zeros([sizes[c] for c in over], dtype=np.int64)
        for axis, letter in enumerate(letters):
            if letter in grid:
                total = total + grid[letter] * prod(dims[axis + 1 :])
        return total.ravel()

    result = tuple(sizes[c] for c in output)
    kernel = op.kernel.integers.ravel()
    places = [flat(second, op.kernel.shape, over) for over in (group, summed, filters, alone)]
    g, t, f, a = (p.reshape([-1 if k == axis else 1 for k in range(4)]) for axis, p in enumerate(places))
    return Products(
        kernel[g + t + f + a].sum(axis=-1),
        flat(first, x, group)[:, None] + flat(first, x, position)[None],
        flat(output, result, group)[:, None] + flat(output, result, position)[None],
        flat(first, x, summed),
        flat(output, result, filters),
    )


_FORMS: dict[type[Linear], Callable[[Linear, Shape], Products]] = {
    Dense: _dense,
    Conv1D: _convolution,
    Conv2D: _convolution,
    EinsumDense: _einsum,
}
