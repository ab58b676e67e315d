"""Sums of products: with constants, and of two tensors.

With constants every output is a list of inputs and weights; outputs that read the same inputs are one matrix product,
and share terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import cast

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, Einsum, EinsumDense, Linear, Operation, Shape
from fpgaml.graph.ops.einsum import output_shape, summed_products
from fpgaml.graph.ops.windows import windows
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.builder import Value
from fpgaml.rtl.kernels import product
from fpgaml.rtl.lower.context import Context, Lowering, Tensor, tensor, tree

OUTSIDE = -1
"""The index of a padded position: zero."""

Terms = tuple[NDArray[np.int64], Ints]
"""Flat input indices and weights, both of shape (*output, terms)."""


def lower_linear(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """A Dense, a convolution or an EinsumDense with its bias."""
    op, x = cast(Linear, node.op), inputs[0]
    indices, weights = terms(op, x.shape)
    shape = indices.shape[:-1]
    indices, weights = indices.reshape(-1, indices.shape[-1]), weights.reshape(-1, weights.shape[-1])
    flat, results = x.reshape(-1), [context.builder.constant(0)] * prod(shape)
    for outputs, used, matrix in shared_inputs(indices, weights):
        sums = product(context.builder, list(flat[used]), matrix, op.kernel.fractional)
        for output, total in zip(outputs, sums, strict=True):
            results[output] = total
    return _biased(context, tensor(results, shape), op.bias)


def shared_inputs(indices: NDArray[np.int64], weights: Ints) -> list[tuple[list[int], NDArray[np.int64], Ints]]:
    """Outputs grouped by the inputs that they read.

    Returns:
        For each group: the outputs, the inputs' indices, and the matrix of shape (inputs, outputs).
    """
    groups: dict[bytes, list[int]] = {}
    for output, row in enumerate(indices):
        groups.setdefault(row.tobytes(), []).append(output)
    result = []
    for outputs in groups.values():
        row = indices[outputs[0]]
        real = row != OUTSIDE
        used, place = np.unique(row[real], return_inverse=True)
        matrix = np.zeros((len(used), len(outputs)), dtype=object)
        np.add.at(matrix, place, weights[outputs][:, real].T)
        result.append((outputs, used, matrix))
    return result


def terms(op: Operation, shape: Shape) -> Terms:
    """Which inputs each output sums, with which weights.

    Args:
        shape: of the input.
    """
    places = np.arange(prod(shape), dtype=np.int64).reshape(shape)
    if isinstance(op, Dense):
        rows = places[..., None, :]
        return _broadcast(rows, op.kernel.integers.T)
    if isinstance(op, EinsumDense):
        return _einsum_terms(op, places)
    assert isinstance(op, Conv1D | Conv2D)
    return _conv_terms(op, places)


def _conv_terms(op: Conv1D | Conv2D, places: NDArray[np.int64]) -> Terms:
    size, (inner, filters) = op.kernel.shape[:-2], op.kernel.shape[-2:]
    view = windows(places[None], size, op.strides, op.dilation, op.pads, OUTSIDE)[0]
    patches = np.moveaxis(view, len(size), -1)  # (*output, *kernel, channels)
    head, each = patches.shape[: len(size)], filters // op.groups
    parts = []
    for group in range(op.groups):
        rows = patches[..., group * inner : (group + 1) * inner].reshape(*head, 1, prod(size) * inner)
        weights = op.kernel.integers[..., group * each : (group + 1) * each].reshape(-1, each).T
        parts.append(_broadcast(rows, weights))
    return np.concatenate([rows for rows, _ in parts], axis=-2), np.concatenate([w for _, w in parts], axis=-2)


def _einsum_terms(op: EinsumDense, places: NDArray[np.int64]) -> Terms:
    rows, weights = summed_products(op.equation, places.shape, op.kernel.shape)
    head = output_shape(op.equation, places.shape, op.kernel.shape)
    return rows.reshape(*head, -1), op.kernel.integers.reshape(-1)[weights].reshape(*head, -1)


def _broadcast(rows: NDArray[np.int64], weights: Ints) -> Terms:
    shape = np.broadcast_shapes(rows.shape, weights.shape)
    return np.broadcast_to(rows, shape), np.broadcast_to(weights, shape)


def _biased(context: Context, sums: Tensor, bias: FixedArray | None) -> Tensor:
    if bias is None:
        return sums
    offsets = np.broadcast_to(bias.integers, sums.shape).flat

    def biased(total: Value, offset: int) -> Value:
        return context.builder.add(total, context.builder.constant(int(offset), bias.fractional))

    return tensor([biased(total, offset) for total, offset in zip(sums.flat, offsets, strict=True)], sums.shape)


def lower_einsum(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """Sums of products of two tensors."""
    op, builder = cast(Einsum, node.op), context.builder
    first, second = inputs
    pairs = zip(*summed_products(op.equation, first.shape, second.shape), strict=True)
    left, right = first.reshape(-1), second.reshape(-1)
    sums = [
        tree(builder.add, [builder.multiply(a, b) for a, b in zip(left[ones], right[others], strict=True)])
        for ones, others in pairs
    ]
    return tensor(sums, output_shape(op.equation, first.shape, second.shape))


LOWERINGS: dict[type[Operation], Lowering] = {
    **dict.fromkeys((Dense, Conv1D, Conv2D, EinsumDense), lower_linear),
    Einsum: lower_einsum,
}
