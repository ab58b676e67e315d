"""Operations that sum products with constants: Dense, Conv1D, Conv2D, EinsumDense."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product as product_of
from math import prod
from string import ascii_letters
from typing import ClassVar

import numpy as np

from fpgaml.graph.ops.base import Operation, Shape, fits_into, require
from fpgaml.graph.ops.einsum import output_shape, split_equation
from fpgaml.graph.ops.elementwise import added_range
from fpgaml.graph.ops.windows import Pads, output_size, windows
from fpgaml.graph.ranges import ZERO_STEP, ValueRange
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray, add, contract, matmul

Product = Callable[[Ints, Ints], Ints]
"""A sum of products of a batch of inputs with weights, exact."""


def linear_range(x: ValueRange, weights: FixedArray, product: Product) -> ValueRange:
    """Interval arithmetic for a sum of products with constants.

    An output is lowest where positive weights meet the lowest inputs and negative ones the highest. Its
    step is the finest among the products that have a weight and an input other than zero.
    """
    positive, negative = np.maximum(weights.integers, 0), np.minimum(weights.integers, 0)
    low = add(product(x.low[None], positive), product(x.high[None], negative))[0]
    high = add(product(x.high[None], positive), product(x.low[None], negative))[0]
    weight_steps = weights.fractional - weights.trailing_zeros()
    used = weights.integers != 0
    steps = np.full(low.shape, ZERO_STEP)
    x_steps, w_steps = np.unique(x.fractional[x.fractional > ZERO_STEP]), np.unique(weight_steps[used])
    # The finest pairs first: most outputs meet one of the first few, and what is settled stays.
    for x_step, w_step in sorted(product_of(x_steps, w_steps), key=sum, reverse=True):
        if (steps > ZERO_STEP).all():
            break
        met = product(
            np.asarray(x.fractional == x_step, dtype=np.int64)[None],
            np.asarray(used & (weight_steps == w_step), dtype=np.int64),
        )[0]
        steps = np.where((met > 0) & (steps == ZERO_STEP), x_step + w_step, steps)
    return ValueRange(low, high, steps, x.unit + weights.fractional)


@dataclass(frozen=True)
class Linear(Operation):
    """A sum of products with `kernel`, plus `bias` per output channel (the last axis)."""

    kernel: FixedArray
    bias: FixedArray | None

    def product(self, x: Ints, kernel: Ints) -> Ints:
        """The sums of products, without the bias: shape (batch, *output)."""
        raise NotImplementedError

    def repeats(self, x: Shape) -> int:
        """How many products each weight takes part in, for an input of a shape."""
        raise NotImplementedError

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        sums = linear_range(inputs[0], self.kernel, self.product)
        if self.bias is None:
            return sums
        bias = ValueRange.of_constant(self.bias)
        lifted = bias.moved(lambda a: np.broadcast_to(a, (1, *sums.shape)))
        return added_range(sums, lifted)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        x = inputs[0]
        sums = FixedArray(self.product(x.integers, self.kernel.integers), x.fractional + self.kernel.fractional)
        if self.bias is None:
            return sums
        unit = max(sums.fractional, self.bias.fractional)
        return FixedArray(add(sums.at(unit), self.bias.at(unit)), unit)

    def _require_bias(self, channels: int) -> None:
        shape = (channels,) if self.bias is None else self.bias.shape
        require(shape == (channels,), f"a bias of {shape} for {channels} output channels")


@dataclass(frozen=True)
class Dense(Linear):
    """A fully connected layer over the last axis.

    Args:
        kernel: shape (inputs, outputs).
        bias: shape (outputs,), or None.
    """

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        x = inputs[0]
        require(len(self.kernel.shape) == 2, f"a kernel of shape {self.kernel.shape}, not (inputs, outputs)")
        require(len(x) >= 1 and x[-1] == self.kernel.shape[0], f"a kernel of {self.kernel.shape} for inputs {x}")
        self._require_bias(self.kernel.shape[1])
        return (*x[:-1], self.kernel.shape[1])

    def repeats(self, x: Shape) -> int:
        return prod(x[:-1])

    def product(self, x: Ints, kernel: Ints) -> Ints:
        return contract(matmul, x, kernel, kernel.shape[0])


@dataclass(frozen=True)
class _Conv(Linear):
    strides: Shape
    dilation: Shape
    pads: Pads
    groups: int = 1
    spatial_axes: ClassVar[int]

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        x, kernel = inputs[0], self.kernel.shape
        require(len(kernel) == self.spatial_axes + 2, f"a kernel of shape {kernel}")
        require(len(x) == self.spatial_axes + 1, f"a convolution over {self.spatial_axes} axes of a tensor {x}")
        require(self.groups > 0, "the number of groups is at least 1")
        require(x[-1] == kernel[-2] * self.groups, f"a kernel of {kernel} and {self.groups} groups for inputs {x}")
        require(kernel[-1] % self.groups == 0, f"{kernel[-1]} filters in {self.groups} groups")
        self._require_bias(kernel[-1])
        return (*output_size(x, kernel[:-2], self.strides, self.dilation, self.pads), kernel[-1])

    def repeats(self, x: Shape) -> int:
        return prod(self.shape([x])[:-1])

    def held(self, inputs: Sequence[Shape]) -> int:
        # Every window's values are copied side by side.
        return max(super().held(inputs), self.repeats(inputs[0]) * prod(self.kernel.shape[:-1]) * self.groups)

    def product(self, x: Ints, kernel: Ints) -> Ints:
        size, (inner, filters) = kernel.shape[:-2], kernel.shape[-2:]
        view = windows(x, size, self.strides, self.dilation, self.pads)
        axes = len(size)
        # (batch, *out, channels, *kernel) -> (batch, *out, *kernel, channels), as the kernel has it
        patches = np.moveaxis(view, 1 + axes, -1)
        head = patches.shape[: 1 + axes]
        each = filters // self.groups
        parts = []
        for group in range(self.groups):
            columns = patches[..., group * inner : (group + 1) * inner].reshape(*head, prod(size) * inner)
            weights = kernel[..., group * each : (group + 1) * each].reshape(prod(size) * inner, each)
            parts.append(contract(matmul, columns, weights, prod(size) * inner))
        return parts[0] if self.groups == 1 else np.concatenate(parts, axis=-1)


@dataclass(frozen=True)
class Conv1D(_Conv):
    """A convolution (cross-correlation, as in Keras) over one axis, channels last.

    Args:
        kernel: shape (width, channels / groups, filters); bias: (filters,) or None.
        strides, dilation: one number in a tuple; pads: ((before, after),), zeros.
        groups: groups = channels makes it depthwise.
    """

    spatial_axes: ClassVar[int] = 1


@dataclass(frozen=True)
class Conv2D(_Conv):
    """A convolution (cross-correlation, as in Keras) over two axes, channels last.

    Args:
        kernel: shape (height, width, channels / groups, filters); bias: (filters,) or None.
        strides, dilation: two numbers; pads: ((top, bottom), (left, right)), zeros.
        groups: groups = channels makes it depthwise.
    """

    spatial_axes: ClassVar[int] = 2


@dataclass(frozen=True)
class EinsumDense(Linear):
    """A constant contracted with the tensor by an einsum equation without batch axis, such as "tc,cd->td".

    Args:
        equation: letters of the input, of the kernel, and of the output.
        kernel: by the equation; bias: broadcasts to the output, with its rank; or None.
    """

    equation: str

    @property
    def letters(self) -> tuple[str, str, str]:
        """Of the input, of the kernel and of the output."""
        return split_equation(self.equation)

    def repeats(self, x: Shape) -> int:
        letters, kernel_letters, _ = self.letters
        return prod(dict(pair for pair in zip(letters, x, strict=True) if pair[0] not in kernel_letters).values())

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        result = output_shape(self.equation, inputs[0], self.kernel.shape)
        if self.bias is not None:
            require(len(self.bias.shape) == len(result), f"a bias of {self.bias.shape} for outputs {result}")
            require(fits_into(self.bias.shape, result), f"a bias of {self.bias.shape} for outputs {result}")
        return result

    def product(self, x: Ints, kernel: Ints) -> Ints:
        letters, kernel_letters, output = self.letters
        batch = next(c for c in ascii_letters if c not in self.equation)
        equation = f"{batch}{letters},{kernel_letters}->{batch}{output}"
        sizes = dict(zip(kernel_letters, kernel.shape, strict=True)) | dict(zip(letters, x.shape[1:], strict=True))
        terms = prod(size for letter, size in sizes.items() if letter not in output)
        return contract(lambda a, b: np.einsum(equation, a, b, optimize=a.dtype != object), x, kernel, terms)
