"""What a bench found: its results file and its JUnit file, read together."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.errors import ToolError

FORMAT = "fpgaml bench results"
PASSED, FAILED, SKIPPED = "passed", "failed", "not applicable"


@dataclass(frozen=True)
class BenchCheck:
    """One check of the bench.

    Args:
        name: what it checks; status: "passed", "failed" or "not applicable"; message: why.
        frames: how many results it compared; cycles: clock cycles; seconds: wall time.
        first: where a frame is wrong, its number (`frame`), and where known `output`, `element`, `bit`, `expected` and
            `got` (the element's bits).
    """

    name: str
    status: str
    message: str
    frames: int
    cycles: int
    seconds: float
    first: Mapping[str, Any] | None


@dataclass(frozen=True)
class Outcome:
    """What one run of a bench came to.

    Args:
        shell, hdl: of the design; seed: of everything random.
        cocotb: its version; declared, measured: `latency` and `interval` in cycles, None where unknown; measured also
            `frames_per_second`, of simulation.
        checks: in the order in which they ran.
    """

    shell: str
    hdl: str
    seed: int
    cocotb: str
    declared: Mapping[str, int | None]
    measured: Mapping[str, int | float | None]
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
            {key: content["declared"].get(key) for key in ("latency", "interval")},
            {key: content["measured"].get(key) for key in ("latency", "interval", "frames_per_second")},
            tuple(checks + _missing(checks, statuses)),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(str(results), f"results of the bench cannot be read: {error}") from None


def _check(row: Mapping[str, Any]) -> BenchCheck:
    return BenchCheck(
        row["name"],
        row["status"],
        row["message"],
        int(row.get("frames", 0)),
        int(row.get("cycles", 0)),
        float(row.get("seconds", 0.0)),
        row["first"],
    )


def _junit(path: Path) -> dict[str, str] | None:
    """Status of each test by name; None if there is no such file, or half of one: the simulator died."""
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError):
        return None
    statuses = {}
    for case in root.iter("testcase"):
        tags = {child.tag for child in case}
        failed = bool(tags & {"failure", "error"})
        statuses[case.get("name", "")] = FAILED if failed else SKIPPED if "skipped" in tags else PASSED
    return statuses


def _missing(checks: Sequence[BenchCheck], statuses: Mapping[str, str] | None) -> list[BenchCheck]:
    if statuses is None:
        text = "the simulator ended before all checks had run; its output says why"
        return [BenchCheck("simulation", FAILED, text, 0, 0, 0.0, None)]
    known = {check.name: check.status for check in checks}
    if all(check.status != FAILED and not check.frames for check in checks):
        return [BenchCheck("simulation", FAILED, "no result was compared", 0, 0, 0.0, None)]
    return [
        BenchCheck(name, FAILED, "the bench and its JUnit file do not agree on this check", 0, 0, 0.0, None)
        for name, status in statuses.items()
        if known.get(name) != status
    ]
