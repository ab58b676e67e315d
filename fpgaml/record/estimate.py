"""Numbers before any synthesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fpgaml.record.base import Above, Count, Fact, Interval, Kind, Name, Positive, absent, empty
from fpgaml.record.synthesis import Resource, ResourceName
from fpgaml.record.timetable import Pipeline, Timetable

UNITS: Mapping[str, str] = {
    "LUT": "LUT of six inputs",
    "FF": "register",
    "DSP": "multiplier",
    "BRAM": "block RAM of 18 kbit",
    "URAM": "UltraRAM",
}
"""What an estimate counts, on whatever device."""


class LayerCost(Fact):
    """What one layer takes; None where that is not estimated."""

    lut: Count | None = Field(default=None, exclude_if=absent)
    ff: Count | None = Field(default=None, exclude_if=absent)
    dsp: Count | None = Field(default=None, exclude_if=absent)
    bram: Count | None = Field(default=None, exclude_if=absent)
    """Blocks of 18 kbit."""


def _luts_alone(layers: Any) -> Any:
    """Older records hold a layer's LUTs as a number."""
    if not isinstance(layers, Mapping):
        return layers
    return {name: {"lut": each} if isinstance(each, int) else each for name, each in layers.items()}


class Estimate(Fact):
    """Resources of the core, and timing with its shell, by fpgaml's own models; None: not estimated, and why not."""

    kind: Literal[Kind.ESTIMATE] = Kind.ESTIMATE
    lut: Count | None
    ff: Count | None
    dsp: Count | None
    bram: Count | None = 0
    """Blocks of 18 kbit."""
    layers: Annotated[Mapping[str, LayerCost], BeforeValidator(_luts_alone)]
    """By layer, in the order of the network."""
    available: Mapping[ResourceName, Count] = Field(default_factory=dict, exclude_if=empty)
    """What the device holds, as far as it is known; block RAM in blocks of 18 kbit."""
    latency_cycles: Positive | None
    latency_ns: Above | None
    interval_cycles: Interval | None
    timetable: Timetable | None = Field(default=None, exclude_if=absent)
    """Of a streaming core."""
    pipeline: Pipeline | None = Field(default=None, exclude_if=absent)
    """Of an unrolled core; older records do not have it."""
    missing: Mapping[Name, Name] = Field(default_factory=dict, exclude_if=empty)
    """Why a number is not there, by the name of its member."""
    notes: tuple[Name, ...] = Field(default=(), exclude_if=empty)
    """What the reader of the numbers must know."""

    @property
    def resources(self) -> tuple[Resource, ...]:
        """What is used of what the device holds; what is not estimated is left out."""
        used = {"LUT": self.lut, "FF": self.ff, "DSP": self.dsp, "BRAM": self.bram}
        return tuple(
            Resource(name=name, used=count, unit=UNITS[name], available=self.available.get(name))
            for name, count in used.items()
            if count is not None
        )


class Requantisation(Fact):
    """What multiplying sums back to codes takes in an integer model, if fully unrolled."""

    kind: Literal[Kind.ESTIMATE] = Kind.ESTIMATE
    exact: bool
    multipliers: Count
    longest_factor_bits: Count
    lut: Count
    lut_of_all: Count
