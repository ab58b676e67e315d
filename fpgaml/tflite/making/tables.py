"""What function a table holds, and which tables make up a softmax."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fpgaml.graph import functions
from fpgaml.graph.functions import Function, Reals
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Lookup, Multiply, Quantize, Reduce, Reduction, Subtract

FEWEST_VALUES = 4
"""A table of fewer values says too little about its function."""
FUNCTIONS: Mapping[str, Function] = {
    "identity": Function(lambda x: x),
    **{
        name: functions.FUNCTIONS[name]
        for name in (
            *("tanh", "sigmoid", "exp", "elu", "gelu", "silu"),
            *("hard_sigmoid", "hard_sigmoid_keras2", "hard_swish", "square", "abs"),
        )
    },
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
