"""csynth.rpt of Vitis HLS and Vivado HLS: as the XML, and the parts of the design instance by instance."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fpgaml.record.base import Kind
from fpgaml.record.synthesis import Resource
from fpgaml.record.vendor import CycleRange, HlsClock, ReportRow, VendorReport
from fpgaml.vendor_reports.devices import amd
from fpgaml.vendor_reports.hls import TRIED, VITIS, VIVADO
from fpgaml.vendor_reports.rows import shallowest
from fpgaml.vendor_reports.source import Source, UnusableError, shown
from fpgaml.vendor_reports.tables import Row, Table, tables
from fpgaml.vendor_reports.values import above_zero, at_least_zero, count_or_none
from fpgaml.vendor_reports.versions import untried

FORMAT = "HLS C-synthesis (text)"
TITLES = {"BRAM_18K": "BRAM", "DSP": "DSP", "DSP48E": "DSP", "FF": "FF", "LUT": "LUT", "URAM": "URAM"}
LAST = "== Interface"
_TITLE = re.compile(r"== (Vitis|Vivado) HLS Report for '([^']+)'")
_FIELD = re.compile(r"\* ([A-Z][\w ]*):\s+(\S.*?)\s*")


def recognises(head: str) -> bool:
    """Whether the top of a file is that of this report."""
    return _TITLE.search(head) is not None


def read(source: Source) -> VendorReport:
    """Read the report.

    Raises:
        UnusableError: it is cut off, or not as HLS writes it.
    """
    found = tuple(tables(source))
    _check_complete(source, found)
    title = _TITLE.search(source.text)
    fields = {each[1]: shown(each[2]) for line in source.head(40) if (each := _FIELD.fullmatch(line))}
    version, part = fields.get("Version", "").split(" ")[0], fields.get("Target device", "")
    if title is None or not version or not part:
        raise UnusableError("does not say its version and device")
    tool = VITIS if title[1] == "Vitis" else VIVADO
    latency, interval = _cycles(_performance(found))
    return VendorReport(
        file=source.file,
        sha256=source.sha256,
        format=FORMAT,
        kind=Kind.HLS_CSYNTH,
        tool=tool,
        version=version,
        state="",
        part=part,
        top=shown(title[2]),
        made=fields.get("Date", ""),
        resources=_resources(part, found),
        latency=latency,
        interval=interval,
        clock=_clock(found),
        rows=_rows(found),
        notes=untried(tool, version, TRIED[tool]),
    )


def _check_complete(source: Source, found: Sequence[Table]) -> None:
    start = next((number for number, line in enumerate(source.lines) if line.strip() == LAST), None)
    ports = [table for table in found if start is not None and table.line > start and len(table.groups) > 1]
    if start is None or not ports:
        raise UnusableError("is cut off: its last section, the interface, is not there")


def _clock(found: Sequence[Table]) -> HlsClock:
    table = _with(found, "Clock", "Target")
    row = table.groups[1][0] if len(table.groups) > 1 and table.groups[1] else ()
    if len(row) < 4:
        raise UnusableError("has no row for its clock")
    target, estimated, uncertainty = (_ns(cell) for cell in row[1:4])
    return HlsClock(
        target_ns=above_zero(target, "the target of the clock"),
        uncertainty_ns=at_least_zero(uncertainty, "the uncertainty of the clock"),
        estimated_ns=above_zero(estimated, "the estimate of the clock"),
    )


def _ns(cell: str) -> str:
    value, _, unit = cell.strip().partition(" ")
    if unit != "ns":
        raise UnusableError(f"gives its clock as {shown(cell)[:20]!r}, where HLS gives ns")
    return value


def _performance(found: Sequence[Table]) -> Row:
    """Of the summary: min and max of latency, of latency in time, of the interval, and the kind of pipeline."""
    table = next((each for each in found if _over_latency(each) and each.groups[0][0][0].strip().startswith("L")), None)
    if table is None or len(table.groups) < 2 or not table.groups[1]:
        raise UnusableError("has no summary of its latency")
    return table.groups[1][0]


def _over_latency(table: Table) -> bool:
    return bool(table.groups[0]) and any("Latency (cycles)" in cell for cell in table.groups[0][0])


def _cycles(cells: Sequence[str]) -> tuple[CycleRange, CycleRange]:
    if len(cells) != 7:
        raise UnusableError("has its latency in another form than HLS writes it")
    shortest, longest, _, _, least, most, _ = cells
    return (
        CycleRange(best=count_or_none(shortest, "latency"), worst=count_or_none(longest, "latency")),
        CycleRange(best=count_or_none(least, "interval"), worst=count_or_none(most, "interval")),
    )


def _resources(part: str, found: Sequence[Table]) -> tuple[Resource, ...]:
    table = _with(found, "Name", "BRAM_18K")
    rows = {row[0].strip(): row for row in table.rows[1:]}
    if "Total" not in rows or "Available" not in rows:
        raise UnusableError("does not say its total of resources")
    titles = table.header()
    used, held = _counts(titles, rows["Total"]), _counts(titles, rows["Available"])
    if "LUT" not in used or "FF" not in used:
        raise UnusableError("does not say how many LUTs and FFs are used")
    order = ("LUT", "FF", "DSP", "BRAM", "URAM")
    return tuple(amd(part, name, used[name], held.get(name)) for name in order if name in used)


def _counts(titles: Sequence[str], row: Row) -> dict[str, int]:
    if len(row) != len(titles):
        raise UnusableError("has a row with more or fewer cells than columns")
    found = {}
    for title, cell in zip(titles, row, strict=True):
        value = count_or_none(cell, title) if title in TITLES else None
        if value is not None:
            found[TITLES[title]] = value
    return found


def _rows(found: Sequence[Table]) -> tuple[ReportRow, ...]:
    """Instances with their resources, and with their latency where that table has them too."""
    table = next((each for each in found if each.column("Instance") == 0 and each.column("BRAM_18K")), None)
    if table is None or len(table.groups) < 2:
        return ()
    cycles = _cycles_by_instance(found)
    rows = []
    for row in table.groups[1]:
        resources = _counts(table.header(), row)
        latency, interval = cycles.get(row[0].strip(), (None, None))
        rows.append(
            ReportRow(
                name=shown(row[0]) or "?",
                module=shown(row[1]),
                depth=1,
                inclusive=True,
                resources=resources,
                latency=latency,
                interval=interval,
            )
        )
    return shallowest(rows)


def _cycles_by_instance(found: Sequence[Table]) -> Mapping[str, tuple[CycleRange, CycleRange]]:
    table = next((each for each in found if _over_latency(each) and each.column("Instance") == 0), None)
    if table is None or len(table.groups) < 2:
        return {}
    return {row[0].strip(): _cycles(row[2:]) for row in table.groups[1]}


def _with(found: Sequence[Table], first: str, other: str) -> Table:
    table = next((each for each in found if each.column(first) == 0 and each.column(other) is not None), None)
    if table is None:
        raise UnusableError(f"has no table of {first} and {other}")
    return table
