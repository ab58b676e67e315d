"""What the firmware of a task must keep to, and what its projects' results say to that."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError

KINDS = ("estimate", "simulated", "hls-csynth", "post-synthesis", "post-route")
"""From weak to strong, for resources; `simulated` is of cycles."""

NEXT_STEP = {
    "simulated": "`fpgaml cosim PROJECT`, of RTL",
    "hls-csynth": "`make csynth` in the project, with the vendor's HLS tool",
    "post-synthesis": "`fpgaml synth PROJECT`, or a vendor's tool",
    "post-route": "place and route with a vendor's tool, or `fpgaml synth --route` for ECP5",
}
"""What makes a number of each kind."""


class Verdict(StrEnum):
    """What a number says about a limit."""

    MET = "met"
    LIKELY = "met by a weaker kind of number"
    MISSED = "missed"
    OPEN = "open"


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
    met_by: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Budget:
    """A budget file: the board and clock that its limits are for, and the limits."""

    board: str
    clock_mhz: float
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class Number:
    """A measured number of a kind, in the unit of a limit."""

    value: float
    kind: str
    source: str


@dataclass(frozen=True)
class Finding:
    """A limit, the number that says most about it, and what it says."""

    limit: Limit
    number: Number | None
    verdict: Verdict

    @property
    def text(self) -> str:
        """In one line."""
        limit = self.limit
        head = f"{limit.what.replace('_', ' ')} at most {limit.limit:g} {limit.unit}: "
        if self.number is None:
            steps = " or ".join(NEXT_STEP[kind] for kind in limit.met_by if kind in NEXT_STEP)
            return f"{head}open, no number yet. {steps} makes one"
        found = f"{self.number.value:g} ({self.number.kind}, {self.number.source})"
        return f"{head}{found}, {self.verdict}"


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
            Limit(str(row["what"]), float(row["limit"]), str(row["unit"]), tuple(row["met_by"]), str(row["why"]))
            for row in content.get("limit", [])
        )
        return Budget(str(content["board"]), float(content["clock_mhz"]), limits)
    except (KeyError, TypeError, ValueError) as error:
        raise FpgamlError(
            str(path), f"is no budget: {type(error).__name__}: {error}", "See models/*/budget.toml"
        ) from None


def judge(budget: Budget, manifest: Mapping[str, Any], results: Mapping[str, Any]) -> list[Finding]:
    """Each limit against the strongest number that a project's results hold for it."""
    numbers = _numbers(manifest, results)
    return [_finding(limit, numbers.get(limit.what, [])) for limit in budget.limits]


def _finding(limit: Limit, numbers: Sequence[Number]) -> Finding:
    proving = [number for number in numbers if number.kind in limit.met_by]
    best = proving[-1] if proving else (numbers[-1] if numbers else None)
    if best is None:
        return Finding(limit, None, Verdict.OPEN)
    if best.value > limit.limit:
        return Finding(limit, best, Verdict.MISSED)
    return Finding(limit, best, Verdict.MET if proving else Verdict.LIKELY)


def _numbers(manifest: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, list[Number]]:
    """What results.json holds, weaker kinds first."""
    found: dict[str, list[Number]] = {}

    def add(what: str, value: Any, kind: str, source: str) -> None:
        if value is not None:
            found.setdefault(what, []).append(Number(float(value), kind, source))

    period = float(manifest["board"]["clock_ns"])
    estimate = results.get("estimate") or {}
    add("latency", estimate.get("latency_ns"), "estimate", "delay model")
    add("initiation_interval", estimate.get("interval_cycles"), "estimate", "schedule")
    for name in ("lut", "ff", "dsp"):
        add(name, estimate.get(name), "estimate", "fpgaml")
    for run in results.get("cosim", []):
        measured = run.get("measured") or {}
        latency, interval = measured.get("latency"), measured.get("interval")
        source = f"{run['tool']}, clock of {period:g} ns"
        add("latency", latency and latency * period, "simulated", source)
        add("initiation_interval", interval, "simulated", source)
    for entry in results.get("synthesis", []):
        source = ", ".join(f"{name} {version}" for name, version in entry["tools"].items())
        for row in entry["resources"]:
            add(row["name"].lower(), row["used"], entry["kind"], source)
    for numbers in found.values():
        numbers.sort(key=lambda number: KINDS.index(number.kind) if number.kind in KINDS else 0)
    return found
