"""Arithmetic element by element: of two tensors, of a tensor and constants, of one tensor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import numpy as np

from fpgaml.frontends.building.constants import SCALE_BITS, scaled, significant, tensor
from fpgaml.frontends.onnx.alignment import broadcast
from fpgaml.frontends.onnx.fusion import AFFINE
from fpgaml.frontends.onnx.layer import Layer, real_array
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.tables import reciprocal, table
from fpgaml.frontends.onnx.value import Value, constant
from fpgaml.graph.functions import Function
from fpgaml.graph.ops import Add, Constant, Maximum, Minimum, Multiply, Operation, Scale, Subtract, uniform_quantize
from fpgaml.graph.types import Rounding
from fpgaml.graph.values import FixedArray

Binary = Callable[[Layer, Value, Value, str], Value]
"""The result of two tensors, real values; the word names the nodes in between."""


def of_all(binary: Binary) -> Callable[[Layer], Value]:
    """Sum, Max, Min and the like: of all inputs, one after another."""

    def convert(layer: Layer) -> Value:
        given = (layer.optional(position) for position in range(len(layer.call.inputs)))
        values = [layer.applied(value) if value.array is not None else value for value in given if value is not None]
        require_broadcasting(layer)
        last = len(values) - 1

        def step(done: Value, number: int) -> Value:
            return binary(layer, done, values[number], "" if number == last else f"part_{number}")

        found = reduce(step, range(1, len(values)), values[0])
        return _rounded(layer, found)

    return convert


def require_broadcasting(layer: Layer) -> None:
    """Refuse what operator sets before 7 laid along an axis of its own.

    Raises:
        UnsupportedError: the call says along which.
    """
    if layer.call.version < 7 and layer.attribute("axis") is not None:
        raise layer.unsupported(
            f"{layer.call.kind} of operator set {layer.call.version} lies along axis {layer.attribute('axis')}",
            "Convert the file to operator set 13: onnx.version_converter.convert_version(model, 13)",
        )


def mean(layer: Layer) -> Value:
    """Mean of all inputs."""
    count = len(layer.call.inputs)
    total = of_all(add)(layer)
    return _rounded(layer, affine(layer, total, np.asarray(1.0 / count), np.zeros(()), "mean", f"the factor 1/{count}"))


def ceiling(layer: Layer) -> Value:
    """Ceil: exact in fixed point."""
    x = layer.input(0)
    kind = layer.uniform(x.node)
    if int(kind.fractional) <= 0:
        return x
    turned = exactly(layer, x, -1.0, 0.0, "turned")
    floor = layer.add(uniform_quantize(1, max(int(kind.integer), 0) + 1, 0, Rounding.TRN), turned.node, suffix="floor")
    return exactly(layer, replace(x, node=floor), -1.0, 0.0, "")


def affine(layer: Layer, x: Value, factor: Array, offset: Array, suffix: str = "", part: str = "") -> Value:
    """x * factor + offset, by constants that broadcast to x; scales still to be applied take them up.

    Args:
        factor, offset: of the file's axes; part: names the constants in the Approximation.
    """
    if x.array is not None:
        return constant(real_array(x) * factor + offset)
    if not x.plain:
        own = np.ones(()) if x.scale is None else x.scale
        was = np.zeros(()) if x.offset is None else x.offset
        return replace(x, scale=own * factor, offset=was * factor + offset)
    dims = layer.shape(x.node)
    first, second = (x.laid_out(np.asarray(each, np.float64), dims) for each in (factor, offset))
    if layer.precision is None:
        return replace(x, node=scaled(layer, x.node, first, second, suffix, part or layer.call.kind))
    kept = [_weights(layer, first, "scale", 1.0), _weights(layer, second, "bias", 0.0)]
    return replace(x, node=layer.add(Scale(*kept), x.node, suffix=suffix))


def _weights(layer: Layer, values: Array, what: str, nothing: float) -> FixedArray:
    """Constants as a precision says, unless they do nothing."""
    return FixedArray.from_float(values) if (values == nothing).all() else tensor(layer, values, SCALE_BITS, what)


def _fits(x: Value, values: Array) -> bool:
    """Whether a constant broadcasts to exactly a tensor's shape."""
    return values.ndim <= len(x.shape) and np.broadcast_shapes(x.shape, values.shape) == x.shape


def add(layer: Layer, a: Value, b: Value, suffix: str) -> Value:
    """a + b."""
    for x, other in ((a, b), (b, a)):
        if other.array is not None and _fits(x, other.array):
            return affine(layer, x, np.ones(()), other.array, suffix)
    return merged(layer, Add(), a, b, suffix)


def subtract(layer: Layer, a: Value, b: Value, suffix: str) -> Value:
    """a - b."""
    if b.array is not None and _fits(a, b.array):
        return affine(layer, a, np.ones(()), -b.array, suffix)
    if a.array is not None and _fits(b, a.array):
        return affine(layer, b, -np.ones(()), a.array, suffix)
    return merged(layer, Subtract(), a, b, suffix)


def multiply(layer: Layer, a: Value, b: Value, suffix: str) -> Value:
    """a * b."""
    for x, other in ((a, b), (b, a)):
        if other.array is not None and _fits(x, other.array):
            return affine(layer, x, other.array, np.zeros(()), suffix)
    return merged(layer, Multiply(), a, b, suffix)


def divide(layer: Layer, a: Value, b: Value, suffix: str) -> Value:
    """a / b; by a computed tensor as a product with the table of its reciprocals."""
    if b.array is None:
        return multiply(layer, a, table(layer, b, reciprocal(), "reciprocal"), suffix)
    if not np.all(b.array):
        raise layer.wrong("it divides by zero")
    return multiply(layer, a, constant(1.0 / b.array.astype(np.float64)), suffix)


