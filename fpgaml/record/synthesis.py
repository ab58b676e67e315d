"""What `fpgaml synth` found, in the record: one entry a kind, family, part and hierarchy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, computed_field

from fpgaml.record.base import Above, Count, Fact, Kind, Name, NotNegative, Positive, Sha256

ResourceName = Annotated[str, StringConstraints(pattern="^(LUT|LUTRAM|FF|DSP|BRAM|URAM|carry)$")]


class Resource(Fact):
    """How much of one resource is used."""

    name: ResourceName
    used: Count
    unit: Name
    """What is counted."""
    available: Count | None
    """What the device holds; null if that is not known."""

    @property
    def fits(self) -> bool | None:
        """Whether the device holds as much; None if that is not known."""
        return None if self.available is None else self.used <= self.available


class ModuleRow(Fact):
    """All instances of a module together, without the modules inside."""

    name: Name
    instances: Positive
    resources: Mapping[ResourceName, Count]


class CriticalPath(Fact):
    """What limits the clock."""

    start: Name
    end: Name
    logic_ns: NotNegative
    routing_ns: NotNegative


class Timing(Fact):
    """The highest clock of a routed design."""

    clock_mhz: Above
    """What was aimed at."""
    fmax_mhz: Above
    """What was reached."""
    met: bool
    binding: bool
    """Whether the clock is that of the project's own board, so that missing it is a failure."""
    critical_path: CriticalPath
    wrapper: Mapping[ResourceName, Count]
    """What was put around the ports and taken off the resources."""


class Synthesis(Fact):
    """One run."""

    kind: Literal[Kind.POST_SYNTHESIS, Kind.POST_ROUTE]
    tools: Annotated[Mapping[str, Name], Field(min_length=1)]
    """Those that took part, with versions; the last one gave the numbers."""
    family: Name
    board: str
    """The board that is compared with; empty if none is known."""
    part: str
    hierarchy: Literal["flattened", "kept"]
    sources_sha256: Sha256
    """Of the names and contents of the sources."""
    edited: bool
    """Whether files of the project had changed since it was generated."""
    resources: tuple[Resource, ...]
    cells: Mapping[str, Count]
    """The synthesis' own cells by type."""
    modules: tuple[ModuleRow, ...]
    timing: Timing | None
    """Of a routed design."""
    notes: tuple[Name, ...]
    """What the reader of the numbers must know."""
    seconds: NotNegative

    @property
    def key(self) -> tuple[str, ...]:
        """A run of the same key takes this one's place."""
        return self.kind, self.family, self.part, self.hierarchy

    @property
    def too_large(self) -> tuple[Resource, ...]:
        """The resources that the device has too few of."""
        return tuple(resource for resource in self.resources if resource.fits is False)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def fits(self) -> bool | None:
        """Whether the device holds the design; null if its capacity is not known."""
        if self.too_large:
            return False
        return True if any(resource.fits for resource in self.resources) else None

    @property
    def passed(self) -> bool:
        """Whether nothing that was asked for is missed."""
        return self.fits is not False and (self.timing is None or self.timing.met or not self.timing.binding)
