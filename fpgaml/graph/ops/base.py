"""What every operation of the Graph offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.values import FixedArray

Shape = tuple[int, ...]

OPTIONAL = {"optional": True}
"""Metadata of a dataclass field that the JSON form leaves out where it has its default.

For fields that came later: a Graph without them has the same text, and the same hash, as before.
"""


class OperationError(ValueError):
    """An operation does not fit its inputs; the message says how."""


@dataclass(frozen=True)
class Operation(ABC):
    """One exact operation on fixed-point tensors.

    Its shape rule, its type rule and its interpreter rule stand side by side in its class. Tensors in
    `run` have a leading batch axis, which shapes and ranges do not have.
    """

    arity: ClassVar[int | None] = 1
    """How many inputs; None for one or more."""

    moves_only: ClassVar[bool] = False
    """Whether each element of the output is an element of an input, or zero, wherever it came from."""

    elementwise: ClassVar[bool] = False
    """Whether each element of the output depends only on the inputs' elements at its place (after broadcasting)."""

    @abstractmethod
    def shape(self, inputs: Sequence[Shape]) -> Shape:
        """The output's shape.

        Raises:
            OperationError: the inputs' shapes do not fit.
        """

    @abstractmethod
    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        """The output's value range and step.

        Raises:
            OperationError: the inputs' types do not fit.
        """

    @abstractmethod
    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        """The output, exactly."""

    def run_inside(self, inputs: Sequence[FixedArray], watch: Any) -> FixedArray:
        """As `run`; an operation that holds a Graph shows `watch` (as of `interpret`) every operation in it."""
        return self.run(inputs)

    def held(self, inputs: Sequence[Shape]) -> int:
        """How many values the largest tensor has that `run` makes of one event."""
        return prod(self.shape(inputs))


def require(condition: bool, message: str) -> None:
    """Raise an OperationError with `message` unless `condition` holds."""
    if not condition:
        raise OperationError(message)


def batch_of(inputs: Sequence[FixedArray]) -> int:
    """How many events some tensors have; what depends on no input comes with a batch of one, even beside none."""
    return next((x.shape[0] for x in inputs if x.shape[0] != 1), 1)


def normal_axis(axis: int, rank: int) -> int:
    """A possibly negative axis as one in [0, rank)."""
    require(-rank <= axis < rank, f"axis {axis} of a tensor with {rank} axes")
    return axis % rank


def fits_into(constant: Shape, shape: Shape) -> bool:
    """Whether a constant of one shape broadcasts to exactly the other."""
    trailing = shape[len(shape) - len(constant) :]
    return len(constant) <= len(shape) and all(c in (1, s) for c, s in zip(constant, trailing, strict=True))
