"""What the firmware of a task must keep to, and what its projects' results say to that."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from fpgaml.boards import find_board
from fpgaml.errors import FpgamlError
from fpgaml.record.base import Kind
from fpgaml.record.manifest import Manifest
from fpgaml.record.numbers import Number, What, numbers_of
from fpgaml.record.results import Results

NEXT_STEP = {
    Kind.SIMULATED: "`fpgaml cosim PROJECT`, of RTL, or --bulk",
    Kind.HLS_CSYNTH: "`make csynth` in the project, with the vendor's HLS tool",
    Kind.POST_SYNTHESIS: "`fpgaml synth PROJECT`, or a vendor's tool",
    Kind.POST_ROUTE: "place and route with a vendor's tool, or `fpgaml synth --route` for ECP5",
}
"""What makes a number of each kind."""


class Standing(StrEnum):
    """How a limit stands, or a whole budget."""

    MET = "met"
    OPEN = "open"
    MISSED = "missed"


@dataclass(frozen=True)
class Limit:
    """One line of a budget.

    Args:
        what: latency, initiation_interval, lut, ff, dsp, bram; limit, unit: at most so much.
        met_by: the kinds of number that can show it; why: where the limit is from.
    """

    what: str
    limit: float
    unit: str
    met_by: tuple[Kind, ...]
    why: str


@dataclass(frozen=True)
class Budget:
    """A budget file: the board and clock that its limits are for, and the limits."""

    board: str
    clock_mhz: float
    limits: tuple[Limit, ...]

    @property
    def rate(self) -> float | None:
        """Frames per second that its initiation interval asks for; None without one."""
        interval = self._limit("initiation_interval", "cycles")
        return None if interval is None else self.clock_mhz * 1e6 / interval

    @property
    def latency_ns(self) -> float | None:
        """The longest latency; None without one."""
        return self._limit("latency", "ns")

    def _limit(self, what: str, unit: str) -> float | None:
        return min((each.limit for each in self.limits if (each.what, each.unit) == (what, unit)), default=None)


@dataclass(frozen=True)
class Finding:
    """How a limit stands.

    Args:
        number: that decides; where nothing does, the strongest one of another kind, None without any.
        why: what else the reader must know.
    """

    limit: Limit
    number: Number | None
    standing: Standing
    why: str = ""

    @property
    def text(self) -> str:
        """In one line."""
        limit = self.limit
        head = f"{limit.what.replace('_', ' ')} at most {limit.limit:g} {limit.unit}: "
        tail = f", {self.why}" if self.why else ""
        if self.standing != Standing.OPEN:
            return f"{head}{self.number}, {self.standing}{tail}"
        needs = " or ".join(f"{kind} ({NEXT_STEP[kind]})" for kind in limit.met_by if kind in NEXT_STEP)
        so_far = f"; so far {self.number}" if self.number else ""
        return f"{head}open: needs {needs}{so_far}{tail}"


@dataclass(frozen=True)
class Judgement:
    """How a project stands against a budget, line by line."""

    lines: tuple[Finding, ...]

    @property
    def standing(self) -> Standing:
        """Met only where every line is."""
        found = {line.standing for line in self.lines}
        return next((each for each in (Standing.MISSED, Standing.OPEN) if each in found), Standing.MET)

    def to_json(self) -> dict[str, Any]:
        """For a report."""
        lines = [asdict(line) | {"text": line.text} for line in self.lines]
        return {"verdict": str(self.standing), "lines": lines}


def read_budget(path: Path) -> Budget:
    """Read a budget.toml.

    Raises:
        FpgamlError: there is none, or it is not a budget; names the line that is wrong.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", "Give a budget.toml") from None
    try:
        limits = tuple(
            Limit(
                str(row["what"]),
                float(row["limit"]),
                str(row["unit"]),
                tuple(Kind(kind) for kind in row["met_by"]),
                str(row["why"]),
            )
            for row in content.get("limit", [])
        )
        return Budget(str(content["board"]), float(content["clock_mhz"]), limits)
    except (KeyError, TypeError, ValueError) as error:
        raise FpgamlError(
            str(path), f"is no budget: {type(error).__name__}: {error}", "See models/*/budget.toml"
        ) from None


def judge(
    budget: Budget,
    manifest: Manifest,
    results: Results,
    *,
    edited: Sequence[str] = (),
    accept_estimates: bool = False,
) -> Judgement:
    """Each limit against the strongest number that a project's results hold for it.

    Args:
        edited: files that changed since the project was generated and were not checked again since.
        accept_estimates: whether a number of another kind than a line asks for decides where there is no better one.

    Raises:
        FpgamlError: the budget is for a board that nobody knows.
    """
    part = find_board(budget.board).part
    numbers = [_Found(each, _why_not(each, budget, part)) for each in numbers_of(manifest, results, edited)]
    return Judgement(tuple(_finding(limit, numbers, accept_estimates) for limit in budget.limits))


@dataclass(frozen=True)
class _Found:
    """A number that may decide a limit; why_not: why it does not."""

    number: Number
    why_not: str = ""


def _finding(limit: Limit, numbers: Sequence[_Found], accept_estimates: bool) -> Finding:
    known = [each for each in numbers if _is_of(each.number, limit)]
    fitting = [each.number for each in known if not each.why_not]
    proving = [number for number in fitting if number.kind in limit.met_by]
    deciding = proving or (fitting if accept_estimates else [])
    if not deciding:
        if fitting or not known:
            return Finding(limit, fitting[-1] if fitting else None, Standing.OPEN)
        return Finding(limit, known[-1].number, Standing.OPEN, known[-1].why_not)
    standing = Standing.MET if deciding[-1].value <= limit.limit else Standing.MISSED
    weak = "" if proving else f"by {_a(deciding[-1].kind)} alone (--accept-estimates)"
    return Finding(limit, deciding[-1], standing, weak)


def _a(kind: Kind) -> str:
    return "an estimate" if kind == Kind.ESTIMATE else f"a number of the kind {kind}"


def _is_of(number: Number, limit: Limit) -> bool:
    """Whether a number is what a limit is on; an estimate's LUTs are those of any device."""
    if number.what != limit.what:
        return False
    if not number.what.is_resource:
        return number.unit == limit.unit
    return number.what != What.LUT or number.kind == Kind.ESTIMATE or number.unit == limit.unit


def _why_not(number: Number, budget: Budget, part: str) -> str:
    """Why a number says nothing of what the budget is for: another clock, another device, other files."""
    clock = number.clock_ns
    if clock is not None and not math.isclose(1e3 / clock, budget.clock_mhz, rel_tol=1e-3):
        return f"the project is for {1e3 / clock:g} MHz, the budget for {budget.clock_mhz:g} MHz"
    if number.what.is_resource and number.part != part:
        return f"for {number.part or 'no part'}, where the budget is for {part}"
    return number.stale
