"""Operations element by element: Scale, Add, Subtract, Multiply, Maximum, Minimum, Relu, LeakyRelu, Lookup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from fpgaml.graph.ops.base import OPTIONAL, Operation, Shape, require
from fpgaml.graph.ranges import ZERO_STEP, ValueRange, union
from fpgaml.graph.types import FixedType, Ints
from fpgaml.graph.values import FixedArray, add, as_ints, multiply, shift_left


def _broadcast(shapes: Sequence[Shape]) -> Shape:
    ranks = {len(shape) for shape in shapes}
    require(len(ranks) == 1, f"tensors of {sorted(ranks)} axes cannot be combined element by element")
    try:
        return tuple(np.broadcast_shapes(*shapes))
    except ValueError:
        require(False, f"shapes {', '.join(map(str, shapes))} do not fit together")
        raise


def _added_steps(a: Ints, b: Ints) -> Ints:
    """The fractional bits of a product's step: exponents add, and zero stays zero."""
    zero = (a <= ZERO_STEP) | (b <= ZERO_STEP)
    return np.where(zero, ZERO_STEP, a + b)


def _at_common(a: FixedArray, b: FixedArray) -> tuple[Ints, Ints, int]:
    unit = max(a.fractional, b.fractional)
    return a.at(unit), b.at(unit), unit


