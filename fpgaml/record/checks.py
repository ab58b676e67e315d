"""The checks of a proof in the record: what was compared, by whom, and the first difference."""

from __future__ import annotations

from pydantic import Field

from fpgaml.emulator.titles import is_of_graph
from fpgaml.record.base import Above, Count, Fact, Kind, Name, NotNegative, Positive, absent, empty
from fpgaml.record.verdict import Status

SOURCE_CHECK = "source model = Graph"
"""The name of the first hop."""


class Difference(Fact):
    """One value that differs."""

    event: Count
    position: tuple[Count, ...]
    expected: float
    got: float
    expected_raw: int | None
    """In units of 2**-fractional; null for a floating-point value."""
    got_raw: int
    fractional: int


class Bin(Fact):
    """Differences of one size, in LSB."""

    over: NotNegative
    up_to: NotNegative | None
    """Null: without end."""
    below: Count
    """How many are negative: less than expected."""
    above: Count


class Spread(Fact):
    """Differences by size; equal values are not among them."""

    lsb: Above | None
    """In output units; null where it differs by element."""
    bins: tuple[Bin, ...]
    """Those that hold something, ascending; eight an octave, whole numbers of LSB up to 16 in a bin each."""


class Comparison(Fact):
    """What comparing one tensor found."""

    name: Name
    exact: bool
    equal_as_recorded: bool
    recorded_as: str
    """The floating-point format of the expected values, where it is narrower than float64."""
    events: Count
    values: Count
    differing_events: Count
    differing_values: Count
    largest_lsb: NotNegative
    largest: NotNegative
    """In output units."""
    first: Difference | None
    spread: Spread | None = Field(default=None, exclude_if=absent)
    """None where all is equal."""

    @classmethod
    def equal(cls, name: str, events: int, elements: int) -> Comparison:
        """A comparison in which every bit was equal, of tensors of so many elements."""
        return cls(
            name=name,
            exact=True,
            equal_as_recorded=True,
            recorded_as="",
            events=events,
            values=events * elements,
            differing_events=0,
            differing_values=0,
            largest_lsb=0.0,
            largest=0.0,
            first=None,
        )


class Check(Fact):
    """One hop of the proof."""

    name: Name
    kind: Kind = Kind.SIMULATED
    status: Status
    oracle: str
    """Who gave the expected values."""
    note: str
    outputs: tuple[Comparison, ...] = ()
    layers: tuple[Comparison, ...] = ()
    input_rounding: tuple[Comparison, ...] = ()
    """Outputs of events whose inputs their type rounds."""

    @property
    def on_bits(self) -> bool:
        """Whether it is a hop from the Graph on: equal means every bit."""
        return is_of_graph(self.oracle)

    @property
    def compared(self) -> dict[str, Comparison]:
        """The outputs by name."""
        return {output.name: output for output in self.outputs}


class FewerBits(Fact):
    """What so many bits less would do to the values that a quantizer gave."""

    bits: Positive
    """How many less, at the top or at the bottom."""
    clipped: Count
    """Values that do not fit without as many top bits."""
    rounded: Count
    """Values that change without as many bottom bits, rounded once more in the same way."""
    largest_lsb: NotNegative
    """The largest such change, in units of the present least significant bit."""
    rms_lsb: NotNegative
    """Root of the mean square of the changes, over all values."""


class QuantizerUse(Fact):
    """What one quantizer did to all values that it saw."""

    node: Name
    layer: str
    is_input: bool
    quantizer: Name
    values: Count
    outside: Count
    """Out of the type's range after rounding."""
    smallest_before: float
    largest_before: float
    smallest_after: float
    largest_after: float
    range_used: NotNegative
    unused_bits: int
    """Top bits that were never needed; negative for bits that are missing."""
    sign_unused: bool
    dropped_elements: Count
    kind: Kind = Kind.SIMULATED
    remark: str
    """What a designer would want to know; empty where all is well."""
    lowest: float | None = Field(default=None, exclude_if=absent)
    highest: float | None = Field(default=None, exclude_if=absent)
    """Ends of the type that holds every element's, in real units."""
    fewer: tuple[FewerBits, ...] = Field(default=(), exclude_if=empty)
    """One bit less and more, as far as there are bits."""


class InputRounding(Fact):
    """What bringing recorded data into the type of an input does to it."""

    name: Name
    kind: Kind = Kind.SIMULATED
    values: Count
    changed: Count
    largest: NotNegative
