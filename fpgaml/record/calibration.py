"""How a float network's types were found on data, what they cost in accuracy, and what other types would."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fpgaml.record.base import Count, Fact, Kind, Name, NotNegative, Positive, absent, empty


class TensorChoice(Fact):
    """What was seen of a tensor, and the bits that it got."""

    layer: Name
    part: Name
    low: float
    high: float
    """The ends of its values on the events (of constants, of all)."""
    seen: bool
    """Whether it was seen on events; else its ends are of interval arithmetic."""
    bits: Positive


class OneBit(Fact):
    """The largest distance of the outputs with one bit more or fewer, in output units."""

    fewer: NotNegative
    more: NotNegative


class LayerDistance(Fact):
    """A layer's values against those of the float network, and what one bit would do to the outputs."""

    layer: Name
    largest: NotNegative | None
    """The largest distance, in the layer's own units; None for an activation inside of a layer."""
    magnitude: NotNegative | None
    """The largest absolute value of the float network there."""
    outputs: OneBit | None = Field(default=None, exclude_if=absent)
    """None where the layer has no number of bits of its own."""


class Calibration(Fact):
    """Of `--calibrate`."""

    kind: Literal[Kind.SIMULATED] = Kind.SIMULATED
    goal: Name
    headroom: Count
    """Integer bits beyond what the events need."""
    events: Positive
    """That the ranges were seen on."""
    searched: Positive
    """Of these, that every try was run on."""
    reference: Name
    """Who gave the float answers."""
    reference_distance: NotNegative | None = Field(default=None, exclude_if=absent)
    """How far they are from the framework's own or recorded answers, in output units; None: these were not asked."""
    graph_by: str = Field(default="", exclude_if=empty)
    """Who computed the network's own answers to all events, where not the interpreter."""
    everywhere: Positive
    """The fewest bits for every tensor that meet the goal."""
    tries: Positive
    """How many networks were run."""
    all_tried: bool
    """Whether fewer bits were tried for every tensor."""
    distance: NotNegative
    """The largest distance of the outputs from the float answers on all events, in output units."""
    used: float
    """How much of what is allowed is used up on all events: above 1, events that were not searched exceed it."""
    auc_loss: float | None = Field(default=None, exclude_if=absent)
    """Of the worst output, where labels decided."""
    outputs: OneBit
    """One bit fewer or more for every tensor."""
    tensors: tuple[TensorChoice, ...]
    layers: tuple[LayerDistance, ...]
