"""Element by element: sums, products, choices, and functions of one value; a constant is folded into a Scale."""

from __future__ import annotations

from functools import partial

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import scaled
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.operations.operands import Operand, node_of, operand, setting
from fpgaml.frontends.keras.pointwise import absolute, bounded_relu
from fpgaml.graph.ops import Add, Constant, Maximum, Minimum, Multiply, Operation, Subtract
from fpgaml.graph.values import FixedArray


def _alike(layer: KerasLayer, x: str, constant: np.ndarray) -> np.ndarray:
    """A constant with the rank of x: without its batch axis, or with axes of size 1 in front."""
    rank = len(layer.shape(x))
    if constant.ndim == rank + 1 and constant.shape[0] == 1:
        constant = constant[0]
    if constant.ndim > rank:
        raise FpgamlError(layer.label, f"a constant of shape {constant.shape} for a tensor {layer.shape(x)}")
    return np.asarray(constant.reshape((1,) * (rank - constant.ndim) + constant.shape))


def _widened(layer: KerasLayer, x: str, constant: np.ndarray) -> str:
    """x, repeated where a constant broadcasts it to a larger shape."""
    shape = layer.shape(x)
    target = np.broadcast_shapes(shape, constant.shape)
    return x if target == shape else layer.add(Add(), x, _constant(layer, np.zeros(target)), suffix="repeated")


def _constant(layer: KerasLayer, values: np.ndarray) -> str:
    return layer.add(Constant(FixedArray.from_float(values)), suffix="constant")


def _pair(layer: KerasLayer, op: Operation, a: str, b: str) -> str:
    """Two tensors element by element, that of fewer axes with axes of size 1 in front."""
    rank = max(len(layer.shape(node)) for node in (a, b))
    nodes = (
        layer.reshaped(node, (1,) * (rank - len(layer.shape(node))) + layer.shape(node), "expanded") for node in (a, b)
    )
    return layer.rounded(layer.add(op, *nodes))


def _affine(layer: KerasLayer, x: str, factor: np.ndarray, offset: np.ndarray, what: str) -> str:
    factor, offset = (_alike(layer, x, each) for each in (factor, offset))
    x = _widened(layer, x, factor * offset)
    return layer.rounded(scaled(layer, x, factor, offset, "", what))


ONE, ZERO = np.asarray(1.0), np.asarray(0.0)


def _operands(layer: KerasLayer) -> tuple[Operand, Operand]:
    """a and b: nodes or constants, one node at least."""
    a, b = operand(layer, 0, "x", "x1"), operand(layer, 1, "y", "x2")
    if not isinstance(a, str) and not isinstance(b, str):
        raise FpgamlError(layer.label, "none of its operands is a tensor")
    return a, b


def _node_first(layer: KerasLayer) -> tuple[str, Operand]:
    """The operands of what takes them in either order, a node first."""
    a, b = _operands(layer)
    return (a, b) if isinstance(a, str) else (str(b), a)


def add(layer: KerasLayer) -> str:
    """a + b."""
    node, other = _node_first(layer)
    return (
        _pair(layer, Add(), node, other) if isinstance(other, str) else _affine(layer, node, ONE, other, "a constant")
    )


def subtract(layer: KerasLayer) -> str:
    """a - b."""
    a, b = _operands(layer)
    if isinstance(a, str) and isinstance(b, str):
        return _pair(layer, Subtract(), a, b)
    if isinstance(a, str):
        return _affine(layer, a, ONE, -np.asarray(b), "a constant")
    return _affine(layer, str(b), -ONE, np.asarray(a), "a constant")


def multiply(layer: KerasLayer) -> str:
    """a * b."""
    node, other = _node_first(layer)
    if isinstance(other, str):
        return _pair(layer, Multiply(), node, other)
    return _affine(layer, node, other, ZERO, "a constant factor")


def divide(layer: KerasLayer) -> str:
    """a / b, for a constant b."""
    a, b = operand(layer, 0, "x", "x1"), operand(layer, 1, "y", "x2")
    if not isinstance(a, str) or isinstance(b, str):
        raise layer.unsupported("divides by a tensor", "Divide by constants alone, or cut the model before it")
    if (b == 0).any():
        raise FpgamlError(layer.label, "divides by zero")
    return _affine(layer, a, 1.0 / b, ZERO, "the inverse of a constant")


def choice(layer: KerasLayer, op: Operation) -> str:
    """The larger, or the smaller, of a and b."""
    node, other = _node_first(layer)
    second = other if isinstance(other, str) else _constant(layer, _alike(layer, node, other))
    return _pair(layer, op, node, second)


def negative(layer: KerasLayer) -> str:
    """-x."""
    return _affine(layer, node_of(layer, 0, "x"), -ONE, ZERO, "-1")


def square(layer: KerasLayer) -> str:
    """x * x."""
    x = node_of(layer, 0, "x")
    return layer.rounded(layer.add(Multiply(), x, x))


def magnitude(layer: KerasLayer) -> str:
    """|x|."""
    return layer.rounded(absolute(layer, node_of(layer, 0, "x")))


def relu(layer: KerasLayer, slope: float = 0.0, ceiling: float | None = None) -> str:
    """relu, relu6, leaky_relu."""
    slope = float(setting(layer, 1, "negative_slope", "alpha", default=slope)) if slope else 0.0
    return layer.rounded(bounded_relu(layer, node_of(layer, 0, "x", "features"), slope, 0.0, ceiling))


def clip(layer: KerasLayer) -> str:
    """x between two constants."""
    x = node_of(layer, 0, "x", "t")
    low, high = setting(layer, 1, "x_min", "clip_value_min"), setting(layer, 2, "x_max", "clip_value_max")
    x = layer.add(Maximum(), x, layer.constant(float(low), x, "low"), suffix="at_least")
    return layer.rounded(layer.add(Minimum(), x, layer.constant(float(high), x, "high"), suffix="at_most"))


ARITHMETIC: dict[str, Converter[KerasLayer, str]] = {
    **dict.fromkeys(("add", "addv2"), add),
    **dict.fromkeys(("subtract", "sub"), subtract),
    **dict.fromkeys(("multiply", "mul"), multiply),
    **dict.fromkeys(("divide", "truedivide", "truediv", "realdiv"), divide),
    "maximum": partial(choice, op=Maximum()),
    "minimum": partial(choice, op=Minimum()),
    **dict.fromkeys(("negative", "neg"), negative),
    **dict.fromkeys(("absolute", "abs"), magnitude),
    "square": square,
    "relu": relu,
    "relu6": partial(relu, ceiling=6.0),
    "leakyrelu": partial(relu, slope=0.2),
    **dict.fromkeys(("clip", "clipbyvalue"), clip),
}
"""Converters by the function's name."""
