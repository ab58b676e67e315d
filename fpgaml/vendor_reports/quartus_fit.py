"""Quartus' Fitter: `.fit.summary`, and the same with more detail in `.fit.rpt`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fpgaml.record.base import Kind
from fpgaml.record.synthesis import Resource
from fpgaml.record.vendor import ReportRow, VendorReport
from fpgaml.vendor_reports.devices import family_of
from fpgaml.vendor_reports.quartus import check_complete, fields_of, notes_on, titled, tool_name, version_of
from fpgaml.vendor_reports.rows import depth_of, shallowest
from fpgaml.vendor_reports.source import Source, UnusableError, shown
from fpgaml.vendor_reports.tables import Table
from fpgaml.vendor_reports.values import at_least_zero, count, count_or_none

FORMAT, FORMAT_RPT = "Quartus Fitter summary", "Quartus Fitter"
STATUS, SUCCESS = "Fitter Status", "Successful"
SUMMARY, USAGE, ENTITIES = "Fitter Summary", "Fitter Resource Usage Summary", "Fitter Resource Utilization by Entity"
LAST = "Total PLLs"
"""The summary has it in every family; what is read stands before it."""
RAM_BLOCKS = re.compile(r"M\d+Ks?")
_USED = re.compile(r"([\d,]+)(?: / ([\d,]+))?(?: \( *(?:< )?\d+ % \))?")


def recognises_summary(head: str) -> bool:
    """Whether the top of a file is that of a `.fit.summary`."""
    return head.startswith(f"{STATUS} :")


def recognises(head: str) -> bool:
    """Whether the top of a file is that of a `.fit.rpt`; Pro's reports of single stages begin otherwise."""
    return head.startswith("Fitter report for ")


def read_summary(source: Source) -> VendorReport:
    """Read a `.fit.summary`.

    Raises:
        UnusableError: it is cut off, the Fitter failed, or it is of a family that fpgaml does not know.
    """
    pairs = (line.partition(" : ") for line in source.lines)
    return _report(source, {name.strip(): shown(value) for name, mark, value in pairs if mark}, FORMAT)


def read(source: Source) -> VendorReport:
    """Read a `.fit.rpt`.

    Raises:
        UnusableError: as for `read_summary`.
    """
    found = titled(source)
    if SUMMARY not in found:
        raise UnusableError("is cut off before its summary")
    check_complete(source, (USAGE, ENTITIES), found)
    report = _report(source, fields_of(found[SUMMARY]), FORMAT_RPT)
    rows = _rows(found[ENTITIES]) if ENTITIES in found else ()
    return report.model_copy(update={"rows": rows})


def _report(source: Source, fields: Mapping[str, str], form: str) -> VendorReport:
    status, _, made = fields.get(STATUS, "").partition(" - ")
    if status != SUCCESS:
        raise UnusableError(f"is of a Fitter that did not succeed: {status[:60] or 'it does not say how it ended'}")
    if not any(name.startswith(LAST) for name in fields):
        raise UnusableError(f"is cut off: it ends before {LAST!r}")
    version, edition = version_of(fields.get("Quartus Prime Version", fields.get("Quartus II 64-Bit Version", "")))
    part = fields.get("Device", "")
    if not part:
        raise UnusableError("does not say its device")
    return VendorReport(
        file=source.file,
        sha256=source.sha256,
        format=form,
        kind=Kind.POST_ROUTE,
        tool=tool_name(edition),
        version=version,
        state="Fitted",
        part=part,
        top=fields.get("Top-level Entity Name", ""),
        made=made,
        resources=_resources(part, fields),
        notes=notes_on(version),
    )


def _resources(part: str, fields: Mapping[str, str]) -> tuple[Resource, ...]:
    family = family_of(part)
    if family is None or family.vendor != "Intel":
        raise UnusableError(f"is for {part}, of a family whose resources fpgaml cannot count")
    names = (
        ("LUT", "Logic utilization (in ALMs)", family.lut),
        ("FF", "Total registers", "register"),
        ("DSP", "Total DSP Blocks", family.dsp),
        ("BRAM", "Total RAM Blocks", family.block_ram.name),
    )
    found = [_resource(name, title, unit, fields.get(title)) for name, title, unit in names]
    missing = [title for (_, title, _), each in zip(names, found, strict=True) if each is None]
    if missing:
        raise UnusableError(f"has no line {missing[0]!r}")
    return tuple(each for each in found if each is not None)


def _resource(name: str, title: str, unit: str, text: str | None) -> Resource | None:
    if text is None:
        return None
    match = _USED.fullmatch(text)
    if match is None:
        raise UnusableError(f"says {text[:40]!r} for {title!r}, which is no count")
    return Resource(name=name, used=count(match[1], title), unit=unit, available=count_or_none(match[2], title))


def _rows(table: Table) -> tuple[ReportRow, ...]:
    """Entities; numbers in parentheses, which are without what lies inside, are left out."""
    titles = table.header()
    rows = []
    for row in table.groups[1] if len(table.groups) > 1 else ():
        if len(row) != len(titles):
            raise UnusableError("has a row with more or fewer cells than columns")
        cells = {title: cell.split("(")[0].strip() for title, cell in zip(titles, row, strict=True)}
        rows.append(
            ReportRow(
                name=shown(row[0]).strip("|") or "top",
                module=shown(cells.get("Entity Name", "")),
                depth=depth_of(row[0], 3),
                inclusive=True,
                resources=_counts(cells),
            )
        )
    return shallowest(rows)


def _counts(cells: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for title, cell in cells.items():
        if title.startswith("ALMs needed"):
            found["LUT"] = round(at_least_zero(cell, title))
        elif title == "Dedicated Logic Registers":
            found["FF"] = count(cell, title)
        elif title == "DSP Blocks":
            found["DSP"] = round(at_least_zero(cell, title))
        elif RAM_BLOCKS.fullmatch(title):
            found["BRAM"] = count(cell, title)
    return found
