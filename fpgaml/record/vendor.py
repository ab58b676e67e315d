"""What vendors' tools reported of a project: one entry a report file, and the files that could not be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, computed_field

from fpgaml.record.base import Above, Count, Fact, Kind, Name, NotNegative, Sha256, absent, empty
from fpgaml.record.synthesis import Resource, ResourceName

Finite = Annotated[float, Field(allow_inf_nan=False)]
TimingCheck = Literal["setup", "hold", "recovery", "removal", "pulse width"]
ReportKind = Literal[Kind.ESTIMATE, Kind.SIMULATED, Kind.HLS_CSYNTH, Kind.POST_SYNTHESIS, Kind.POST_ROUTE]


class CycleRange(Fact):
    """Cycles as a tool states them; null where it states none, such as with loops whose bounds it does not know."""

    best: Count | None
    average: NotNegative | None = Field(default=None, exclude_if=absent)
    worst: Count | None


class HlsClock(Fact):
    """The clock of a high-level synthesis, in ns."""

    target_ns: Above
    uncertainty_ns: NotNegative | None
    """What is kept back of the target; null if the report does not say."""
    estimated_ns: Above
    """The longest path as the tool estimates it, before any synthesis of gates."""

    @property
    def met(self) -> bool:
        """Whether the estimate keeps to the target less its uncertainty."""
        return self.estimated_ns <= self.target_ns - (self.uncertainty_ns or 0.0) + 1e-9


class Slack(Fact):
    """How one kind of timing check came out."""

    check: TimingCheck
    clock: str
    """Empty: the whole design."""
    corner: str
    """Such as `Slow 900mV 100C`; empty: the worst of all that were analysed."""
    worst_ns: Finite
    """Negative where the check is missed: WNS, WHS, WPWS."""
    total_ns: Finite | None
    """The sum over the endpoints that miss it: TNS, THS, TPWS; null if not stated."""
    failing: Count | None
    """Endpoints that miss it."""
    endpoints: Count | None
    """All of them."""


class Clock(Fact):
    """A clock of the design."""

    name: Name
    period_ns: Above | None
    """As constrained; null if the report does not say."""
    fmax_mhz: Above | None = Field(default=None, exclude_if=absent)
    """The highest frequency that the tool states, of its worst corner."""


class ReportedTiming(Fact):
    """A static timing analysis."""

    met: bool | None
    """As the tool says; null where no clock is constrained, which is no pass. Before routing, delays are estimates."""
    said: Name
    """The tool's own verdict, or why there is none."""
    clocks: tuple[Clock, ...]
    slacks: tuple[Slack, ...]
    """Of the whole design where the report has them, then clock by clock."""

    def worst(self, check: str) -> Slack | None:
        """The smallest slack of a kind of check; of the whole design before a clock's of the same slack."""
        return min((each for each in self.slacks if each.check == check), key=lambda each: each.worst_ns, default=None)


class Power(Fact):
    """An estimate of power, in W."""

    total_w: NotNegative
    dynamic_w: NotNegative
    static_w: NotNegative
    confidence: Name
    """The tool's own word: Low, Medium or High; it depends on how much activity was given."""
    parts: Mapping[str, NotNegative] = Field(default_factory=dict)
    """By kind: Clocks, Signals, Block RAM and so on; static power is not among them."""


class ReportRow(Fact):
    """A module or an instance of the design."""

    name: Name
    module: str
    depth: Count
    """How deep it lies: 0 is the top, which includes all others where `inclusive`."""
    inclusive: bool
    """Whether its numbers hold those of what lies in it."""
    resources: Mapping[ResourceName, Count]
    latency: CycleRange | None = Field(default=None, exclude_if=absent)
    interval: CycleRange | None = Field(default=None, exclude_if=absent)
    power_w: NotNegative | None = Field(default=None, exclude_if=absent)


class VendorReport(Fact):
    """One report of a vendor's tool.

    A number that the report does not hold is absent: nothing is set to zero for it.
    """

    file: Name
    """Relative to the folder that it was found in."""
    sha256: Sha256
    format: Name
    """Which report of which tool it is."""
    kind: ReportKind
    """Of its numbers; power is an estimate whatever the state of the design."""
    tool: Name
    version: str
    """Empty where the report does not say."""
    state: str
    """Of the design, in the tool's word: Optimized, Placed, Routed; empty where there is none."""
    part: str
    """As the report names it; empty where it does not."""
    top: str
    """The top module or function; empty where the report does not say."""
    made: str
    """When, as the report says; empty where it does not."""
    edited: bool = False
    """Whether files of the project had changed since it was generated."""
    resources: tuple[Resource, ...] = ()
    """BRAM of AMD in blocks of 18 kbit: a tile of 36 kbit is two, half a tile one."""
    latency: CycleRange | None = Field(default=None, exclude_if=absent)
    """In cycles."""
    interval: CycleRange | None = Field(default=None, exclude_if=absent)
    """In cycles: min and max as best and worst."""
    clock: HlsClock | None = Field(default=None, exclude_if=absent)
    timing: ReportedTiming | None = Field(default=None, exclude_if=absent)
    power: Power | None = Field(default=None, exclude_if=absent)
    passed: bool | None = Field(default=None, exclude_if=absent)
    """What a simulation came to; null of other reports."""
    rows: tuple[ReportRow, ...] = Field(default=(), exclude_if=empty)
    notes: tuple[Name, ...] = Field(default=(), exclude_if=empty)
    """What the reader of the numbers must know."""

    @property
    def source(self) -> str:
        """The tool with its version."""
        return f"{self.tool} {self.version}".rstrip()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def fits(self) -> bool | None:
        """Whether the device holds the design; null if the report does not tell."""
        known = [resource.fits for resource in self.resources if resource.fits is not None]
        return all(known) if known else None


class UnusedReport(Fact):
    """A file that looks like a report, and why none of its numbers is used."""

    file: Name
    reason: Name


def replaced(old: tuple[VendorReport, ...], new: tuple[VendorReport, ...]) -> tuple[VendorReport, ...]:
    """Reports with newer ones in the place of those of the same file, or of the same content."""
    files, contents = {each.file for each in new}, {each.sha256 for each in new}
    kept = [each for each in old if each.file not in files and each.sha256 not in contents]
    return (*kept, *new)
