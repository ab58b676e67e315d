"""Einsum: sums of products of two tensors, both of which change with the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from string import ascii_letters
from typing import ClassVar

import numpy as np

from fpgaml.graph.ops.base import Operation, Shape, batch_of
from fpgaml.graph.ops.einsum import axis_sizes, output_shape, split_equation
from fpgaml.graph.ops.elementwise import multiplied_range
from fpgaml.graph.ops.reductions import sum_over
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray, contract


@dataclass(frozen=True)
class Einsum(Operation):
    """Two tensors contracted by an einsum equation without batch axis: the products in attention, "td,sd->ts".

    Args:
        equation: letters of the first input, of the second, and of the output.
    """

    arity: ClassVar[int | None] = 2
    equation: str

    @property
    def letters(self) -> tuple[str, str, str]:
        """Of the first input, of the second and of the output."""
        return split_equation(self.equation)

    def terms(self, inputs: Sequence[Shape]) -> int:
        """How many products each output sums."""
        output = self.letters[2]
        return prod(size for letter, size in axis_sizes(self.equation, *inputs).items() if letter not in output)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return output_shape(self.equation, *inputs)

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        # Each product by its corners, then the sum: no wider than what independent inputs reach.
        a, b = inputs
        first, second, output = self.letters
        sizes = axis_sizes(self.equation, a.shape, b.shape)
        summed = "".join(letter for letter in sizes if letter not in output)
        walk = dict(zip(output + summed, np.ogrid[tuple(slice(sizes[c]) for c in output + summed)], strict=True))

        def spread(letters: str, x: ValueRange) -> ValueRange:
            at = tuple(walk[letter] for letter in letters)
            rank = (1,) * len(walk)
            low, high, steps = (np.asarray(array[at]) for array in (x.low, x.high, x.fractional))
            low, high, steps = (array if array.ndim else array.reshape(rank) for array in (low, high, steps))
            return ValueRange(low, high, steps, x.unit)

        products = multiplied_range(spread(first, a), spread(second, b))
        full = tuple(sizes[letter] for letter in output + summed)
        axes = tuple(range(len(output), len(full)))
        low, high = (sum_over(np.broadcast_to(bound, full), axes) for bound in (products.low, products.high))
        steps = np.broadcast_to(products.fractional, full).max(axis=axes)
        return ValueRange(low, high, steps, products.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        a, b = inputs
        first, second, output = self.letters
        batch = next(c for c in ascii_letters if c not in self.equation)
        equation = f"{batch}{first},{batch}{second}->{batch}{output}"
        events = batch_of(inputs)
        left, right = (np.broadcast_to(x.integers, (events, *x.shape[1:])) for x in (a, b))

        def product(x: Ints, y: Ints) -> Ints:
            return np.asarray(np.einsum(equation, x, y, optimize=x.dtype != object))

        terms = self.terms([a.shape[1:], b.shape[1:]])
        return FixedArray(contract(product, left, right, terms), a.fractional + b.fractional)
