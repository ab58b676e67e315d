"""A tensor divided by statistics of the event itself.

With n values x along the axes, and d = n x - sum(x), their deviation from the mean is d / n and their variance
sum(d**2) / n**3, so that (x - mean) / sqrt(variance + epsilon) is d / sqrt(sum(d**2) / n + n**2 epsilon): d and the sum
are exact, and the root is the one table (`inverse_root`, whose docstring has the bound of the error: below 2**-9.9 of
the normalised value).
"""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.inverse_root import inverse_root
from fpgaml.graph.ops import Multiply, Reduce, Reduction, Scale, Subtract
from fpgaml.graph.values import FixedArray


def squared_sum(layer: Emitter, x: str, axes: tuple[int, ...]) -> str:
    """sum(x**2) along axes."""
    return layer.add(Reduce(Reduction.SUM, axes), layer.add(Multiply(), x, x, suffix="squares"), suffix="square_sum")


def centred(layer: Emitter, x: str, axes: tuple[int, ...], epsilon: float) -> str:
    """(x - mean) / sqrt(variance + epsilon) along axes."""
    shape = layer.shape(x)
    n = prod(shape[axis] for axis in axes)
    total = layer.add(Reduce(Reduction.SUM, axes), x, suffix="sum")
    ones = (1,) * len(shape)
    times = Scale(FixedArray(np.full(ones, n), 0), FixedArray(np.zeros(ones, dtype=np.int64), 0))
    deviation = layer.add(Subtract(), layer.add(times, x, suffix="times_n"), total, suffix="deviation")
    root = inverse_root(layer, squared_sum(layer, deviation, axes), 1.0 / n, n * n * epsilon)
    return layer.add(Multiply(), deviation, root, suffix="normalised")


def root_mean_square(layer: Emitter, x: str, axes: tuple[int, ...], epsilon: float) -> str:
    """x / sqrt(mean(x**2) + epsilon) along axes."""
    n = prod(layer.shape(x)[axis] for axis in axes)
    root = inverse_root(layer, squared_sum(layer, x, axes), 1.0 / n, epsilon)
    return layer.add(Multiply(), x, root, suffix="normalised")
