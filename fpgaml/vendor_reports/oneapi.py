"""oneAPI's reports/resources/json: its compiler's estimate (summary.ndjson), Quartus' results (quartus.ndjson).

Neither names the version, the part or the clock that was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from fpgaml.record.base import Kind
from fpgaml.record.synthesis import Resource
from fpgaml.record.vendor import Clock, ReportedTiming, ReportRow, VendorReport
from fpgaml.vendor_reports.source import Source, UnusableError, shown
from fpgaml.vendor_reports.values import above_zero, at_least_zero, count

FORMAT, FORMAT_QUARTUS = "oneAPI resource estimate", "oneAPI Quartus results"
TOOL, TOOL_QUARTUS = "oneAPI", "Quartus, from oneAPI"
NOT_NAMED = "the report names neither the version of the tool nor the part"
ESTIMATE, FIT, FIT_CLOCK = "estimatedResources", "quartusFitResourceUsageSummary", "quartusFitClockSummary"
COLUMNS = {"ALUTs": ("LUT", "ALUT"), "FFs": ("FF", "register"), "RAMs": ("BRAM", "RAM block"), "DSPs": ("DSP", "DSP")}
TOTAL, AVAILABLE = "Total", "Available"
NO_KERNEL = frozenset({TOTAL, AVAILABLE, "Kernel Subtotal", "Pipe resources"})


def recognises(head: str) -> bool:
    """Whether the top of a file is that of summary.ndjson."""
    return head.startswith("{") and '"summary_type"' in head


def recognises_quartus(head: str) -> bool:
    """Whether the top of a file is that of quartus.ndjson."""
    return head.startswith("{") and f'"{FIT_CLOCK}"' in head[:200]


def read(source: Source) -> VendorReport:
    """Read summary.ndjson: one object a line.

    Raises:
        UnusableError: it is cut off, or not as oneAPI writes it.
    """
    entries = [_object(line) for line in source.lines if line.strip()]
    head = next((each for each in entries if each.get("summary_type") == ESTIMATE), None)
    if head is None:
        raise UnusableError("has no estimate of resources")
    titles = _titles(head)
    rows = {shown(str(each.get("name"))): each for each in entries if each.get("parent") == ESTIMATE}
    if TOTAL not in rows or AVAILABLE not in rows:
        raise UnusableError("does not say its total of resources: it is cut off")
    used, held = _counts(titles, rows[TOTAL]), _counts(titles, rows[AVAILABLE])
    kernels = [name for name in rows if name not in NO_KERNEL]
    resources = tuple(
        Resource(name=name, used=used[name], unit=unit, available=held.get(name))
        for name, unit in COLUMNS.values()
        if name in used
    )
    return VendorReport(
        file=source.file,
        sha256=source.sha256,
        format=FORMAT,
        kind=Kind.HLS_CSYNTH,
        tool=TOOL,
        version="",
        state="",
        part="",
        top="",
        made="",
        resources=resources,
        rows=tuple(_row(name, _counts(titles, rows[name])) for name in kernels),
        notes=(NOT_NAMED,),
    )


def read_quartus(source: Source) -> VendorReport:
    """Read quartus.ndjson: one object.

    Raises:
        UnusableError: it is cut off, or Quartus was not run.
    """
    found = _object(source.text)
    nodes = list(_nodes(found, FIT))
    system = next((each for each in nodes if each.get("type") == "system"), None)
    if system is None or "alm" not in system:
        raise UnusableError("has no results of Quartus: it was not run, or did not come to its end")
    kernels = [each for each in nodes if each.get("type") == "kernel"]
    return VendorReport(
        file=source.file,
        sha256=source.sha256,
        format=FORMAT_QUARTUS,
        kind=Kind.POST_ROUTE,
        tool=TOOL_QUARTUS,
        version="",
        state="Fitted",
        part="",
        top=shown(str(kernels[0].get("name", ""))) if len(kernels) == 1 else "",
        made="",
        resources=tuple(
            Resource(name=name, used=used, unit=unit, available=None)
            for (name, unit), used in zip(
                (("LUT", "ALM"), ("FF", "register"), ("DSP", "DSP"), ("BRAM", "RAM block")),
                _fitted(system).values(),
                strict=True,
            )
        ),
        timing=_timing(found),
        rows=tuple(_row(shown(str(each.get("name", "?"))), _fitted(each)) for each in kernels),
        notes=(NOT_NAMED,),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise UnusableError("is cut off, or no JSON") from None
    if not isinstance(found, dict):
        raise UnusableError("holds something else than objects")
    return found


def _no_number(name: str) -> NoReturn:
    raise UnusableError(f"holds {name}, which is no number")


def _titles(head: Mapping[str, Any]) -> list[str]:
    columns = head.get("columns")
    if not isinstance(columns, list) or len(columns) < 2:
        raise UnusableError("does not name its columns")
    return [str(each).strip() for each in columns[1:]]


def _counts(titles: Sequence[str], entry: Mapping[str, Any]) -> dict[str, int]:
    data = entry.get("data")
    if not isinstance(data, list) or len(data) != len(titles):
        raise UnusableError("has a row with more or fewer numbers than columns")
    found = dict(zip(titles, data, strict=True))
    if not {"ALUTs", "FFs"} <= found.keys():
        raise UnusableError("has no columns of ALUTs and FFs")
    return {name: count(str(found[title]), title) for title, (name, _) in COLUMNS.items() if title in found}


def _nodes(found: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    table = found.get(name)
    nodes = table.get("nodes") if isinstance(table, dict) else None
    if not isinstance(nodes, list):
        raise UnusableError(f"has no {name}")
    yield from (each for each in nodes if isinstance(each, dict))


def _fitted(node: Mapping[str, Any]) -> dict[str, int]:
    names = {"LUT": "alm", "FF": "reg", "DSP": "dsp", "BRAM": "ram"}
    # ALMs and DSP blocks may be shared: halves are rounded up.
    return {name: -int(-at_least_zero(str(node.get(key, "")), key) // 1) for name, key in names.items()}


def _timing(found: Mapping[str, Any]) -> ReportedTiming:
    node = next(_nodes(found, FIT_CLOCK), {})
    fastest = above_zero(str(node.get("clock fmax", "")), "clock fmax")
    return ReportedTiming(
        met=None,
        said="oneAPI gives the highest clock, not the one that was asked for.",
        clocks=(Clock(name="kernel clock", period_ns=None, fmax_mhz=fastest),),
        slacks=(),
    )


def _row(name: str, resources: Mapping[str, int]) -> ReportRow:
    return ReportRow(name=name or "?", module="", depth=1, inclusive=True, resources=dict(resources))
