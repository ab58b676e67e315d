"""What reports are compared with: whether one is of this project, and of its files as they lie there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from fpgaml.record.manifest import Manifest
from fpgaml.record.vendor import VendorReport
from fpgaml.vendor_reports.devices import same_part
from fpgaml.vendor_reports.source import UnusableError

SLACK_S = 120.0
"""Files that are unpacked or checked out together get times as far apart as that, in no order."""


@dataclass(frozen=True)
class Expected:
    """A project that reports must be of.

    Args:
        part, top: empty where any will do.
        edited: when files of it were changed last, by what and when; empty if none was.
        written: the oldest time of a file that it was generated with, as of `Path.stat`; None if there is none.
    """

    part: str = ""
    top: str = ""
    edited: tuple[tuple[str, float], ...] = ()
    written: float | None = None


def expected_of(folder: Path, manifest: Manifest, edited: tuple[str, ...]) -> Expected:
    """What reports of a project must say.

    Args:
        edited: files that changed since it was generated.
    """
    settings = manifest.settings
    times = {name: _time(folder / name) for name in manifest.files}
    changed = tuple((name, when) for name in edited if (when := times.get(name)) is not None)
    kept = [when for name, when in times.items() if when is not None and name not in edited]
    part = manifest.board.part if settings.on_board else ""
    return Expected(part, settings.top_module, changed, min(kept, default=None))


def check(report: VendorReport, path: Path, expected: Expected) -> VendorReport:
    """A report of the project, with remarks on what is doubtful.

    Raises:
        UnusableError: it is of another part or top, or older than a file that was edited.
    """
    if expected.part and report.part and not same_part(report.part, expected.part):
        raise UnusableError(f"is for {report.part}, and the project is for {expected.part}")
    if expected.top and report.top and report.top.lower() != expected.top.lower():
        report = _core(report, expected.top)
    made = _time(path)
    if made is None:
        return report
    stale = [name for name, when in expected.edited if when > made]
    if stale:
        raise UnusableError(f"is older than {stale[0]}, which was edited since: run the tool again")
    notes = list(report.notes)
    if expected.written is not None and made + SLACK_S < expected.written:
        when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(made))
        notes.append(f"the file is of {when} UTC, older than the project: it may be of another version of it")
    return report.model_copy(update={"edited": bool(expected.edited), "notes": tuple(notes)})


def _core(report: VendorReport, top: str) -> VendorReport:
    """The project's core within a larger design, where the report tells its parts apart.

    Raises:
        UnusableError: it is not among them.
    """
    cores = [row for row in report.rows if row.module == top and row.inclusive and "LUT" in row.resources]
    if not cores:
        raise UnusableError(f"is of {report.top}, and the top of the project is {top}")
    core = max(cores, key=lambda row: row.resources["LUT"])
    units = {each.name: each for each in report.resources}
    resources = [
        units[name].model_copy(update={"used": used, "available": None})
        for name, used in core.resources.items()
        if name in units
    ]
    which = f"the largest of {len(cores)} instances" if len(cores) > 1 else "one instance"
    note = f"{core.name}, {which} in {report.top}, with what lies in it"
    order = [each.name for each in report.resources]
    return report.model_copy(
        update={
            "top": top,
            "resources": tuple(sorted(resources, key=lambda each: order.index(each.name))),
            "rows": (),
            "timing": None,
            "power": None,
            "notes": (*report.notes, note),
        }
    )


def _time(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
