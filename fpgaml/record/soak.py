"""Random events at depth in the record: how many were compared, with what, and what is wrong."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, computed_field

from fpgaml.record.base import Count, Fact, Hexadecimal, Kind, Name, NotNegative, Positive, absent


class WrongValue(Fact):
    """An element that differs, or an event that firmware did not come through."""

    event: Count
    output: Name | None = Field(default=None, exclude_if=absent)
    """Absent where nothing came that could be compared."""
    element: Count | None = Field(default=None, exclude_if=absent)
    """Index in C order."""
    expected: Hexadecimal | None = Field(default=None, exclude_if=absent)
    """Raw bits."""
    got: Hexadecimal | None = Field(default=None, exclude_if=absent)
    problem: str
    """What happened in place of a result; empty where values differ."""

    @property
    def what(self) -> str:
        """In words, without the event."""
        return self.problem or f"{self.output}[{self.element}]: expected {self.expected}, got {self.got}"

    def __str__(self) -> str:
        return f"event {self.event:,}{': ' if self.problem else ', '}{self.what}"


class InputValue(Fact):
    """An element of an input that is not zero."""

    input: Name
    element: Count
    """Index in C order."""
    raw: int
    """In units of 2**-fractional."""
    fractional: int


class SmallestEvent(Fact):
    """The smallest input found on which firmware still differs."""

    events: Positive
    """One; or more, where an event is wrong only behind those before it."""
    wrong: WrongValue
    """Counted from the first of these events."""
    nonzero: Count
    """Elements of all inputs that are not zero."""
    inputs: tuple[InputValue, ...]
    """The first of these; of a single event only."""
    finished: bool
    """Whether no smaller step was left to try when the time was up."""
    file: Name
    """The events as a file of data, in the project."""
    command: Name
    """That tries it."""


class Soak(Fact):
    """The last stream of random events that was compared."""

    kind: Literal[Kind.SIMULATED] = Kind.SIMULATED
    check: Name
    tool: Name
    """What ran the firmware."""
    oracle: Name
    """Who computed what it must give."""
    seed: Count
    stream: Count
    """Version of the stream: of another one the events are others."""
    mix: Name
    asked: Positive
    """Events."""
    events: Count
    """Compared."""
    block_events: Positive
    """Events of a block; blocks are counted from 0, and event n is in block n // block_events."""
    values: Count
    """Elements of outputs that were compared."""
    differing_events: Count
    differing_values: Count
    checksum: Hexadecimal
    """Of all that the firmware gave; the same however the work was cut."""
    seconds: NotNegative
    """Wall time of all runs that it took."""
    events_per_second: NotNegative | None
    """Of the last run; null where it had nothing left to do."""
    edited: tuple[Name, ...]
    """Files that had been edited by then; they were run as they were."""
    stopped: str
    """Why not all that was asked for was compared; empty where it was."""
    first: WrongValue | None
    smallest: SmallestEvent | None = Field(default=None, exclude_if=absent)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def blocks(self) -> int:
        """That were compared, the last one perhaps in part."""
        return -(-self.events // self.block_events)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether events were compared, and every bit was equal."""
        return self.events > 0 and self.first is None
