"""Dense, EinsumDense, Einsum: hls4ml's own layer, a Dense over the last axis, or a function with tables of products."""

from __future__ import annotations

from typing import cast

import numpy as np

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Dense, EinsumDense, Operation
from fpgaml.graph.values import FixedArray
from fpgaml.hls.codegen import add_body
from fpgaml.hls.layers import LayerList, Lowering, literal
from fpgaml.hls.lower.linear import add_dense, linear_precision
from fpgaml.hls.settings import Strategy

MOST_DENSE_AXES = 3
"""hls4ml makes a convolution of a Dense over several axes, and has convolutions over one or two."""


def lower_dense(layers: LayerList, node: Node) -> None:
    """A Dense; hls4ml turns one over more axes into a pointwise convolution."""
    op, rank = cast(Dense, node.op), len(layers.shape(node.name))
    if rank <= MOST_DENSE_AXES:
        add_dense(layers, node, op)
    else:
        add_body(layers, node)


def lower_einsum(layers: LayerList, node: Node) -> None:
    """A constant contracted by an equation."""
    op = cast(EinsumDense, node.op)
    equal = as_dense(op) if len(layers.shape(node.name)) <= MOST_DENSE_AXES else None
    shared = layers.settings.of_layer(node.source or node.name).strategy == Strategy.RESOURCE
    if equal is not None and (shared or not _hls4ml_has(layers, op)):
        add_dense(layers, node, equal)
    elif _hls4ml_has(layers, op):
        _add_einsum(layers, node, op)
    else:
        add_body(layers, node)


def _hls4ml_has(layers: LayerList, op: EinsumDense) -> bool:
    """Whether hls4ml's layer can do it: arrays only, and each letter once, in two of the three places."""
    if layers.stream or layers.settings.backend not in ("vitis", "vivado"):
        return False
    letters, kernel, output = op.letters
    once = all(len(set(part)) == len(part) for part in (letters, kernel))
    alone = (set(letters) ^ set(kernel)) - set(output)
    return once and not alone


def as_dense(op: EinsumDense) -> Dense | None:
    """The Dense over the last axis that an equation such as "abc,cd->abd" describes; None for others."""
    letters, kernel, output = op.letters
    plain = len(kernel) == 2 and kernel[0] != kernel[1] and len(set(letters)) == len(letters) > 0
    if not plain or kernel != letters[-1] + output[-1:] or output[:-1] != letters[:-1] or kernel[1] in letters:
        return None
    if op.bias is None:
        return Dense(op.kernel, None)
    if any(size != 1 for size in op.bias.shape[:-1]):
        return None
    spread = np.broadcast_to(op.bias.integers.reshape(-1), (op.kernel.shape[1],))
    return Dense(op.kernel, FixedArray(spread, op.bias.fractional))


def _add_einsum(layers: LayerList, node: Node, op: EinsumDense) -> None:
    shape = layers.shape(node.name)
    bias = op.bias if op.bias is not None else FixedArray(np.zeros(shape, dtype=np.int64), 0)
    layers.append(
        node,
        "EinsumDense",
        linear_precision(layers, node, op.kernel, op.bias),
        equation=op.equation,
        inp_shape=layers.shape(node.inputs[0]),
        out_shape=shape,
        weight_data=literal(op.kernel),
        bias_data=np.broadcast_to(literal(bias), shape).copy(),
    )


LOWERINGS: dict[type[Operation], Lowering] = {
    Dense: Lowering(lower_dense),
    EinsumDense: Lowering(lower_einsum),
}
