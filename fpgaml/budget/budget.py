"""A budget: what firmware must keep to, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.budget.measures import MEASURES, Demand, Measure
from fpgaml.record.base import Kind
from fpgaml.record.number import in_unit, title_of


@dataclass(frozen=True)
class Baseline:
    """Another project, whose number is the limit.

    Args:
        folder: with its manifest.json and results.json; percent: how much worse than its number is let pass.
    """

    folder: Path
    percent: float = 0.0

    @property
    def text(self) -> str:
        """In words."""
        slack = f" by more than {self.percent:g} %" if self.percent else ""
        return f"no worse than {self.folder.name}{slack}"


@dataclass(frozen=True)
class Limit:
    """One line of a budget.

    Args:
        what: a name in MEASURES.
        limit, unit: at most or at least so much, as the measure has it; or what exactness must be; or whose number is
            the limit.
        of: the output, port, quantizer or check that is meant; empty: each of them must keep to it.
        at: the false-positive rate of an efficiency.
        met_by: the kinds of number that can show it; why: where the limit is from.
    """

    what: str
    limit: float | Demand | Baseline
    unit: str
    met_by: tuple[Kind, ...]
    why: str = ""
    of: str = ""
    at: float | None = None

    @property
    def measure(self) -> Measure:
        """What it is on."""
        return MEASURES[self.what]

    @property
    def text(self) -> str:
        """In words: `latency at most 200 ns`."""
        about = self.measure.what
        title = (
            f"rate{f' of {self.of}' if self.of else ''}" if self.what == "rate" else title_of(about, self.of, self.at)
        )
        if isinstance(self.limit, Demand):
            return f"{title}: {DEMANDS[self.limit]}"
        if isinstance(self.limit, Baseline):
            return f"{title} {self.limit.text}"
        return f"{title} at {'least' if self.measure.at_least else 'most'} {in_unit(self.limit, self.unit)}"

    def to_json(self) -> dict[str, Any]:
        """As its file would hold it."""
        content: dict[str, Any] = {"what": self.what, "unit": self.unit, "met_by": list(self.met_by)}
        content |= {"why": self.why, "of": self.of, "at": self.at}
        if isinstance(self.limit, Baseline):
            return content | {"no_worse_than": str(self.limit.folder), "percent": self.limit.percent}
        return content | {"limit": self.limit}


DEMANDS = {Demand.PROVED: "proved", Demand.PASSED: "no check failed"}


@dataclass(frozen=True)
class Budget:
    """A budget file.

    Args:
        board: the board that its limits are for; empty: whatever board a project is for.
        clock_mhz: the clock that they are for; None: whatever clock a project is for.
    """

    limits: tuple[Limit, ...]
    board: str = ""
    clock_mhz: float | None = None

    @property
    def rate(self) -> float | None:
        """Frames per second that its initiation interval asks for; None without one."""
        interval = self._limit("initiation_interval", "cycles")
        return None if interval is None or self.clock_mhz is None else self.clock_mhz * 1e6 / interval

    @property
    def latency_ns(self) -> float | None:
        """The longest latency; None without one."""
        return self._limit("latency", "ns")

    def _limit(self, what: str, unit: str) -> float | None:
        found = (each.limit for each in self.limits if (each.what, each.unit) == (what, unit))
        return min((limit for limit in found if isinstance(limit, float)), default=None)
