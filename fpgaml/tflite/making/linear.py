"""Dense layers, convolutions and einsums as steps of a float network."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, EinsumDense, Operation
from fpgaml.graph.ops.windows import same_padding
from fpgaml.graph.values import FixedArray
from fpgaml.tflite.making.work import Lowering, Work, real


def _weights(kernel: NDArray[Any], bias: FixedArray | None) -> dict[str, NDArray[Any]]:
    return {"kernel": kernel} | ({} if bias is None or not bias.integers.any() else {"bias": real(bias)})


def _dense(work: Work, node: Node) -> str:
    assert isinstance(node.op, Dense)
    return work.add(node, "matmul", arrays=_weights(real(node.op.kernel), node.op.bias))


def padding(
    work: Work, node: Node, size: tuple[int, ...], strides: tuple[int, ...], dilation: tuple[int, ...], pads: Any
) -> dict[str, Any]:
    """TensorFlow's name of the pads, and the pads themselves where it has no name for them."""
    shape = work.graph.shapes[node.inputs[0]][:-1]
    if not any(any(sides) for sides in pads):
        return {"padding": "VALID"}
    if tuple(map(tuple, pads)) == same_padding(shape, size, strides, dilation):
        return {"padding": "SAME"}
    return {"padding": "VALID", "pads": [list(sides) for sides in pads]}


def _convolution(work: Work, node: Node) -> str:
    op = node.op
    assert isinstance(op, Conv1D | Conv2D)
    kernel = real(op.kernel)
    size, (inner, filters) = kernel.shape[:-2], kernel.shape[-2:]
    settings: dict[str, Any] = {"strides": list(op.strides), "dilation": list(op.dilation)}
    settings |= padding(work, node, size, op.strides, op.dilation, op.pads)
    depthwise = op.groups > 1 and inner == 1 and len(set(op.strides)) == 1
    if depthwise:
        # (*size, 1, channels * multiplier), channel by channel, as TensorFlow's (*size, channels, multiplier).
        kernel = kernel.reshape(*size, op.groups, filters // op.groups)
        return work.add(node, "depthwise", arrays=_weights(kernel, op.bias), **settings)
    return work.add(node, "convolution", arrays=_weights(kernel, op.bias), groups=op.groups, **settings)


def _einsum_problem(graph: Graph, node: Node) -> tuple[str, str] | None:
    assert isinstance(node.op, EinsumDense)
    letters, kernel, output = node.op.letters
    shared = [c for c in letters if c in kernel and c in output]
    summed = [c for c in letters if c not in kernel and c not in output]
    repeated = len(set(letters)) < len(letters) or len(set(kernel)) < len(kernel)
    if not shared and not summed and not repeated:
        return None
    return f"the einsum {node.op.equation} is not one matrix product", "Use Dense or convolution layers"


def _einsum(work: Work, node: Node) -> str:
    """Axes in order, one matrix product, axes in order again."""
    op = node.op
    assert isinstance(op, EinsumDense)
    letters, kernel_letters, output = op.letters
    kernel = real(op.kernel)
    alone = [c for c in kernel_letters if c not in letters and c not in output]
    kernel = kernel.sum(axis=tuple(kernel_letters.index(c) for c in alone))
    kernel_letters = "".join(c for c in kernel_letters if c not in alone)
    sizes = dict(zip(letters, work.graph.shapes[node.inputs[0]], strict=True))
    sizes |= dict(zip(kernel_letters, kernel.shape, strict=True))
    free = [c for c in letters if c in output]
    contracted = [c for c in letters if c not in output]
    made = [c for c in kernel_letters if c in output]
    matrix = kernel.transpose([kernel_letters.index(c) for c in (*contracted, *made)])
    matrix = matrix.reshape(prod(sizes[c] for c in contracted), prod(sizes[c] for c in made))
    name = work.placed[node.inputs[0]]
    order = [letters.index(c) for c in (*free, *contracted)]
    if order != sorted(order):
        name = work.add(node, "transpose", name, suffix="ordered", order=[0, *(axis + 1 for axis in order)])
    name = work.add(node, "matmul", name, suffix="product", arrays={"kernel": matrix}, flat=True)
    held = [*free, *made]
    back = [held.index(c) for c in output]
    shape = [sizes[c] for c in held]
    name = work.add(node, "reshape", name, suffix="axes", dims=shape)
    if back != sorted(back):
        name = work.add(node, "transpose", name, suffix="result", order=[0, *(axis + 1 for axis in back)])
    if op.bias is not None and op.bias.integers.any():
        name = work.add(node, "plus", name, suffix="bias", arrays={"value": real(op.bias)[None]})
    return name


LOWERINGS: Mapping[type[Operation], Lowering] = {
    Dense: Lowering(_dense),
    Conv1D: Lowering(_convolution),
    Conv2D: Lowering(_convolution),
    EinsumDense: Lowering(_einsum, _einsum_problem),
}
"""Operations with weights."""
