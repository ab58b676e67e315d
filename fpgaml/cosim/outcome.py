"""What a bench found: its results file and its JUnit file, read together."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fpgaml.errors import ToolError
from fpgaml.record.cosim import BenchCheck, Cycles, Measured

FORMAT = "fpgaml bench results"
PASSED: Literal["passed"] = "passed"
FAILED: Literal["failed"] = "failed"
SKIPPED: Literal["not applicable"] = "not applicable"


@dataclass(frozen=True)
class Outcome:
    """What one run of a bench came to.

    Args:
        shell, hdl: of the design; seed: of everything random.
        cocotb: its version; declared, measured: latency and interval in cycles, None where unknown.
        checks: in the order in which they ran.
    """

    shell: str
    hdl: str
    seed: int
    cocotb: str
    declared: Cycles
    measured: Measured
    checks: tuple[BenchCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return all(check.status != FAILED for check in self.checks)

    @property
    def failed(self) -> tuple[BenchCheck, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.status == FAILED)

    @property
    def partial(self) -> str:
        """Which vectors were only simulated in part, because of the budget of clock cycles; empty if none."""
        vectors = ("golden_vectors", "extra_vectors")
        some = [check for check in self.checks if check.name in vectors and check.status == PASSED and check.message]
        return "; ".join(f"{check.name.replace('_', ' ')}: {check.message}" for check in some)

    @property
    def frames(self) -> int:
        """Results that were compared."""
        return sum(check.frames for check in self.checks)


def read_outcome(results: Path, junit: Path) -> Outcome:
    """Read the two files; a check that only one of them has, or that they do not agree on, counts as failed.

    Raises:
        ToolError: the results cannot be read.
    """
    try:
        content = json.loads(results.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise ValueError("another format")
        statuses = _junit(junit)
        checks = [_check(row) for row in content["checks"]]
        order = {name: place for place, name in enumerate(statuses or ())}
        checks.sort(key=lambda check: order.get(check.name, len(order)))
        return Outcome(
            content["shell"],
            content["hdl"],
            content["seed"],
            content["cocotb"],
            Cycles(**{key: content["declared"].get(key) for key in Cycles.model_fields}),
            Measured(**{key: content["measured"].get(key) for key in Measured.model_fields}),
            tuple(checks + _missing(checks, statuses)),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(str(results), f"results of the bench cannot be read: {error}") from None


def _check(row: Mapping[str, Any]) -> BenchCheck:
    return BenchCheck(
        name=row["name"],
        status=row["status"],
        message=row["message"],
        frames=row.get("frames", 0),
        cycles=row.get("cycles", 0),
        seconds=row.get("seconds", 0.0),
        first=row["first"],
    )


def _failed(name: str, message: str) -> BenchCheck:
    return BenchCheck(name=name, status=FAILED, message=message, frames=0, cycles=0, seconds=0.0, first=None)


def _junit(path: Path) -> dict[str, str] | None:
    """Status of each test by name; None if there is no such file, or half of one: the simulator died."""
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError):
        return None
    statuses: dict[str, str] = {}
    for case in root.iter("testcase"):
        tags = {child.tag for child in case}
        failed = bool(tags & {"failure", "error"})
        statuses[case.get("name", "")] = FAILED if failed else SKIPPED if "skipped" in tags else PASSED
    return statuses


def _missing(checks: Sequence[BenchCheck], statuses: Mapping[str, str] | None) -> list[BenchCheck]:
    if statuses is None:
        return [_failed("simulation", "the simulator ended before all checks had run; its output says why")]
    known = {check.name: check.status for check in checks}
    if all(check.status != FAILED and not check.frames for check in checks):
        return [_failed("simulation", "no result was compared")]
    return [
        _failed(name, "the bench and its JUnit file do not agree on this check")
        for name, status in statuses.items()
        if known.get(name) != status
    ]
