"""Numbers before any synthesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from fpgaml.record.base import Above, Count, Fact, Interval, Kind, Positive, absent
from fpgaml.record.timetable import Timetable


class Estimate(Fact):
    """Resources of the core, and timing with its shell, by fpgaml's own models."""

    kind: Literal[Kind.ESTIMATE] = Kind.ESTIMATE
    lut: Count
    ff: Count
    dsp: Count
    bram: Count = 0
    """Blocks of 18 kbit, of the tables that are memories."""
    layers: Mapping[str, Count]
    """LUTs by layer."""
    latency_cycles: Positive
    latency_ns: Above
    interval_cycles: Interval
    timetable: Timetable | None = Field(default=None, exclude_if=absent)
    """Of a streaming core."""


class Requantisation(Fact):
    """What multiplying sums back to codes takes in an integer model, if fully unrolled."""

    kind: Literal[Kind.ESTIMATE] = Kind.ESTIMATE
    exact: bool
    multipliers: Count
    longest_factor_bits: Count
    lut: Count
    lut_of_all: Count
