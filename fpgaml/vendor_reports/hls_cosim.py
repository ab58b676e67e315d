"""The report of AMD's C/RTL co-simulation: whether the RTL did what the C did, and in how many cycles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fpgaml.record.base import Kind
from fpgaml.record.vendor import CycleRange, VendorReport
from fpgaml.vendor_reports.source import Source, UnusableError, shown
from fpgaml.vendor_reports.tables import Row, Table, tables
from fpgaml.vendor_reports.values import UNKNOWN, count_or_none, real_or_none

FORMAT = "HLS C/RTL co-simulation"
SUFFIX = "_cosim.rpt"
PASS, FAIL = "Pass", "Fail"
COLUMNS = 8
"""RTL, status, latency and interval with min, avg and max each; newer ones have the total time besides."""
_FIELD = re.compile(r"(Report time|Solution|Simulation tool)\s+: (.*?)\.?\s*")


def recognises(head: str) -> bool:
    """Whether the top of a file is that of this report."""
    return re.search(r"^Simulation tool\s+: ", head, re.MULTILINE) is not None


def read(source: Source) -> VendorReport:
    """Read the report; of several languages, the one that was simulated.

    Raises:
        UnusableError: it is cut off, or nothing was simulated.
    """
    fields = {each[1]: shown(each[2]) for line in source.head(10) if (each := _FIELD.fullmatch(line))}
    row = _simulated(tuple(tables(source)))
    passed = row[1].strip() == PASS
    latency, interval = (_range(row[at : at + 3]) for at in (2, 5)) if passed else (None, None)
    language = shown(row[0])
    notes = [f"{language}; the report names neither the version of the tool nor the part"]
    if passed and latency is None:
        notes.append("it passed, and gives no cycles (NA)")
    return VendorReport(
        file=source.file,
        sha256=source.sha256,
        format=FORMAT,
        kind=Kind.SIMULATED,
        tool=f"HLS co-simulation, {fields.get('Simulation tool', '?')}",
        version="",
        state="",
        part="",
        top=shown(source.name.removesuffix(SUFFIX)) if source.name.endswith(SUFFIX) else "",
        made=fields.get("Report time", ""),
        latency=latency,
        interval=interval,
        passed=passed,
        notes=tuple(notes),
    )


def _simulated(found: Sequence[Table]) -> Row:
    table = next((each for each in found if each.rows and _is_cosim(each)), None)
    if table is None or len(table.groups) < 2:
        raise UnusableError("has no table of results: it is cut off, or the co-simulation did not come to its end")
    rows = [row for row in table.groups[1] if len(row) >= COLUMNS and row[1].strip() not in UNKNOWN]
    if not rows:
        raise UnusableError("says NA for every language: nothing was simulated")
    strange = next((row[1] for row in rows if row[1].strip() not in (PASS, FAIL)), None)
    if strange is not None:
        raise UnusableError(f"says {shown(strange)[:40]!r} for its status, where Pass or Fail is expected")
    return next((row for row in rows if row[1].strip() == FAIL), rows[0])


def _is_cosim(table: Table) -> bool:
    cells = {cell.strip() for row in table.groups[0] for cell in row}
    return {"RTL", "Status"} <= cells


def _range(cells: Sequence[str]) -> CycleRange | None:
    least, mean, most = cells
    best, worst = count_or_none(least, "the least cycles"), count_or_none(most, "the most cycles")
    average = real_or_none(mean, "the mean cycles")
    if best is None and worst is None:
        return None
    if average is not None and not (best or 0) <= average <= (worst if worst is not None else average):
        raise UnusableError("contradicts itself: its mean of cycles is not between the least and the most")
    return CycleRange(best=best, average=average, worst=worst)
