"""Simulations of a project's RTL in the record: with the bench, and in bulk."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, computed_field

from fpgaml.record.base import Count, Fact, Hexadecimal, Interval, Kind, Name, NotNegative, Positive, absent, empty

Percent = Annotated[int, Field(ge=0, le=100)]


class FirstWrong(Fact):
    """The first wrong frame; where frames are only missing, without the rest."""

    frame: Count
    output: Name | None = Field(default=None, exclude_if=absent)
    element: Annotated[int, Field(ge=-1)] | None = Field(default=None, exclude_if=absent)
    """Index in C order; -1 for bits that carry no element."""
    bit: Count | None = Field(default=None, exclude_if=absent)
    expected: Name | None = Field(default=None, exclude_if=absent)
    """Bits of the element, the highest first."""
    got: Name | None = Field(default=None, exclude_if=absent)


class BenchCheck(Fact):
    """One check of the bench."""

    name: Name
    status: Literal["passed", "failed", "not applicable"]
    message: str
    """Why it failed, or does not apply; of one that passed, how much of what there is was simulated, if not all."""
    frames: Count
    """Results that were compared."""
    cycles: Count
    seconds: NotNegative
    """Wall time of simulation."""
    first: FirstWrong | None


class Cycles(Fact):
    """Latency and interval in cycles; null where nothing is declared or measured."""

    latency: Count | None
    interval: Interval | None
    drain: Count | None = Field(default=None, exclude_if=absent)
    """Of a streaming core: cycles to the last beat of a result."""
    fifo: Count | None = Field(default=None, exclude_if=absent)
    """Of a streaming core: beats of results that the shell's FIFO holds, and the most that were seen in it."""


class Measured(Cycles):
    """What the bench measured."""

    frames_per_second: NotNegative | None
    """Of simulation, at full load."""


class VendorTiming(Fact):
    """Of RTL that a vendor's tool wrote: the timing that the tool itself states; null where it states none."""

    kind: Literal[Kind.HLS_CSYNTH] = Kind.HLS_CSYNTH
    tool: Name
    """With its version, where that is known."""
    source: Name
    """Where it is stated: a report's name, or an attribute in the Verilog."""
    latency: Count | None
    """The worst case, in cycles."""
    interval: Count | None
    """The largest, in cycles."""


class Cosim(Fact):
    """One run of the bench."""

    kind: Literal[Kind.SIMULATED] = Kind.SIMULATED
    simulator: Name
    """As cocotb's makefiles call it."""
    tool: Name
    """The simulator with its version."""
    chosen: str = Field(default="", exclude_if=lambda text: not text)
    """Why this simulator was taken; empty where it was asked for, or the only one there was."""
    cocotb: Name
    shell: Name
    hdl: Literal["verilog", "vhdl"]
    seed: Count
    edited: tuple[Name, ...]
    """Files that had been edited by then; they were simulated as they were."""
    declared: Cycles
    measured: Measured
    checks: tuple[BenchCheck, ...] = Field(min_length=1)
    vendor: VendorTiming | None = Field(default=None, exclude_if=absent)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether no check of the bench failed."""
        return all(check.status != "failed" for check in self.checks)


class WrongBit(Fact):
    """The first wrong bit of a bulk run."""

    frame: Count
    output: Name
    element: Count
    """Index in C order."""
    bit: Count
    expected: Hexadecimal
    """Raw bits of the element."""
    got: Hexadecimal


class DeclaredInBulk(Fact):
    """In cycles."""

    latency: Count
    interval: Interval


class MeasuredInBulk(Fact):
    """Null where it was not measured: pauses hide latency and interval."""

    latency: Count | NotNegative | None
    """In cycles."""
    interval: Count | NotNegative | None
    """In cycles; the mean."""
    frames_per_second: NotNegative | None
    """Of the simulation alone, on all its processes."""
    frames_per_second_whole: NotNegative | None
    """With making inputs, what was expected, and the comparison."""


class Bulk(Fact):
    """The last run in bulk."""

    kind: Literal[Kind.SIMULATED] = Kind.SIMULATED
    tool: Name
    """The simulator with its version."""
    shell: Name
    seed: Count
    """Of made-up inputs and of pauses."""
    data: str
    """Name of the file of events; empty where they were made up."""
    gap_percent: Percent
    """How often the source held back, of the cycles in which it could offer."""
    stall_percent: Percent
    """How often the sink was not ready, of all cycles."""
    processes: Positive
    passed: bool
    edited: tuple[Name, ...]
    """Files that had been edited by then; they were simulated as they were."""
    frames: Count
    """Results that were compared."""
    cycles: Count
    declared: DeclaredInBulk
    measured: MeasuredInBulk
    seconds: NotNegative
    """Wall time of all but compiling."""
    simulation_seconds: NotNegative
    """Of these the simulation alone, had its processes cores of their own."""
    compile_seconds: NotNegative | None
    """Null where the program had been compiled by an earlier run."""
    graph_by: str = Field(default="", exclude_if=empty)
    """Who computed what was expected, where not the interpreter alone."""
    problem: str
    """What is wrong besides the values of a result; empty if nothing is."""
    first: WrongBit | None
