"""A number that was found of a project: what it says, its unit, its kind, its tool, and what it is for."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from fpgaml.record.base import Kind

STRENGTH = (
    *(Kind.DECLARED, Kind.ESTIMATE, Kind.HLS_CSYNTH, Kind.SIMULATED),
    *(Kind.POST_SYNTHESIS, Kind.POST_ROUTE, Kind.MEASURED),
)
"""From weak to strong, where numbers of several kinds answer the same question."""


class What(StrEnum):
    """What a number says; a resource is counted as `fpgaml boards` counts it: a RAMB36 is two blocks of BRAM."""

    LATENCY = "latency"
    INTERVAL = "initiation_interval"
    LUT = "lut"
    LUTRAM = "lutram"
    """LUTs that serve as memory or shift registers; they are among `lut`."""
    FF = "ff"
    DSP = "dsp"
    BRAM = "bram"
    URAM = "uram"
    FMAX = "fmax"
    """The highest clock."""
    SLACK = "slack"
    """Of the worst path, to the clock that was aimed at; negative: missed. `of`: the check, such as setup."""
    POWER = "power"
    EXACTNESS = "exactness"
    """The largest distance that a check found, in LSB; `of`: the check; `note`: its status."""
    ROC_AUC = "roc_auc"
    AUC_LOSS = "auc_loss"
    """Against the float network."""
    EFFICIENCY = "efficiency"
    """Share of the signal that is kept, at a false-positive rate."""
    ACCURACY = "accuracy"
    """Share of events whose class is right."""
    RESOLUTION = "resolution"
    """Half the width of the central 68 % of answer minus truth."""
    PORT_BITS = "port_bits"
    """Bits of one element of an input or output."""
    OVERFLOW = "overflow"
    """Share of a quantizer's values that were beyond its type."""

    @property
    def more_is_better(self) -> bool:
        """Whether a limit on it is a lower one."""
        return self in _MORE_IS_BETTER

    @property
    def is_resource(self) -> bool:
        """Whether a device holds so many of it."""
        return self in RESOURCES

    @property
    def words(self) -> str:
        """For people."""
        return _TITLES.get(self, self.replace("_", " "))


_MORE_IS_BETTER = {What.FMAX, What.SLACK, What.ROC_AUC, What.EFFICIENCY, What.ACCURACY}
RESOURCES = (What.LUT, What.LUTRAM, What.FF, What.DSP, What.BRAM, What.URAM)
_TITLES = {
    **{each: each.upper() for each in RESOURCES},
    **{What.FMAX: "Fmax", What.ROC_AUC: "ROC AUC", What.AUC_LOSS: "AUC loss", What.SLACK: "clock slack"},
}
HEADLINES = tuple(each for each in What if each not in (What.LUTRAM, What.PORT_BITS, What.OVERFLOW))
"""What a page says at its top; the others are one a port or quantizer."""


@dataclass(frozen=True)
class Number:
    """A number that was found.

    Args:
        unit: "ns", "cycles", "MHz", "W", "LSB", "bit"; of a resource what is counted, such as LUT6; empty of a share
            or of what has the model's own unit.
        kind, source: where it is from: the kind, and the tool with its version.
        of: which output, port, quantizer or check it is about; empty for the whole design.
        at: the false-positive rate of an efficiency; None of all others.
        part: the device that it is for; empty where that does not matter.
        clock_ns: the period of the clock that it is for, in ns; None where that does not matter.
        available: what the device holds of a resource; None: not known, or no resource.
        note: what else its reader must know.
        stale: why it shows nothing: files were edited since, or the simulation that it is of failed; empty otherwise.
    """

    what: What
    value: float
    unit: str
    kind: Kind
    source: str
    of: str = ""
    at: float | None = None
    part: str = ""
    clock_ns: float | None = None
    available: int | None = None
    note: str = ""
    stale: str = ""

    @property
    def share(self) -> float | None:
        """Of what the device holds, 1 for all of it; None where that is not known or nothing."""
        if self.available is None:
            return None
        return self.value / self.available if self.available else math.inf if self.value else 0.0

    @property
    def title(self) -> str:
        """What it says, of what, and where: `ROC AUC of score`."""
        return title_of(self.what, self.of, self.at)

    @property
    def amount(self) -> str:
        """The value with its unit."""
        return in_unit(self.value, self.unit)

    def __str__(self) -> str:
        return f"{self.amount} ({self.kind}, {self.source})"

    def to_json(self) -> dict[str, Any]:
        """For a report; what is no finite number is null."""
        numbers = {"value": self.value, "share": self.share}
        return asdict(self) | {
            name: value if value is not None and math.isfinite(value) else None for name, value in numbers.items()
        }


def in_unit(value: float, unit: str) -> str:
    """A value with its unit, for people."""
    whole = float(value).is_integer() and abs(value) < 1e15
    shown = f"{value:,.0f}" if whole else f"{value:,.6g}"
    return f"{shown} {'cycle' if (value, unit) == (1, 'cycles') else unit}".strip()


def title_of(what: What, of: str = "", at: float | None = None) -> str:
    """What a number or a limit says, of what, and where."""
    place = "" if at is None else f" at a false-positive rate of {at:g}"
    return f"{what.words}{f' of {of}' if of else ''}{place}"