def multiplied_range(a: ValueRange, b: ValueRange) -> ValueRange:
    """The range of a * b, with broadcasting."""
    corners = [multiply(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    steps = _added_steps(*np.broadcast_arrays(a.fractional, b.fractional))
    return ValueRange(
        np.minimum.reduce(np.broadcast_arrays(*corners)),
        np.maximum.reduce(np.broadcast_arrays(*corners)),
        steps,
        a.unit + b.unit,
    )


def added_range(a: ValueRange, b: ValueRange) -> ValueRange:
    """The range of a + b, with broadcasting."""
    unit = max(a.unit, b.unit)
    (low_a, high_a), (low_b, high_b) = a.at(unit), b.at(unit)
    return ValueRange(add(low_a, low_b), add(high_a, high_b), np.maximum(a.fractional, b.fractional), unit)


@dataclass(frozen=True)
class Scale(Operation):
    """Multiply by a constant, then add a constant: x * factor + offset.

    Args:
        factor, offset: constants of the tensor's rank that broadcast to its shape
            (for a value per channel: shape (1, ..., channels)).
        rescales: the factor only brings integers from one scale to another, so another one near it would do
            (`--requantize`).
    """

    elementwise: ClassVar[bool] = True
    factor: FixedArray
    offset: FixedArray
    rescales: bool = field(default=False, kw_only=True, metadata=OPTIONAL)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        result = _broadcast([inputs[0], self.factor.shape, self.offset.shape])
        require(result == inputs[0], f"constants of {self.factor.shape} for a tensor of {inputs[0]}")
        return result

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        product = multiplied_range(inputs[0], ValueRange.of_constant(self.factor))
        return added_range(product, ValueRange.of_constant(self.offset))

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        x = inputs[0]
        product = FixedArray(multiply(x.integers, self.factor.integers), x.fractional + self.factor.fractional)
        a, b, unit = _at_common(product, self.offset)
        return FixedArray(add(a, b), unit)


@dataclass(frozen=True)
class Add(Operation):
    """a + b, with broadcasting."""

    arity: ClassVar[int | None] = 2
    elementwise: ClassVar[bool] = True

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return _broadcast(inputs)

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        return added_range(inputs[0], inputs[1])

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        a, b, unit = _at_common(*inputs)
        return FixedArray(add(a, b), unit)


@dataclass(frozen=True)
class Subtract(Operation):
    """a - b, with broadcasting."""

    arity: ClassVar[int | None] = 2
    elementwise: ClassVar[bool] = True

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return _broadcast(inputs)

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        b = inputs[1]
        return added_range(inputs[0], ValueRange(-b.high, -b.low, b.fractional, b.unit))

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        a, b, unit = _at_common(*inputs)
        return FixedArray(add(a, -b), unit)


@dataclass(frozen=True)
class Multiply(Operation):
    """a * b, with broadcasting."""

    arity: ClassVar[int | None] = 2
    elementwise: ClassVar[bool] = True

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return _broadcast(inputs)

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        return multiplied_range(inputs[0], inputs[1])

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        a, b = inputs
        return FixedArray(multiply(a.integers, b.integers), a.fractional + b.fractional)


@dataclass(frozen=True)
class _Choice(Operation):
    arity: ClassVar[int | None] = 2
    elementwise: ClassVar[bool] = True
    choose: ClassVar[Callable[[Ints, Ints], Ints]]

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return _broadcast(inputs)

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        unit = max(inputs[0].unit, inputs[1].unit)
        (low_a, high_a), (low_b, high_b) = inputs[0].at(unit), inputs[1].at(unit)
        choose = type(self).choose
        steps = np.maximum(inputs[0].fractional, inputs[1].fractional)
        return ValueRange(choose(low_a, low_b), choose(high_a, high_b), steps, unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        a, b, unit = _at_common(*inputs)
        return FixedArray(type(self).choose(a, b), unit)


@dataclass(frozen=True)
class Maximum(_Choice):
    """The larger of a and b, with broadcasting."""

    choose: ClassVar[Callable[[Ints, Ints], Ints]] = np.maximum


@dataclass(frozen=True)
class Minimum(_Choice):
    """The smaller of a and b, with broadcasting."""

    choose: ClassVar[Callable[[Ints, Ints], Ints]] = np.minimum


@dataclass(frozen=True)
class Relu(Operation):
    """max(x, 0)."""

    elementwise: ClassVar[bool] = True

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        x = inputs[0]
        return ValueRange(np.maximum(x.low, 0), np.maximum(x.high, 0), x.fractional, x.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return FixedArray(np.maximum(inputs[0].integers, 0), inputs[0].fractional)


@dataclass(frozen=True)
class LeakyRelu(Operation):
    """x where x >= 0, else x * 2**-shift.

    Args:
        shift: the slope's negative power of two.
    """

    elementwise: ClassVar[bool] = True
    shift: int

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        require(0 <= self.shift <= 64, f"a leaky slope of 2**-{self.shift}, not between 1 and 2**-64")
        return inputs[0]

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        x = inputs[0]
        steps = np.where(x.low < 0, x.fractional + self.shift, x.fractional)
        return ValueRange(self._apply(x.low), self._apply(x.high), steps, x.unit + self.shift)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        x = inputs[0]
        return FixedArray(self._apply(x.integers), x.fractional + self.shift)

    def _apply(self, integers: Ints) -> Ints:
        return as_ints(np.where(integers < 0, integers, shift_left(integers, self.shift)))


@dataclass(frozen=True)
class Lookup(Operation):
    """Any function of one value, as its table.

    Args:
        domain: the uniform type of x; entry j of the table is the value at the j-th smallest x.
        table: 2**width entries, in ascending order of x.
    """

    elementwise: ClassVar[bool] = True
    domain: FixedType
    table: FixedArray

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        require(self.domain.is_uniform, "a table needs one type for all elements")
        size = 1 << max(int(self.domain.width), 0)
        require(self.table.shape == (size,), f"a table of {self.table.shape} entries for {self.domain}")
        return inputs[0]

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        whole = ValueRange.of_type(self.domain, inputs[0].shape)
        held = union(whole, inputs[0])
        same = (held.low == whole.at(held.unit)[0]).all() and (held.high == whole.at(held.unit)[1]).all()
        step = int(self.domain.fractional)
        require(
            bool(same) and bool((inputs[0].fractional <= step).all()),
            f"values of {inputs[0].type()} enter a table over {self.domain}",
        )
        table = ValueRange.of_constant(self.table)
        ones = np.ones(inputs[0].shape, dtype=object)
        low, high = int(table.low.min()), int(table.high.max())
        return ValueRange(ones * low, ones * high, np.full(ones.shape, table.fractional.max()), table.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        codes = inputs[0].at(int(self.domain.fractional))
        first = int(self.domain.bounds()[0])
        return FixedArray(self.table.integers[(codes - first).astype(np.int64)], self.table.fractional)
