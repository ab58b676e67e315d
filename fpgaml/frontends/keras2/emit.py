"""What a layer's conversion works with: the layer as the file has it, and where its nodes go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.model import Approximation
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Constant, Operation, OperationError, Scale, Shape
from fpgaml.graph.types import FixedType
from fpgaml.graph.values import FixedArray, magnitude

SCALE_BITS = 18
"""Significant bits of a constant that multiplies a channel (a float scale, a BatchNormalization, 1/n).

18 bits is the narrow port of a DSP48E2 multiplier (UG579): a wider constant costs a second one. The
relative error is at most 2**-19, far below the step of any activation that follows.
"""

MOST_VALUES = 1 << 24
"""Of one tensor: far more than a trigger has, and what keeps a damaged file from filling the memory."""

WEIGHT_BITS = 16
"""Bits of an unquantised kernel, counted from its largest weight: what int16 hardware keeps."""

BIAS_BITS = 18
"""Bits of an unquantised bias, counted from its largest entry."""


@dataclass(frozen=True)
class Layer:
    """One layer as it is called in the network.

    Args:
        name: in the source model.
        kind: its class in the source framework.
        config: its settings, plain JSON values.
        weights: by the last part of their name, such as `kernel`; float32.
        inputs: names of the Graph's nodes that feed it.
    """

    name: str
    kind: str
    config: Mapping[str, Any]
    weights: Mapping[str, NDArray[Any]]
    inputs: tuple[str, ...]

    def weight(self, name: str, *shape: int | None) -> NDArray[np.float32]:
        """A weight tensor, in float32.

        Args:
            shape: what it must be; None where any size fits. Not checked where nothing is given.

        Raises:
            FpgamlError: the file does not have it, or its shape is another.
        """
        if name not in self.weights:
            stored = ", ".join(self.weights) or "none"
            raise FpgamlError(self.name, f"the file has no weight `{name}` (it has {stored})", "Save the model again")
        array = np.asarray(self.weights[name], dtype=np.float32)
        fits = len(array.shape) == len(shape) and all(w in (None, s) for s, w in zip(array.shape, shape, strict=True))
        if shape and not fits:
            wanted = ", ".join("any" if size is None else str(size) for size in shape)
            raise FpgamlError(
                self.name,
                f"the weight `{name}` has shape {array.shape}, the layer's settings ask for ({wanted})",
                "The file is inconsistent: save the model again",
            )
        return array


@dataclass(frozen=True)
class Emitter:
    """Adds one layer's nodes to the Graph and keeps what they round.

    Args:
        builder: of the Graph.
        layer: whose nodes these are.
        notes: of the whole network; grows.
    """

    builder: GraphBuilder
    layer: str
    notes: list[Approximation] = field(default_factory=list)

    def add(self, op: Operation, *inputs: str, suffix: str = "") -> str:
        """Append a node, called after the layer; returns its name."""
        name = f"{self.layer}_{suffix}" if suffix else self.layer
        try:
            size = prod(op.shape([self.shape(node) for node in inputs]))
        except OperationError:
            size = 0  # the builder says what is wrong, with the layer's name
        if size > MOST_VALUES:
            raise FpgamlError(self.layer, f"its output has {size} values, more than {MOST_VALUES}")
        return self.builder.add(op, *inputs, name=name, source=self.layer)

    def note(self, what: str) -> None:
        """Record that something was rounded."""
        if not any(n.layer == self.layer and n.what == what for n in self.notes):
            self.notes.append(Approximation(self.layer, what))

    def shape(self, node: str) -> Shape:
        """A node's shape, without a batch axis."""
        return self.builder.shape(node)

    def uniform(self, node: str) -> FixedType:
        """The smallest single type of a node's values; one bit where they are all zero."""
        kind = self.builder.type(node).uniform()
        return kind if int(kind.width) > 0 else FixedType(0, 1, 0)

    def constant(self, value: ArrayLike, like: str, suffix: str) -> str:
        """A constant number with the rank of node `like`, to be combined with it."""
        shape = (1,) * len(self.shape(like))
        return self.add(Constant(FixedArray.from_float(np.full(shape, value))), suffix=suffix)

    def scale(self, x: str, factor: ArrayLike, offset: ArrayLike, suffix: str, what: str = "") -> str:
        """x * factor + offset, the constants rounded where they have too many bits.

        Args:
            factor, offset: scalars, or arrays with the rank of x.
            what: names the constants in the Approximation.
        """
        ones = (1,) * len(self.shape(x))
        wide_factor, wide_offset = (np.asarray(v, dtype=np.float64) for v in (factor, offset))
        kept_factor = significant(wide_factor.reshape(wide_factor.shape or ones), SCALE_BITS)
        product = int(self.uniform(x).fractional) + kept_factor.normalised().fractional
        kept_offset = on_grid(wide_offset.reshape(wide_offset.shape or ones), max(product, grid_of(wide_offset)))
        if not (same(kept_factor, wide_factor) and same(kept_offset, wide_offset)):
            self.note(
                f"{what or suffix}: factor rounded to {SCALE_BITS} significant bits, offset to the product's step"
            )
        return self.add(Scale(kept_factor, kept_offset), x, suffix=suffix)


def grid_of(values: NDArray[np.float64], bits: int = BIAS_BITS) -> int:
    """The fractional bits that give the largest of the values `bits` significant bits."""
    largest = float(np.abs(values).max()) if values.size else 0.0
    return bits - int(np.frexp(largest)[1]) if largest else 0


def on_grid(values: ArrayLike, fractional: int) -> FixedArray:
    """Values rounded to the nearest multiple of 2**-fractional, ties to even."""
    integers = np.rint(np.ldexp(np.asarray(values, dtype=np.float64), fractional))
    return FixedArray.from_float(np.ldexp(integers, -fractional))


def significant(values: ArrayLike, bits: int) -> FixedArray:
    """Each value rounded to that many significant bits of its own."""
    mantissa, exponent = np.frexp(np.asarray(values, dtype=np.float64))
    return FixedArray.from_float(np.ldexp(np.rint(np.ldexp(mantissa, bits)), exponent - bits))


def tensor(out: Emitter, values: NDArray[Any], bits: int, what: str) -> FixedArray:
    """An unquantised tensor, rounded to `bits` bits counted from its largest entry."""
    wide = np.asarray(values, dtype=np.float64)
    exact = FixedArray.from_float(wide)
    if _width(exact) <= bits:
        return exact
    kept = on_grid(wide, grid_of(wide, bits))
    if not same(kept, wide):
        out.note(f"{what}: float32 values rounded to {bits} bits below the largest")
    return kept


def _width(values: FixedArray) -> int:
    return magnitude(values.normalised().integers).bit_length()


def same(kept: FixedArray, wide: ArrayLike) -> bool:
    """Whether rounding changed nothing."""
    return bool((kept.to_float().reshape(-1) == np.asarray(wide, dtype=np.float64).reshape(-1)).all())


def only_input(layer: Layer) -> str:
    """The node that feeds a layer with one input.

    Raises:
        FpgamlError: it has another number of inputs.
    """
    if len(layer.inputs) != 1:
        raise FpgamlError(layer.name, f"{layer.kind} takes one input, the file gives {len(layer.inputs)}")
    return layer.inputs[0]


def whole(values: Sequence[Any] | int, rank: int) -> tuple[int, ...]:
    """A setting that is one number or one per axis, as one per axis."""
    return (int(values),) * rank if isinstance(values, int | float) else tuple(int(v) for v in values)
