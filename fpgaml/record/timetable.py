"""When each part of a core works, how it is folded and what that costs; known before HDL is written."""

from __future__ import annotations

from pydantic import Field

from fpgaml.record.base import Count, Fact, Interval, Name, Positive, absent


class Row(Fact):
    """A stage."""

    name: Name
    """Of the layer, as the model calls it, where it has one."""
    engine: Name
    """What it is made of, in a word: map, sliding, accumulate, serial, join, widen, narrow, unrolled."""
    beats: Positive
    """Of a frame, as they leave."""
    lanes: Positive
    """Elements a beat."""
    copies: Positive = 1
    """Kernels side by side."""
    folding: str = ""
    """How the work is shared in time, in words; empty where nothing is shared."""
    lut: Count
    ff: Count
    dsp: Count = 0
    bram: Count = 0
    """Blocks of 18 kbit."""
    rom_bits: Count = 0
    """Of coefficients that change with the phase."""
    buffer_bits: Count = 0
    """Of what the stage remembers: windows, lines, tensors."""
    fifo_depth: Count = 0
    """Beats that wait for it at most."""
    start: Count | None = Field(default=None, exclude_if=absent)
    """The cycle in which it begins with a frame, counted as `first` is; older records do not say."""
    first: Count
    """The cycle of the first beat that leaves, counted from the first beat of the frame at the core's input."""
    last: Count
    """Of the last one."""


class Choice(Fact):
    """A schedule in brief."""

    what: Name
    """What is done otherwise than in the one chosen, or what was chosen."""
    interval: Interval
    latency: Positive
    """Cycles to the first beat of the result."""
    lut: Count
    dsp: Count = 0
    bram: Count = 0


class Timetable(Fact):
    """A streaming core in time, in cycles of its clock."""

    asked: str
    """In words; empty where nothing was asked."""
    continuous: bool = Field(default=False, exclude_if=lambda endless: not endless)
    """Whether the stream has no end; older records do not say."""
    interval: Interval
    """Cycles between frames; continuous: between results."""
    latency: Positive
    """From the first beat of a frame to the first beat of its result; continuous: from a window's last beat."""
    rows: tuple[Row, ...] = Field(min_length=1)
    """The stages, in the order of the network."""
    cheaper: Choice | None = Field(default=None, exclude_if=absent)
    """The next cheaper schedule; it does not hold what was asked."""
    faster: Choice | None = Field(default=None, exclude_if=absent)
    """The next faster one."""
    notes: tuple[str, ...] = ()
    """What else there is to say: padding, tensors that are gathered, and why."""


class Stages(Fact):
    """Where a layer of an unrolled core is in its pipeline: from the first stage with logic of its own to the last."""

    name: Name
    first: Count
    """Stage s lies between register ranks s and s + 1."""
    last: Count


class Pipeline(Fact):
    """An unrolled core in time: a frame enters every cycle, and moves on by a stage."""

    latency: Positive
    """Register ranks of the core."""
    layers: tuple[Stages, ...]
    """Those that have logic, in the order of the network."""
