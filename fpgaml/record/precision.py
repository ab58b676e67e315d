"""How numbers were rounded: those that a model keeps in floating point, as asked for or by data, or its own ones."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fpgaml.record.base import Count, Fact, Name

How = Literal["given", "calibrated", "narrowed"]
"""By `--precision` or a configuration of hls4ml, by `--calibrate`, by `--narrow`."""


class PrecisionChoice(Fact):
    """The type that a tensor got."""

    layer: Name
    """Of the source model; an activation inside of a layer is called as in hls4ml, such as `dense_relu`."""
    part: Literal["weight", "bias", "scale", "result", "table", "argument"]
    type: Name
    saturated: Count = 0
    """Constants that lie beyond the type."""


class Precision(Fact):
    """What was asked for, and what each tensor got; a result that its type already held exactly is not listed."""

    how: How
    asked: tuple[Name, ...]
    """As the user wrote it."""
    choices: tuple[PrecisionChoice, ...] = Field(min_length=1)
