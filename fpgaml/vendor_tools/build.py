"""`fpgaml build` with a vendor's tool: run it, read the reports that it wrote, judge them, write them down."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaml.errors import RunFailedError
from fpgaml.interrupts import interruptible
from fpgaml.progress import Progress
from fpgaml.project.hashes import edited_files
from fpgaml.record.base import Kind
from fpgaml.record.files import update_results
from fpgaml.record.manifest import Manifest
from fpgaml.record.vendor import UnusedReport, VendorReport
from fpgaml.vendor_reports.read import project_reports
from fpgaml.vendor_tools.recipe import Recipe
from fpgaml.vendor_tools.run import run

LOG = "build.log"
"""In the project: all that the tool said."""
CLOCK_TICK = 2.0
"""Seconds by which the times of a file system may be behind the clock."""
BEST = (Kind.POST_ROUTE, Kind.POST_SYNTHESIS, Kind.HLS_CSYNTH)
"""Numbers of the first kind that there is are judged."""


@dataclass(frozen=True)
class Built:
    """A project that a vendor's tool was run on.

    Args:
        recipe: how; log: where all that it said is; seconds: wall time.
        reports: that it wrote, as they are in results.json now; unused: that could not be read.
        faults: what is wrong with the design, each in a sentence.
    """

    recipe: Recipe
    log: Path
    seconds: float
    reports: tuple[VendorReport, ...]
    unused: tuple[UnusedReport, ...]
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it fits and meets the clock, as far as the tool went."""
        return not self.faults


@interruptible()
def build(
    project: Path,
    manifest: Manifest,
    recipe: Recipe,
    progress: Progress,
    *,
    hear: Callable[[str], object] | None = None,
    limit: float = 0.0,
) -> Built:
    """Run the vendor's tool on a project and write what its reports say into results.json.

    Nothing is written there where the run fails, is interrupted, or leaves no report.

    Args:
        hear: is told each line of the log; limit: seconds after which the tool is ended, 0: never.

    Raises:
        RunFailedError: it failed, took too long, or wrote no report that can be read.
        ToolError: it cannot be run.
        FpgamlError: results.json is damaged.
    """
    log, started = project / LOG, time.time() - CLOCK_TICK
    ran = run(recipe, project, log, progress, hear=hear, limit=limit)
    found = project_reports(project, manifest, edited_files(project, manifest))
    reports = tuple(each for each in found.reports if _made_since(project / each.file, started))
    unused = tuple(each for each in found.unused if _made_since(project / each.file, started))
    faults = judge(reports, clock_missed=ran.missed)
    if not reports:
        why = "; ".join(f"{each.file} {each.reason}" for each in unused) or "it wrote none"
        raise RunFailedError(recipe.title, f"ended without a report that can be read: {why}", f"See {log}")
    update_results(project, lambda results: results.with_vendor(reports))
    return Built(recipe, log, ran.seconds, reports, unused, faults)


def judge(reports: Sequence[VendorReport], *, clock_missed: bool = False) -> tuple[str, ...]:
    """What is wrong with a design, by the numbers of the best kind that there is: it does not fit, or misses the clock.

    Args:
        clock_missed: whether the project's own script says that; of all kinds of checks, and of all corners.
    """
    faults = [*_overfull(_best(reports, lambda report: bool(report.resources)))]
    timed = _best(reports, lambda report: report.timing is not None or report.clock is not None)
    missed = [*_missed(timed)]
    if clock_missed and not missed:
        missed = ["the clock is missed, as the project's script found"]
    return tuple(dict.fromkeys(faults + missed))


def _best(reports: Sequence[VendorReport], has: Callable[[VendorReport], bool]) -> list[VendorReport]:
    those = [report for report in reports if has(report)]
    return next((found for kind in BEST if (found := [each for each in those if each.kind == kind])), [])


def _overfull(reports: Sequence[VendorReport]) -> list[str]:
    return [
        f"it does not fit: {each.used:,} {each.name} of {each.available:,} ({report.kind}, {report.source})"
        for report in reports
        for each in report.resources
        if each.fits is False
    ]


def _missed(reports: Sequence[VendorReport]) -> list[str]:
    faults = []
    for report in reports:
        aside = f"({report.kind}, {report.source})"
        timing, clock = report.timing, report.clock
        if timing is not None and not timing.met:
            worst = min(timing.slacks, key=lambda each: each.worst_ns, default=None)
            slack = f": {worst.check} slack {worst.worst_ns:g} ns" if worst and worst.worst_ns < 0 else ""
            said = (
                "the clock is missed"
                if timing.met is False
                else f"whether the clock is met is not known: {timing.said}"
            )
            faults.append(f"{said}{slack} {aside}")
        if clock is not None and not clock.met:
            kept = f" less {clock.uncertainty_ns:g} ns" if clock.uncertainty_ns else ""
            faults.append(
                f"the clock is missed: {clock.estimated_ns:g} ns estimated, {clock.target_ns:g} ns{kept} wanted {aside}"
            )
    return faults


def _made_since(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime >= moment
    except OSError:
        return False
