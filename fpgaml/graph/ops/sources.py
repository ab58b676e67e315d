"""Where values come from, and the one place where they lose bits: Input, Constant, Quantize."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fpgaml.graph.ops.base import Operation, Shape, fits_into, require
from fpgaml.graph.ranges import ZERO_STEP, ValueRange
from fpgaml.graph.types import FixedType, Ints, Overflow, Quantizer, Rounding
from fpgaml.graph.values import (
    FixedArray,
    as_ints,
    overflow_into,
    quantize,
    quantize_reals,
    round_shift,
    shift_left,
    symmetric_low,
)


@dataclass(frozen=True)
class Input(Operation):
    """A tensor that enters, in a given type.

    Args:
        dims: its shape, without a batch axis.
        quantizer: its type, and how real numbers (recorded data) are brought into it.
    """

    dims: Shape
    quantizer: Quantizer
    arity: ClassVar[int | None] = 0

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        require(all(d > 0 for d in self.dims), f"an input of shape {self.dims} is empty")
        kind = self.quantizer.type.signed.shape
        require(fits_into(kind, self.dims), f"bit widths of shape {kind} for a tensor of {self.dims}")
        return self.dims

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        full = ValueRange.of_type(self.quantizer.type, self.dims)
        if self.quantizer.overflow != Overflow.SAT_SYM:
            return full
        # The most negative code cannot enter: firmware sees what the quantizer lets through.
        kind = self.quantizer.type
        low = shift_left(symmetric_low(kind), full.unit - kind.fractional)
        return ValueRange(np.broadcast_to(low, self.dims), full.high, full.fractional, full.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        raise RuntimeError("the interpreter provides inputs")

    def read(self, reals: Any) -> FixedArray:
        """Real numbers of shape (batch, *dims) as values of the input's type."""
        return quantize_reals(reals, self.quantizer)


@dataclass(frozen=True)
class Constant(Operation):
    """A tensor that never changes.

    Args:
        value: without a batch axis.
    """

    value: FixedArray
    arity: ClassVar[int | None] = 0

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return self.value.shape

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        return ValueRange.of_constant(self.value)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return FixedArray(self.value.integers[None], self.value.fractional)


@dataclass(frozen=True)
class Quantize(Operation):
    """Bring values into a type: the only operation besides Lookup that loses information.

    Args:
        quantizer: type (uniform, or per element), rounding and overflow.
    """

    elementwise: ClassVar[bool] = True
    quantizer: Quantizer

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        kind = self.quantizer.type.signed.shape
        require(fits_into(kind, inputs[0]), f"bit widths of shape {kind} for a tensor of {inputs[0]}")
        return inputs[0]

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        source, kind, mode = inputs[0], self.quantizer.type, self.quantizer.overflow
        steps = np.broadcast_to(kind.fractional, source.shape)
        low, high, fits = self._rounded(source)
        if mode == Overflow.WRAP:
            bottom, top = (np.broadcast_to(b, source.shape) for b in kind.bounds())
            low, high = np.where(fits, low, bottom), np.where(fits, high, top)
        elif mode == Overflow.SAT_ZERO:
            bottom, top = kind.bounds()
            low = np.where(fits, low, np.minimum(np.maximum(low, bottom), 0))
            high = np.where(fits, high, np.maximum(np.minimum(high, top), 0))
        else:
            low, high = overflow_into(low, kind, mode), overflow_into(high, kind, mode)
        unit = int(kind.fractional.max())
        lift = unit - steps
        coarse = np.minimum(steps, np.where(source.fractional > ZERO_STEP, source.fractional, steps))
        if mode in (Overflow.SAT, Overflow.SAT_SYM):  # a clipped value sits at the type's own end
            coarse = np.where(fits, coarse, steps)
        return ValueRange(
            shift_left(as_ints(np.asarray(low)), lift), shift_left(as_ints(np.asarray(high)), lift), coarse, unit
        )

    def overflows(self, source: ValueRange) -> bool:
        """Whether a value of some range can leave the type after rounding."""
        return not self._rounded(source)[2].all()

    def _rounded(self, source: ValueRange) -> tuple[Ints, Ints, Ints]:
        """The ends of a range after rounding, in steps of the type, and where both are in the type."""
        kind, mode = self.quantizer.type, self.quantizer.overflow
        drop = source.unit - np.broadcast_to(kind.fractional, source.shape)
        low, high = (round_shift(bound, drop, self.quantizer.rounding) for bound in (source.low, source.high))
        return low, high, (overflow_into(low, kind, mode) == low) & (overflow_into(high, kind, mode) == high)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return quantize(inputs[0], self.quantizer)

    def outside(self, values: FixedArray) -> Ints:
        """Which values are out of the type's range after rounding (they wrap or saturate)."""
        kind: FixedType = self.quantizer.type
        rounded = round_shift(values.integers, values.fractional - kind.fractional, self.quantizer.rounding)
        low, high = kind.bounds()
        if self.quantizer.overflow == Overflow.SAT_SYM:
            low = symmetric_low(kind)
        return np.asarray((rounded < low) | (rounded > high), dtype=bool)


def uniform_quantize(
    signed: int,
    integer: int,
    fractional: int,
    rounding: Rounding = Rounding.RND,
    overflow: Overflow = Overflow.SAT,
) -> Quantize:
    """A Quantize to one type for all elements."""
    return Quantize(Quantizer(FixedType(signed, integer, fractional), rounding, overflow))
