"""Monotone outputs in the record: what was claimed of a Graph, how it was proved or broken, and how steep it is."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from fpgaml.record.base import Count, Fact, Name, NotNegative, absent
from fpgaml.record.verdict import Status


class Direction(StrEnum):
    """Of an output as an element of an input rises and nothing else moves."""

    NON_DECREASING = "non-decreasing"
    NON_INCREASING = "non-increasing"

    @property
    def sign(self) -> int:
        """1 or -1."""
        return 1 if self is Direction.NON_DECREASING else -1


class ClaimStatus(StrEnum):
    """What is known of a claim."""

    PROVED = "proved"
    """For every input."""
    BROKEN = "broken"
    """There is an input where it is not so."""
    NOT_PROVED = "not proved"
    """Neither is known."""


class Method(StrEnum):
    """How it is known."""

    INTERVALS = "intervals"
    """The change in one step was bounded through every operation, in boxes that hold all inputs together."""
    EXHAUSTION = "exhaustion"
    """Every input was run."""


def place(tensor: str, index: tuple[int, ...]) -> str:
    """An element of a tensor: `features[0]`."""
    return f"{tensor}[{', '.join(map(str, index))}]"


class Element(Fact):
    """An element of an input, and its value."""

    input: Name
    index: tuple[Count, ...]
    raw: int
    """In units of 2**-fractional."""
    fractional: int

    @property
    def place(self) -> str:
        """`features[0]`."""
        return place(self.input, self.index)

    @property
    def value(self) -> float:
        """As a number."""
        return self.raw * 2.0**-self.fractional


class Breach(Fact):
    """Two inputs, one step of the claimed element apart, between which the output goes the wrong way."""

    elements: tuple[Element, ...]
    """Of the first; those that are zero are left out."""
    output_index: tuple[Count, ...]
    before: float
    after: float
    """What the interpreter gives, in output units."""


class Monotonicity(Fact):
    """One claim: an output of the Graph in one element of an input, whatever all other elements are."""

    output: Name
    """All of its elements are meant."""
    input: Name
    index: tuple[Count, ...]
    direction: Direction
    standing: ClaimStatus
    method: Method
    space_bits: NotNegative
    """There are 2 to the power of this many different inputs."""
    looked: Count
    """Boxes, or inputs that were run (those that two pieces of the work share twice)."""
    seconds: NotNegative
    least_slope: float | None = Field(default=None, exclude_if=absent)
    most_slope: float | None = Field(default=None, exclude_if=absent)
    """(change of the output) / (change of the element) lies between both, for every input; bounds by intervals, the
    extremes themselves by exhaustion."""
    breach: Breach | None = Field(default=None, exclude_if=absent)
    note: str = ""
    """Why neither is known."""

    @model_validator(mode="after")
    def _broken_by_something(self) -> Self:
        if (self.standing is ClaimStatus.BROKEN) != (self.breach is not None):
            raise ValueError("a claim is broken by an input, and only a broken one is")
        return self

    @property
    def element(self) -> str:
        """The element: `features[0]`."""
        return place(self.input, self.index)

    @property
    def name(self) -> str:
        """What is claimed, in words."""
        return f"{self.output} {self.direction} in {self.element}"

    @property
    def status(self) -> Status:
        """What it counts in a verdict: what was asked for and is not proved keeps a project from being so."""
        return {
            ClaimStatus.PROVED: Status.EXACT,
            ClaimStatus.BROKEN: Status.FAILED,
            ClaimStatus.NOT_PROVED: Status.NOT_CHECKED,
        }[self.standing]
