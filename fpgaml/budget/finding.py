"""What judging a budget found, line by line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fpgaml.budget.budget import Limit
from fpgaml.budget.measures import PERCENT, SHARE, Demand
from fpgaml.record.number import Number, in_unit


class Standing(StrEnum):
    """How a limit stands, or a whole budget."""

    MET = "met"
    OPEN = "open"
    MISSED = "missed"


@dataclass(frozen=True)
class Finding:
    """How a limit stands.

    Args:
        number: that decides; where nothing does, the strongest one there is, None without any.
        why: what else the reader must know.
        step: where it is open, what would decide it.
        value: the number in the unit of the limit.
    """

    limit: Limit
    number: Number | None
    standing: Standing
    why: str = ""
    step: str = ""
    value: float | None = None

    @property
    def over(self) -> float | None:
        """By how much the limit is missed, in its unit, negative where it is kept; None where nothing decides."""
        limit = self.limit.limit
        if self.value is None or not isinstance(limit, float) or self.standing == Standing.OPEN:
            return None
        return limit - self.value if self.limit.measure.at_least else self.value - limit

    @property
    def over_percent(self) -> float | None:
        """The same relative to the limit; None of a limit of zero too."""
        over, limit = self.over, self.limit.limit
        if over is None or not isinstance(limit, float) or not limit:
            return None
        return 100 * over / abs(limit)

    @property
    def found(self) -> str:
        """The number with its kind and tool; in the unit of the limit first, where that is another one."""
        number = self.number
        if number is None:
            return ""
        if self.value is None or isinstance(self.limit.limit, Demand):
            return str(number)
        of = f" of {number.of}" if number.of and not self.limit.of else ""
        if self.value == number.value and self.limit.unit not in (PERCENT, SHARE):
            return f"{number.amount}{of} ({number.kind}, {number.source})"
        return f"{in_unit(self.value, self.limit.unit)}{of} ({number.amount}, {number.kind}, {number.source})"

    @property
    def margin(self) -> str:
        """By how much it is missed or kept, with the share of the limit; empty where nothing decides."""
        over, percent = self.over, self.over_percent
        if over is None or not math.isfinite(over):
            return ""
        share = "" if percent is None else f" ({abs(percent):.3g} %)"
        # Of a share in percent, how much of the limit that is would read the same.
        amount = in_unit(abs(over), "% points" if self.limit.unit == PERCENT else self.limit.unit)
        if self.standing == Standing.MISSED:
            return f"by {amount}{share}"
        return f"{amount}{share} to spare" if over else "with nothing to spare"

    @property
    def text(self) -> str:
        """In one line."""
        tail = f", {self.why}" if self.why else ""
        if self.standing != Standing.OPEN:
            joint = " " if self.standing == Standing.MISSED else ", "
            standing = f"{self.standing}{joint}{self.margin}" if self.margin else str(self.standing)
            return f"{self.limit.text}: {', '.join(filter(None, (self.found, standing)))}{tail}"
        so_far = f"; so far {self.found}" if self.number else ""
        return f"{self.limit.text}: open: needs {self.step}{so_far}{tail}"

    def to_json(self) -> dict[str, Any]:
        """For a report."""
        over = {"over": self.over, "over_percent": self.over_percent, "value": self.value}
        return {
            "limit": self.limit.to_json(),
            "standing": self.standing,
            "number": self.number.to_json() if self.number else None,
            **{name: value if value is None or math.isfinite(value) else None for name, value in over.items()},
            "why": self.why,
            "needs": self.step,
            "text": self.text,
        }


@dataclass(frozen=True)
class Judgement:
    """How a project stands against a budget, line by line.

    Args:
        place: the board and the clock that it is judged for.
        accept_estimates: whether numbers of another kind than a line asks for were let decide.
    """

    lines: tuple[Finding, ...]
    place: str
    accept_estimates: bool = False

    @property
    def standing(self) -> Standing:
        """Met only where every line is."""
        found = {line.standing for line in self.lines}
        return next((each for each in (Standing.MISSED, Standing.OPEN) if each in found), Standing.MET)

    def to_json(self) -> dict[str, Any]:
        """For a report."""
        return {
            "verdict": self.standing,
            "for": self.place,
            "accept_estimates": self.accept_estimates,
            "lines": [line.to_json() for line in self.lines],
        }
