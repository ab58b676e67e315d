"""Pools as steps of a float network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import AveragePool, MaxPool, Operation
from fpgaml.graph.ops.windows import same_padding, windows
from fpgaml.tflite.making.linear import padding
from fpgaml.tflite.making.work import Lowering, Work

ROUNDED = 2.0**-12
"""A pool's factor this close to 1 / n is 1 / n, rounded to bits."""


def _problem(graph: Graph, node: Node) -> tuple[str, str] | None:
    op = node.op
    assert isinstance(op, MaxPool | AveragePool)
    shape = graph.shapes[node.inputs[0]][:-1]
    ones = (1,) * len(op.size)
    if any(any(sides) for sides in op.pads) and op.pads != same_padding(shape, op.size, op.strides, ones):
        return f"a pool with the pads {op.pads}", 'Use padding="same" or "valid"'
    return None


def _max_pool(work: Work, node: Node) -> str:
    op = node.op
    assert isinstance(op, MaxPool)
    ones = (1,) * len(op.size)
    settings = padding(work, node, op.size, op.strides, ones, op.pads)
    return work.add(node, "max_pool", size=list(op.size), strides=list(op.strides), **settings)


def _average_pool(work: Work, node: Node) -> str:
    """TensorFlow divides by the number of values in the window that are not padding."""
    op = node.op
    assert isinstance(op, AveragePool)
    shape = work.graph.shapes[node.inputs[0]]
    if op.size == shape[:-1] and not any(any(sides) for sides in op.pads):
        name = work.add(node, "reduce_mean", axes=list(range(1, len(shape))))
    else:
        ones = (1,) * len(op.size)
        settings = padding(work, node, op.size, op.strides, ones, op.pads)
        name = work.add(node, "average_pool", size=list(op.size), strides=list(op.strides), **settings)
    ratio = op.factor.to_float() * _counts(op, shape)
    if np.abs(ratio - 1).max() <= ROUNDED:
        return name
    return work.add(node, "times", name, suffix="factor", arrays={"value": ratio[None]})


def _counts(op: AveragePool, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """How many values each window has, shape (*output, 1)."""
    there = np.ones((1, *shape[:-1], 1), dtype=np.int64)
    view = windows(there, op.size, op.strides, (1,) * len(op.size), op.pads)
    counts = view.sum(axis=tuple(range(-len(op.size), 0)))[0]
    return np.asarray(counts, dtype=np.float64)


LOWERINGS: Mapping[type[Operation], Lowering] = {
    MaxPool: Lowering(_max_pool, _problem),
    AveragePool: Lowering(_average_pool, _problem),
}
"""Pools over windows."""
