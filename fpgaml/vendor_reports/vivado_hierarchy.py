"""Vivado's `report_utilization -hierarchical`: what each instance takes, those inside it included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fpgaml.record.synthesis import Resource
from fpgaml.record.vendor import ReportRow, VendorReport
from fpgaml.vendor_reports.devices import amd
from fpgaml.vendor_reports.rows import depth_of, shallowest
from fpgaml.vendor_reports.source import Source, UnusableError, shown
from fpgaml.vendor_reports.tables import Row, find, tables
from fpgaml.vendor_reports.values import count
from fpgaml.vendor_reports.vivado_header import check_complete, is_vivado, read_header

FORMAT = "Vivado utilisation by hierarchy"
TOP = "(top)"
COLUMNS = {
    "LUT": ("Total LUTs",),
    "FF": ("FFs",),
    "DSP": ("DSP Blocks", "DSP48 Blocks", "DSPs", "DSP Slices"),
    "URAM": ("URAM",),
}
LUTRAM = ("LUTRAMs", "SRLs")
BRAM = ("RAMB36", "RAMB18")


def recognises(head: str) -> bool:
    """Whether the top of a file is that of this report."""
    return is_vivado(head, "report_utilization") and "Utilization by Hierarchy" in head


def read(source: Source) -> VendorReport:
    """Read the report.

    Raises:
        UnusableError: it is cut off, or not as Vivado writes it.
    """
    header = read_header(source)
    check_complete(source)
    table = find(tuple(tables(source)), "Instance")
    if table is None or len(table.groups) < 2 or not table.groups[1]:
        raise UnusableError("has no table of instances: it is cut off")
    titles = table.header()
    rows = [_row(titles, row) for row in table.groups[1]]
    if rows[0].module != TOP:
        raise UnusableError(f"does not begin with the top module; Vivado {header.version} may write another form")
    return header.report(source, FORMAT, resources=_whole(header.device, rows[0]), rows=shallowest(rows))


def _row(titles: Sequence[str], row: Row) -> ReportRow:
    if len(row) != len(titles):
        raise UnusableError("has a row with more or fewer cells than columns")
    cells = {title: cell.split("(")[0] for title, cell in zip(titles, row, strict=True)}  # 788198(45.61%)
    name = row[0].strip()
    return ReportRow(
        name=shown(name) or "?",
        module=shown(row[1]),
        # One space after the ruler, two more a level; a row in parentheses is what the instance takes itself.
        depth=depth_of(row[0], 2),
        inclusive=not name.startswith("("),
        resources=_resources(cells),
    )


def _resources(cells: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, titles in COLUMNS.items():
        title = next((each for each in titles if each in cells), None)
        if title is not None:
            found[name] = count(cells[title], title)
    if all(title in cells for title in LUTRAM):
        found["LUTRAM"] = sum(count(cells[title], title) for title in LUTRAM)
    if all(title in cells for title in BRAM):
        found["BRAM"] = 2 * count(cells["RAMB36"], "RAMB36") + count(cells["RAMB18"], "RAMB18")
    if "LUT" not in found or "FF" not in found:
        raise UnusableError("has no columns of LUTs and FFs")
    return found


def _whole(part: str, top: ReportRow) -> tuple[Resource, ...]:
    order = ("LUT", "LUTRAM", "FF", "DSP", "BRAM", "URAM")
    return tuple(amd(part, name, top.resources[name], None) for name in order if name in top.resources)
