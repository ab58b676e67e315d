"""What function a table holds, and which tables make up a softmax."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Lookup, Multiply, Quantize, Reduce, Reduction, Subtract

Reals = NDArray[np.float64]
FEWEST_VALUES = 4
"""A table of fewer values says too little about its function."""
_erf = np.vectorize(erf, otypes=[np.float64])


def _sigmoid(x: Reals) -> Reals:
    return np.asarray(np.exp(-np.logaddexp(0, -x)))


FUNCTIONS: Mapping[str, Callable[[Reals], Reals]] = {
    "identity": lambda x: x,
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "exp": np.exp,
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "gelu": lambda x: np.asarray(0.5 * x * (1 + _erf(x / sqrt(2)))),
    "silu": lambda x: x * _sigmoid(x),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_sigmoid_keras2": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "square": np.square,
    "abs": np.abs,
}
"""Functions that TensorFlow Lite has in integers, or that a few of its operations make."""


@dataclass(frozen=True)
class Known:
    """A table's function.

    Args:
        name: in FUNCTIONS; low, high: the table's ends, where the function goes beyond them; else None.
    """

    name: str
    low: float | None = None
    high: float | None = None


def recognise(op: Lookup) -> Known | None:
    """The function whose values a table holds, each to one step of its entries; None for any other table.

    A table that saturates holds the function kept within the table's ends.
    """
    x, values, step = _points(op)
    if len(np.unique(values)) < FEWEST_VALUES:
        return None
    found: dict[str, float] = {}
    with np.errstate(all="ignore"):
        for name, function in FUNCTIONS.items():
            error = np.abs(np.clip(function(x), values.min(), values.max()) - values)
            if error.max() <= step * (1 + 1e-9):
                found[name] = float(np.square(error).mean())
    if not found:
        return None
    best = min(found, key=lambda name: found[name])
    with np.errstate(all="ignore"):
        beyond = FUNCTIONS[best](x)
    low = float(values.min()) if beyond.min() < values.min() - step else None
    high = float(values.max()) if beyond.max() > values.max() + step else None
    return Known(best, low, high)


def _points(op: Lookup) -> tuple[Reals, Reals, float]:
    """The arguments, the values, and the step of the values."""
    first = int(op.domain.bounds()[0])
    x = np.ldexp(np.arange(first, first + op.table.shape[0], dtype=np.float64), -int(op.domain.fractional))
    return x, op.table.to_float(), 2.0 ** -op.table.normalised().fractional


@dataclass(frozen=True)
class Softmax:
    """A softmax that a Graph spells out with tables.

    Args:
        logits: the node with them; scale: what they are multiplied by.
    """

    logits: str
    scale: float


def softmax_of(graph: Graph, node: Node) -> Softmax | None:
    """The softmax along the last axis that a product e(x) * inverse(sum e(x)) is; None if it is none."""
    if not isinstance(node.op, Multiply):
        return None
    for exponential, inverse in (node.inputs, node.inputs[::-1]):
        found = _softmax(graph, _behind(graph, exponential), _behind(graph, inverse))
        if found is not None:
            return found
    return None


def _softmax(graph: Graph, exponential: Node, inverse: Node) -> Softmax | None:
    if not isinstance(exponential.op, Lookup) or not isinstance(inverse.op, Lookup):
        return None
    total = _behind(graph, inverse.inputs[0])
    if not _over_last(graph, total, Reduction.SUM) or _behind(graph, total.inputs[0]).name != exponential.name:
        return None
    if not _is_inverse(inverse.op):
        return None
    below = _behind(graph, exponential.inputs[0])
    logits, sign = below, 1.0
    if isinstance(below.op, Subtract):
        for (largest, x), direction in ((below.inputs, -1.0), (below.inputs[::-1], 1.0)):
            top = _behind(graph, largest)
            if _over_last(graph, top, Reduction.MAX) and _behind(graph, top.inputs[0]) == _behind(graph, x):
                logits, sign = graph[x], direction
    scale = _exponent(exponential.op)
    return None if scale is None else Softmax(logits.name, scale * sign)


def _over_last(graph: Graph, node: Node, kind: Reduction) -> bool:
    if not isinstance(node.op, Reduce) or node.op.kind != kind:
        return False
    rank = len(graph.shapes[node.name])
    return tuple(axis % rank for axis in node.op.axes) == (rank - 1,)


def _behind(graph: Graph, name: str) -> Node:
    """The node whose values a chain of quantizers brings into its types."""
    node = graph[name]
    while isinstance(node.op, Quantize):
        node = graph[node.inputs[0]]
    return node


def _exponent(op: Lookup) -> float | None:
    """The c of a table of exp(c x), kept within the table's ends; None for another table."""
    x, values, step = _points(op)
    inner = (values > 4 * step) & (values < values.max()) & (x != 0)
    if np.count_nonzero(inner) < FEWEST_VALUES:
        return None
    # Each entry is off by at most one step: the largest entries fix c best.
    slopes = np.log(values[inner]) / x[inner]
    guess = float(np.average(slopes, weights=np.square(values[inner] * x[inner])))
    nearest = round(guess)
    c = float(nearest) if nearest and abs(guess - nearest) < 0.02 else guess
    with np.errstate(over="ignore"):
        error = np.abs(np.clip(np.exp(c * x), values.min(), values.max()) - values)
    return c if error.max() <= 1.5 * step else None


def _is_inverse(op: Lookup) -> bool:
    """Whether a table holds 1 / x for x >= 1, which a softmax's sum is."""
    x, values, step = _points(op)
    used = x >= 1
    if not used.any():
        return False
    return bool((np.abs(np.minimum(1 / x[used], values.max()) - values[used]) <= 1.5 * step).all())
