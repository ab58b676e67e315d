"""Vivado's `report_power`: an estimate whatever the state of the design, as good as the activity that it was given."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.record.vendor import Power, ReportRow, VendorReport
from fpgaml.vendor_reports.rows import depth_of, shallowest
from fpgaml.vendor_reports.source import Source, UnusableError, shown
from fpgaml.vendor_reports.tables import Table, find, tables
from fpgaml.vendor_reports.values import at_least_zero
from fpgaml.vendor_reports.vivado_header import check_complete, is_vivado, read_header

FORMAT = "Vivado power"
TOTAL, DYNAMIC, STATIC = "Total On-Chip Power (W)", "Dynamic (W)", "Device Static (W)"
CONFIDENCE = "Confidence Level"
SUMS = ("Total", "Static Power")
"""Rows of the components that are no component."""
HIERARCHY = "By Hierarchy"
BELOW = "<0.001"
"""How Vivado writes what is above zero and less than it shows."""


def recognises(head: str) -> bool:
    """Whether the top of a file is that of this report."""
    return is_vivado(head, "report_power")


def read(source: Source) -> VendorReport:
    """Read the report.

    Raises:
        UnusableError: it is cut off, or not as Vivado writes it.
    """
    header = read_header(source)
    check_complete(source)
    found = tuple(tables(source))
    summary = _summary(found)
    power = Power(
        total_w=at_least_zero(summary[TOTAL], TOTAL),
        dynamic_w=at_least_zero(summary[DYNAMIC], DYNAMIC),
        static_w=at_least_zero(summary[STATIC], STATIC),
        confidence=shown(summary[CONFIDENCE]),
        parts=_parts(found),
    )
    return header.report(source, FORMAT, power=power, rows=_rows(source, found))


def _summary(found: Sequence[Table]) -> dict[str, str]:
    for table in found:
        rows = {row[0].strip(): row[1].strip() for row in table.rows if len(row) == 2}
        if {TOTAL, DYNAMIC, STATIC, CONFIDENCE} <= rows.keys():
            return rows
    raise UnusableError("has no summary of power")


def _parts(found: Sequence[Table]) -> dict[str, float]:
    """By kind of component, without the finer ones within a kind."""
    table = find(found, "On-Chip")
    if table is None:
        raise UnusableError("has no table of components")
    parts: dict[str, float] = {}
    for row in table.rows[1:]:
        name = row[0].strip()
        if len(row) > 1 and not row[0].startswith("  ") and name not in SUMS:
            parts[shown(name)] = _watts(row[1], name)
    return parts


def _rows(source: Source, found: Sequence[Table]) -> tuple[ReportRow, ...]:
    table = find(found, "Name")
    if HIERARCHY in source.text and (table is None or len(table.groups) < 2 or not table.groups[1]):
        raise UnusableError(f"is cut off: section {HIERARCHY!r} has no table")
    return shallowest(
        ReportRow(
            name=shown(row[0]) or "?",
            module="",
            depth=depth_of(row[0], 2),
            inclusive=True,
            resources={},
            power_w=_watts(row[1], shown(row[0])),
        )
        for row in (table.rows[1:] if table is not None else ())
        if len(row) == 2
    )


def _watts(cell: str, what: str) -> float:
    return 0.0 if cell.strip() == BELOW else at_least_zero(cell, f"the power of {what}")
