"""The integer interpreter: the definition of what a Graph computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input
from fpgaml.graph.values import FixedArray

Watch = Callable[[Node, list[FixedArray], FixedArray], None]
"""Called after each operation with its node, its inputs and its output."""


def read_inputs(graph: Graph, reals: Mapping[str, ArrayLike]) -> dict[str, FixedArray]:
    """Real numbers as the graph's inputs take them.

    Args:
        reals: for each input's name an array of shape (batch, *shape), finite.

    Raises:
        FpgamlError: an input is missing, has the wrong shape, or holds NaN or infinity.
    """
    values = {}
    for node in graph.inputs:
        assert isinstance(node.op, Input)
        if node.name not in reals:
            raise FpgamlError(node.name, "no data for this input", f"Give arrays for {', '.join(reals) or 'it'}")
        array = np.asarray(reals[node.name], dtype=np.float64)
        if array.shape[1:] != node.op.dims:
            raise FpgamlError(
                node.name,
                f"data of shape {array.shape}, the input takes (events, {', '.join(map(str, node.op.dims))})",
            )
        if not np.isfinite(array).all():
            bad = np.argwhere(~np.isfinite(array))[0]
            raise FpgamlError(node.name, f"NaN or infinity in the data, first at {tuple(map(int, bad))}")
        values[node.name] = node.op.read(array)
    return values


def interpret(
    graph: Graph,
    inputs: Mapping[str, FixedArray],
    watch: Watch | None = None,
    inside: Callable[[Node], Watch] | None = None,
) -> dict[str, FixedArray]:
    """Run a batch.

    Args:
        inputs: for each Input node values of shape (batch, *shape) in the input's type.
        watch: sees every operation; for statistics and traces.
        inside: for a node that holds a Graph of its own (a Scan), what sees the operations in there.

    Returns:
        The outputs by name, each of shape (batch, *shape).

    Raises:
        FpgamlError: an input is missing or has the wrong shape.
    """
    batch = _batch(graph, inputs)
    remaining = {name: len(nodes) for name, nodes in graph.consumers.items()}
    for name in graph.outputs:
        remaining[name] += 1
    live: dict[str, FixedArray] = {}
    for node in graph.nodes:
        given = [live[name] for name in node.inputs]
        if isinstance(node.op, Input):
            result = inputs[node.name]
        else:
            result = node.op.run(given) if inside is None else node.op.run_inside(given, inside(node))
        if watch is not None:
            watch(node, given, result)
        live[node.name] = result
        for name in dict.fromkeys(node.inputs):
            remaining[name] -= 1
            if not remaining[name]:
                del live[name]
    return {name: _batched(live[name], batch) for name in graph.outputs}


def _batch(graph: Graph, inputs: Mapping[str, FixedArray]) -> int:
    """How many events all inputs have; 1 for a graph without inputs."""
    batch: int | None = None
    for node in graph.inputs:
        assert isinstance(node.op, Input)
        if node.name not in inputs:
            raise FpgamlError(node.name, "no values for this input")
        shape = inputs[node.name].shape
        batch = shape[0] if batch is None and shape else batch
        if shape != (batch, *node.op.dims):
            raise FpgamlError(node.name, f"values of shape {shape}, expected {(batch, *node.op.dims)}")
    return 1 if batch is None else batch


def _batched(values: FixedArray, batch: int) -> FixedArray:
    if values.shape[0] == batch:
        return values
    return FixedArray(np.broadcast_to(values.integers, (batch, *values.shape[1:])), values.fractional)
