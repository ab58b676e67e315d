"""What sums: reductions, matrix products, einsum, softmax."""

from __future__ import annotations

from functools import partial
from math import prod
from string import ascii_lowercase

from fpgaml.frontends.building.constants import WEIGHT_BITS, scaled, tensor
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.building.softmax import softmax
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.operations.operands import node_of, operand, setting
from fpgaml.frontends.keras.products import contracted
from fpgaml.frontends.keras.statistics import axes_of
from fpgaml.graph.ops import EinsumDense, Reduce, Reduction
from fpgaml.graph.ops.einsum import split_equation
from fpgaml.graph.values import FixedArray


def reduction(layer: KerasLayer, kind: Reduction, mean: bool = False) -> str:
    """mean, sum, max, min along axes."""
    x = node_of(layer, 0, "x", "input_tensor", "input")
    shape = layer.shape(x)
    axis = setting(layer, 1, "axis")
    listed = [] if axis is None else axis if isinstance(axis, list | tuple) else [axis]
    if not listed or any(int(each) in (0, -len(shape) - 1) for each in listed):
        raise layer.unsupported("reduces over the events of a batch too", "Give axes without the first one")
    axes = axes_of(listed, len(shape), layer.label)
    x = layer.add(Reduce(kind, axes), x, suffix=str(kind))
    if mean:
        count = prod(shape[each] for each in axes)
        x = scaled(layer, x, 1.0 / count, 0.0, "mean", f"the mean's factor 1/{count}")
    if kind == Reduction.SUM:
        x = layer.rounded(x)
    if setting(layer, 2, "keepdims", default=False):
        return x
    kept = tuple(size for place, size in enumerate(shape) if place not in axes)
    return layer.reshaped(x, kept or (1,), "squeezed")


def matmul(layer: KerasLayer) -> str:
    """The matrix product of the last two axes."""
    x, y = operand(layer, 0, "a", "x1"), operand(layer, 1, "b", "x2")
    turned = [bool(setting(layer, 9, name, default=False)) for name in ("transpose_a", "transpose_b")]
    if not isinstance(x, str):
        raise layer.unsupported("a constant matrix times a tensor", "Put the tensor first")
    rank = len(layer.shape(x))
    letters = ascii_lowercase[:rank]
    first = letters[:-2] + letters[-2:][::-1] if turned[0] else letters
    if not isinstance(y, str):
        if y.ndim != 2:
            raise layer.unsupported(f"a constant of shape {y.shape} in a matrix product", "Give a matrix")
        matrix = FixedArray.from_float(y.T if turned[1] else y)
        return layer.rounded(layer.add(EinsumDense(matrix, None, f"{first},{letters[-1]}z->{letters[:-1]}z"), x))
    second = letters[:-2] + (f"z{letters[-1]}" if turned[1] else f"{letters[-1]}z")
    if len(layer.shape(y)) != rank:
        raise layer.unsupported(f"a matrix product of {layer.shape(x)} and {layer.shape(y)}", "Give equal ranks")
    return layer.rounded(contracted(layer, (x, y), f"{first},{second}->{letters[:-1]}z"))


def einsum(layer: KerasLayer) -> str:
    """An einsum of two tensors, or of a tensor and a constant; the first letter is the batch."""
    equation = str(setting(layer, 9, "subscripts", "equation", default="")).replace(" ", "")
    if not equation and layer.arguments.positional and isinstance(layer.arguments.positional[0], str):
        raise layer.unsupported("the file does not say what `einsum` reads", "Use Dot or MultiHeadAttention")
    first, second, output = split_equation(equation)
    a, b = operand(layer, 0), operand(layer, 1)
    batch = first[:1]
    fits = isinstance(a, str) and batch and output[:1] == batch and batch not in first[1:] + output[1:]
    fits = fits and "." not in equation and "," not in second
    if not fits or (isinstance(b, str) and (second[:1] != batch or batch in second[1:])):
        raise layer.unsupported(f"the einsum `{equation}`", "Write it for two tensors with a common first batch axis")
    if isinstance(b, str):
        return layer.rounded(contracted(layer, (str(a), b), f"{first[1:]},{second[1:]}->{output[1:]}"))
    if batch in second:
        raise layer.unsupported(f"the einsum `{equation}` of a constant", "Leave the batch out of the constant's axes")
    kernel = tensor(layer, b, WEIGHT_BITS, "kernel")
    return layer.rounded(layer.add(EinsumDense(kernel, None, f"{first[1:]},{second}->{output[1:]}"), str(a)))


def softmax_along(layer: KerasLayer) -> str:
    """softmax along an axis."""
    x = node_of(layer, 0, "x", "logits")
    axis = setting(layer, 1, "axis", default=-1)
    return layer.rounded(softmax(layer, x, axes_of(axis, len(layer.shape(x)), layer.label)))


CONTRACTIONS: dict[str, Converter[KerasLayer, str]] = {
    **dict.fromkeys(("mean", "reducemean"), partial(reduction, kind=Reduction.SUM, mean=True)),
    **dict.fromkeys(("sum", "reducesum"), partial(reduction, kind=Reduction.SUM)),
    **dict.fromkeys(("max", "amax", "reducemax"), partial(reduction, kind=Reduction.MAX)),
    **dict.fromkeys(("min", "amin", "reducemin"), partial(reduction, kind=Reduction.MIN)),
    **dict.fromkeys(("matmul", "batchmatmulv2"), matmul),
    "einsum": einsum,
    "softmax": softmax_along,
}
"""Converters by the function's name."""
