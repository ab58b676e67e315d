"""Vivado's `report_utilization`: what the design takes of each resource, and what the device holds."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.record.synthesis import Resource
from fpgaml.record.vendor import VendorReport
from fpgaml.vendor_reports.devices import amd
from fpgaml.vendor_reports.source import Source, UnusableError
from fpgaml.vendor_reports.tables import Row, Table, tables
from fpgaml.vendor_reports.values import count, count_or_none, tiles_as_halves
from fpgaml.vendor_reports.vivado_header import check_complete, is_vivado, read_header

FORMAT = "Vivado utilisation"
ROWS = {
    "LUT": ("CLB LUTs", "Slice LUTs"),
    "LUTRAM": ("LUT as Memory",),
    "FF": ("CLB Registers", "Slice Registers", "Registers"),
    "DSP": ("DSPs", "DSP Slices"),
    "BRAM": ("Block RAM Tile",),
    "URAM": ("URAM",),
    "carry": ("CARRY8", "CARRY4"),
}
"""Titles of rows, which differ by family and version; an asterisk behind them points to a remark."""
NEEDED = ("LUT", "FF")


def recognises(head: str) -> bool:
    """Whether the top of a file is that of this report; `-hierarchical` makes another one."""
    return is_vivado(head, "report_utilization") and "Utilization by Hierarchy" not in head


def read(source: Source) -> VendorReport:
    """Read the report.

    Raises:
        UnusableError: it is cut off, or not as Vivado writes it.
    """
    header = read_header(source)
    check_complete(source)
    rows = _rows(tuple(tables(source)))
    found = [_resource(header.device, name, rows) for name in ROWS]
    resources = tuple(each for each in found if each is not None)
    missing = [name for name in NEEDED if not any(each.name == name for each in resources)]
    if missing:
        raise UnusableError(f"has no row for {missing[0]}; Vivado {header.version} may write it in another form")
    return header.report(source, FORMAT, resources=resources)


def _rows(found: Sequence[Table]) -> dict[str, tuple[str, str | None]]:
    """Used and available by the title of the row; the first row of a title counts."""
    rows: dict[str, tuple[str, str | None]] = {}
    for table in found:
        used, available = table.column("Used"), table.column("Available")
        if table.column("Site Type") != 0 or used is None or available is None:
            continue
        for row in table.rows[1:]:
            if len(row) == len(table.header()):
                rows.setdefault(_title(row), (row[used], row[available]))
    return rows


def _title(row: Row) -> str:
    return row[0].strip().rstrip("*").strip()


def _resource(part: str, name: str, rows: dict[str, tuple[str, str | None]]) -> Resource | None:
    title = next((title for title in ROWS[name] if title in rows), None)
    if title is None:
        return None
    used, available = rows[title]
    if name == "BRAM":
        held = count_or_none(available, title)
        return amd(part, name, tiles_as_halves(used, title), None if held is None else 2 * held)
    unit = title if name == "carry" else ""
    return amd(part, name, count(used, title), count_or_none(available, title), unit)
