"""Gemm, MatMul and Conv."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from fpgaml.frontends.building.emitter import MOST_VALUES
from fpgaml.frontends.onnx import contraction
from fpgaml.frontends.onnx.arrangement import BATCH
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.quantizers.products import Weights, bias, factor, of_products, weights
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.ops import Conv1D, Conv2D, Dense
from fpgaml.graph.ops.windows import Pads, same_padding


def gemm(layer: Layer) -> Value:
    """Gemm: alpha * A' B' + beta * C, with constant B and C."""
    x = factor(layer, 0)
    if layer.attribute("transA", 0):
        x = x.transposed((1, 0))
    transposed = bool(layer.attribute("transB", 0))
    kernel = weights(layer, 1, 0 if transposed else 1).times(float(layer.attribute("alpha", 1.0)))
    if transposed:
        kernel = replace(kernel, values=kernel.values.T)
    return dense(layer, x, kernel, 2, float(layer.attribute("beta", 1.0)))


def matmul(layer: Layer) -> Value:
    """MatMul; by a constant matrix it is a Dense, to which a bias may be added as a third input (`fusion`)."""
    left, right = layer.raw(0), layer.raw(1)
    if right.array is not None and right.array.ndim == 2:
        return dense(layer, factor(layer, 0), weights(layer, 1, 1), 2)
    if left.array is not None and left.array.ndim == 2 and len(right.shape) >= 2:
        # W x = (x' W')'
        x, kernel = factor(layer, 1), weights(layer, 0, 0)
        swap = (*range(len(x.shape) - 2), len(x.shape) - 1, len(x.shape) - 2)
        turned = replace(kernel, values=kernel.values.T)
        return dense(layer, x.transposed(swap), turned).transposed(swap)
    return contraction.matmul(layer)


def dense(layer: Layer, x: Value, kernel: Weights, bias_at: int | None = None, beta: float = 1.0) -> Value:
    """A product over the file's last axis, which may be several axes of the node: the kernel's rows follow them.

    Args:
        kernel: shape (inputs, outputs), in the file's order.
        bias_at: the input that is the bias, times `beta`.
    """
    shape = kernel.values.shape
    if len(shape) != 2 or shape[0] != x.shape[-1] or x.axes[-1] == (BATCH,):
        raise layer.wrong(f"a matrix of shape {shape} for a tensor of shape {x.shape}")
    x, rows = _last_as_it_lies(layer, x)
    scale = of_products(x, kernel)
    fixed = kernel.fixed(layer, kernel.values[rows])
    added = None if bias_at is None else bias(layer, bias_at, shape[1], scale, beta)
    node = summed(layer, layer.add(Dense(fixed, added), x.node), scale)
    return replace(x, shape=(*x.shape[:-1], shape[1]), node=node, scale=scale)


def summed(layer: Layer, node: str, scale: Array | None) -> str:
    """Sums of products, rounded where they are the file's floating-point numbers and not integers with a scale."""
    return layer.rounded(node) if scale is None else node


def _last_as_it_lies(layer: Layer, x: Value) -> tuple[Value, Array]:
    """A tensor with its last axis last in the node, in the node's own order of elements.

    Returns:
        The tensor, and for each element along the node's last axis its place along the file's.
    """
    dims = layer.shape(x.node)
    group = x.axes[-1]
    places = np.arange(x.shape[-1]).reshape([dims[axis] for axis in group])
    own = sorted(group)
    rows = places.transpose([group.index(axis) for axis in own]).reshape(-1)
    sorted_groups = (*x.axes[:-1], tuple(own))
    return layer.arranged(replace(x, axes=sorted_groups), x.real), rows


def convolution(layer: Layer) -> Value:
    """Conv over one or two axes: auto_pad, dilations, group, kernel_shape, pads, strides."""
    x = layer.channels_last(factor(layer, 0))
    kernel = weights(layer, 1, 0)
    shape = kernel.values.shape
    rank = len(shape) - 2
    if rank not in (1, 2) or len(x.shape) != rank + 2:
        raise layer.unsupported(f"a convolution over {rank} axes", "Use one or two spatial axes")
    size = shape[2:]
    if tuple(layer.attribute("kernel_shape", size)) != size:
        raise layer.wrong(f"the kernel_shape {layer.attribute('kernel_shape')} for weights of {shape}")
    strides, dilation = per_axis(layer, "strides", rank), per_axis(layer, "dilations", rank)
    pads = padding(layer, x.shape[2:], size, strides, dilation)
    scale = of_products(x, kernel)
    fixed = kernel.fixed(layer, np.moveaxis(kernel.values, (0, 1), (-1, -2)))
    added = bias(layer, 2, shape[0], scale)
    groups = int(layer.attribute("group", 1))
    operation = Conv1D if rank == 1 else Conv2D
    node = summed(layer, layer.add(operation(fixed, added, strides, dilation, pads, groups), x.node), scale)
    *spatial, channels = layer.shape(node)
    kept = scale if scale is None or scale.size == 1 else scale.reshape((-1, *(1,) * rank))
    return replace(x, node=node, shape=(x.shape[0], channels, *spatial), scale=kept)


def per_axis(layer: Layer, name: str, rank: int, default: int = 1) -> tuple[int, ...]:
    """An attribute with a positive number for each spatial axis.

    Raises:
        FpgamlError: another count, or numbers of no use.
    """
    found = tuple(int(number) for number in layer.attribute(name) or (default,) * rank)
    if len(found) != rank or not all(0 < number < 1 << 15 for number in found):
        raise layer.wrong(f"{name} of {found} for {rank} spatial axes")
    return found


def padding(
    layer: Layer, shape: tuple[int, ...], size: tuple[int, ...], strides: tuple[int, ...], dilation: tuple[int, ...]
) -> Pads:
    """The positions around, by `auto_pad` or `pads`.

    Source: ONNX, Operators, Conv and MaxPool: SAME_UPPER has the odd one at the end, SAME_LOWER at the beginning.
    """
    pads = _padding(layer, shape, size, strides, dilation)
    if prod(length + sum(both) for length, both in zip(shape, pads, strict=True)) > MOST_VALUES:
        raise layer.unsupported(f"pads of {pads} around {shape}", "Use smaller ones")
    return pads


def _padding(
    layer: Layer, shape: tuple[int, ...], size: tuple[int, ...], strides: tuple[int, ...], dilation: tuple[int, ...]
) -> Pads:
    kind = str(layer.attribute("auto_pad", "NOTSET"))
    rank = len(size)
    if kind == "SAME_UPPER":
        return same_padding(shape, size, strides, dilation)
    if kind == "SAME_LOWER":
        return tuple((after, before) for before, after in same_padding(shape, size, strides, dilation))
    if kind == "VALID":
        return ((0, 0),) * rank
    if kind != "NOTSET":
        raise layer.wrong(f"auto_pad `{kind}` is unknown")
    pads = [int(number) for number in layer.attribute("pads") or (0,) * 2 * rank]
    if len(pads) != 2 * rank or min(pads, default=0) < 0 or max(pads, default=0) >= 1 << 15:
        raise layer.wrong(f"pads of {pads} for {rank} spatial axes")
    return tuple((pads[axis], pads[axis + rank]) for axis in range(rank))