def extreme(operation: Callable[[], Operation]) -> Binary:
    """The larger or the smaller of a and b."""

    def binary(layer: Layer, a: Value, b: Value, suffix: str) -> Value:
        return merged(layer, operation(), a, b, suffix)

    return binary


def merged(layer: Layer, op: Operation, a: Value, b: Value, suffix: str) -> Value:
    """An operation of two tensors, each axis in the same place."""
    alike = not isinstance(op, Multiply) and _one_scale(a, b)
    if not alike:
        a, b = layer.applied(a, "first"), layer.applied(b, "second")
    left, right, shape = broadcast(layer, a, b)
    node = layer.add(op, left.node, right.node, suffix=suffix)
    return replace(left, shape=shape, node=node)


def _one_scale(a: Value, b: Value) -> bool:
    """Whether both are integer codes of one scale above zero, so that their sum and their extremes are, too."""
    if a.scale is None or b.scale is None or a.offset is not None or b.offset is not None:
        return False
    return a.scale.size == b.scale.size == 1 and float(a.scale.item()) == float(b.scale.item()) > 0


def exactly(layer: Layer, x: Value, factor: float, offset: float, suffix: str) -> Value:
    """x * factor + offset, by numbers that no precision rounds."""
    ones = np.ones((1,) * len(layer.shape(x.node)))
    op = Scale(FixedArray.from_float(ones * factor), FixedArray.from_float(ones * offset))
    return replace(x, node=layer.add(op, x.node, suffix=suffix))


def affine_call(layer: Layer) -> Value:
    """A chain of constant factors and offsets (`fusion`)."""
    x, factor, offset = layer.raw(0), layer.known(1), layer.known(2)
    if _fits(x, factor) and _fits(x, offset):
        return _rounded(layer, affine(layer, layer.as_node(x), factor, offset, part="constants"))
    scaled_x = multiply(layer, x, constant(factor), "product")
    return _rounded(layer, add(layer, scaled_x, constant(offset), ""))


def negative(layer: Layer) -> Value:
    """Neg."""
    return affine(layer, layer.raw(0), -np.ones(()), np.zeros(()))


def absolute(layer: Layer) -> Value:
    """Abs."""
    x = layer.input(0)
    turned = affine(layer, x, -np.ones(()), np.zeros(()), "negative")
    return replace(x, node=layer.rounded(layer.add(Maximum(), x.node, turned.node)))


def power(layer: Layer) -> Value:
    """Pow by a constant; products for whole exponents up to 4."""
    x, exponent = layer.input(0), layer.known(1).astype(np.float64)
    if exponent.size != 1:
        raise layer.unsupported("an exponent for each element", "Use one exponent")
    number = float(exponent.reshape(()))
    if number not in (1.0, 2.0, 3.0, 4.0):
        return table(layer, x, Function(lambda values: np.power(values, number)), "power")
    node = x.node
    for count in range(2, int(number) + 1):
        node = layer.add(Multiply(), node, x.node, suffix="" if count == number else f"power_{count}")
    return replace(x, node=layer.rounded(node))


def whole_numbers(rounding: Rounding) -> Callable[[Layer], Value]:
    """Floor, Round: exact in fixed point."""

    def convert(layer: Layer) -> Value:
        x = layer.input(0)
        kind = layer.uniform(x.node)
        integer = max(int(kind.integer), 0) + 1
        op = uniform_quantize(int(kind.signed), integer, 0, rounding)
        return replace(x, node=layer.add(op, x.node)) if int(kind.fractional) > 0 else x

    return convert


def _rounded(layer: Layer, x: Value) -> Value:
    return replace(x, node=layer.rounded(x.node)) if x.node and x.plain else x


def bounded(layer: Layer, x: Value, low: float | None, high: float | None) -> Value:
    """x kept within constants; what its range guarantees already is left out."""
    held, node = layer.graph.range(x.node), x.node
    bounds = ((low, Maximum, held.low, "at_least", 1), (high, Minimum, held.high, "at_most", -1))
    for bound, operation, reached, word, side in bounds:
        if bound is None or not np.isfinite(bound):
            continue
        extremes = np.ldexp(np.asarray(reached, dtype=np.float64), -held.unit)
        if ((bound - extremes) * side <= 0).all():
            continue
        kept = significant(np.full((1,) * len(layer.shape(node)), bound), SCALE_BITS)
        if float(kept.to_float().reshape(-1)[0]) != bound:
            layer.note(f"the bound {bound:g} rounded to {SCALE_BITS} significant bits")
        limit = layer.add(Constant(kept), suffix=word)
        node = layer.add(operation(), node, limit, suffix="raised" if side == 1 and high is not None else "")
    return replace(x, node=node)


ARITHMETIC: dict[str, Callable[[Layer], Value]] = {
    AFFINE: affine_call,
    "Add": of_all(add),
    "Sum": of_all(add),
    "Sub": of_all(subtract),
    "Mul": of_all(multiply),
    "Div": of_all(divide),
    "Max": of_all(extreme(Maximum)),
    "Min": of_all(extreme(Minimum)),
    "Neg": negative,
    "Abs": absolute,
    "Pow": power,
    "Mean": mean,
    "Ceil": ceiling,
    "Floor": whole_numbers(Rounding.TRN),
    "Round": whole_numbers(Rounding.RND_CONV),
}
"""By the operator's name."""
