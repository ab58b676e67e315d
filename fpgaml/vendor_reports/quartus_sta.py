"""Quartus' Timing Analyzer: `.sta.rpt` with its clocks and corners, and `.sta.summary`, which names neither."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from fpgaml.record.base import Kind
from fpgaml.record.vendor import Clock, ReportedTiming, Slack, TimingCheck, VendorReport
from fpgaml.vendor_reports.quartus import check_complete, fields_of, notes_on, titled, tool_name, version_of
from fpgaml.vendor_reports.source import Source, UnusableError, shown
from fpgaml.vendor_reports.tables import Table
from fpgaml.vendor_reports.values import above_zero, count, real, real_or_none

FORMAT, FORMAT_SUMMARY = "Quartus Timing Analyzer", "Quartus Timing Analyzer summary"
SUMMARY = ("Timing Analyzer Summary", "TimeQuest Timing Analyzer Summary")
CLOCKS, UNCONSTRAINED = "Clocks", ("Unconstrained Paths Summary", "Unconstrained Paths")
"""The latter until Quartus II."""
CHECKS: dict[str, TimingCheck] = {
    "Setup": "setup",
    "Hold": "hold",
    "Recovery": "recovery",
    "Removal": "removal",
    "Minimum Pulse Width": "pulse width",
}
FINAL = "final"
_CORNER = re.compile(rf"(.+) Model ({'|'.join(CHECKS)}) Summary")
_FMAX = re.compile(r"(.+) Model Fmax Summary")
_TYPE = re.compile(rf"Type\s+: (.+) Model ({'|'.join(CHECKS)}) '(.*)'")
_NUMBER = re.compile(r"(Slack|TNS)\s+: (\S+)")


def recognises(head: str) -> bool:
    """Whether the top of a file is that of a `.sta.rpt`."""
    return re.match(r"(TimeQuest )?Timing Analyzer report for ", head) is not None


def recognises_summary(head: str) -> bool:
    """Whether the top of a file is that of a `.sta.summary`."""
    return re.match(r"-+\n(TimeQuest )?Timing Analyzer Summary\n-+\n", head) is not None


def read(source: Source) -> VendorReport:
    """Read a `.sta.rpt`.

    Raises:
        UnusableError: it is cut off, or not as Quartus writes it.
    """
    found = titled(source)
    title = next((name for name in SUMMARY if name in found), None)
    if title is None:
        raise UnusableError("is cut off before its summary")
    fields = fields_of(found[title])
    version, edition = version_of(fields.get("Quartus Prime Version", fields.get("Quartus II Version", "")))
    part = fields.get("Device Name", "")
    if not part:
        raise UnusableError("does not say its device")
    check_complete(source, UNCONSTRAINED, found)
    # Pro says at which stage; a final snapshot is one after routing.
    snapshot = fields.get("Snapshot", "")
    final = not snapshot or snapshot.lower() == FINAL
    stage = () if final else (f"the snapshot is {snapshot}, not final: delays may still change",)
    return VendorReport(
        file=source.file,
        sha256=source.sha256,
        format=FORMAT,
        kind=Kind.POST_ROUTE if final else Kind.POST_SYNTHESIS,
        tool=tool_name(edition),
        version=version,
        state=snapshot,
        part=part,
        top="",
        made=shown(source.lines[1]) if len(source.lines) > 1 else "",
        timing=_timing(found),
        notes=(*notes_on(version), *stage),
    )


def read_summary(source: Source) -> VendorReport:
    """Read a `.sta.summary`. It names no version, part or top: it is of use only beside the Fitter's report.

    Raises:
        UnusableError: it is cut off.
    """
    slacks = list(_paragraphs(source))
    if not slacks:
        raise UnusableError("has no check of timing: no clock is constrained, or it is cut off")
    if source.text.rstrip().rsplit("\n", 1)[-1].strip("-"):
        raise UnusableError("is cut off: its last line is not there")
    return VendorReport(
        file=source.file,
        sha256=source.sha256,
        format=FORMAT_SUMMARY,
        kind=Kind.POST_ROUTE,
        tool="Quartus Prime",
        version="",
        state="",
        part="",
        top="",
        made="",
        timing=_judged(slacks, ()),
    )


def _timing(found: Mapping[str, Table]) -> ReportedTiming:
    clocks = _clocks(found)
    slacks = [slack for name, table in found.items() for slack in _slacks(name, table)]
    if not clocks or not slacks:
        return ReportedTiming(met=None, said="No clock is constrained. This is no pass.", clocks=clocks, slacks=())
    timing = _judged(slacks, clocks)
    loose = sum(_unconstrained(found[name]) for name in UNCONSTRAINED if name in found)
    if timing.met and loose:
        said = f"{timing.said} But {loose:,} clocks are illegal or not constrained."
        return timing.model_copy(update={"met": None, "said": said})
    return timing


def _judged(slacks: Sequence[Slack], clocks: tuple[Clock, ...]) -> ReportedTiming:
    """The tool states no verdict in a sentence: no slack below zero is its criterion."""
    missed = [each for each in slacks if each.worst_ns < 0]
    said = f"{len(missed)} of {len(slacks)} checks have negative slack." if missed else "No check has negative slack."
    return ReportedTiming(met=not missed, said=said, clocks=clocks, slacks=tuple(slacks))


def _slacks(name: str, table: Table) -> Iterator[Slack]:
    match = _CORNER.fullmatch(name)
    slack, total, clock = (table.column(title) for title in ("Slack", "End Point TNS", "Clock"))
    if match is None or slack is None or clock is None or len(table.groups) < 2:
        return
    for row in table.groups[1]:
        if len(row) != len(table.header()):
            raise UnusableError("has a row with more or fewer cells than columns")
        worst = real_or_none(row[slack], f"the slack of {match[2]}")
        if worst is not None:
            sum_ns = None if total is None else real_or_none(row[total], f"the TNS of {match[2]}")
            yield _slack(match[1], match[2], shown(row[clock]), worst, sum_ns)


def _slack(corner: str, check: str, clock: str, worst: float, total: float | None) -> Slack:
    return Slack(
        check=CHECKS[check],
        clock=clock,
        corner=shown(corner),
        worst_ns=worst,
        total_ns=total,
        failing=None,
        endpoints=None,
    )


def _clocks(found: Mapping[str, Table]) -> tuple[Clock, ...]:
    table = found.get(CLOCKS)
    period = table.column("Period") if table is not None else None
    if table is None or period is None or len(table.groups) < 2:
        return ()
    fastest = _fmax(found)
    names = [(shown(row[0]), row[period]) for row in table.groups[1] if len(row) == len(table.header())]
    return tuple(
        Clock(name=name, period_ns=above_zero(text, f"the period of {name}"), fmax_mhz=fastest.get(name))
        for name, text in names
        if name
    )


def _fmax(found: Mapping[str, Table]) -> dict[str, float]:
    """By clock, of the worst corner; restricted by what the device's clocks can do."""
    worst: dict[str, float] = {}
    for name, table in found.items():
        at, clock = table.column("Restricted Fmax"), table.column("Clock Name")
        if _FMAX.fullmatch(name) is None or at is None or clock is None or len(table.groups) < 2:
            continue
        for row in table.groups[1]:
            value, _, unit = row[at].strip().partition(" ")
            if unit != "MHz":
                raise UnusableError(f"gives Fmax as {shown(row[at])[:20]!r}, where Quartus gives MHz")
            here = shown(row[clock])
            worst[here] = min(worst.get(here, float("inf")), above_zero(value, "Fmax"))
    return worst


def _unconstrained(table: Table) -> int:
    """Illegal and unconstrained clocks; ports without constraints are the design's own matter."""
    rows = {row[0].strip(): row[1:] for row in table.rows}
    names = ("Illegal Clocks", "Unconstrained Clocks")
    return sum(max((count(cell, name) for cell in rows.get(name, ())), default=0) for name in names)


def _paragraphs(source: Source) -> Iterator[Slack]:
    lines = iter(source.head(len(source.lines)))
    for line in lines:
        match = _TYPE.fullmatch(line.rstrip())
        if match is None:
            continue
        values = {}
        for name in ("Slack", "TNS"):
            number = _NUMBER.fullmatch(next(lines, "").rstrip())
            if number is None or number[1] != name:
                raise UnusableError(f"is cut off: {match[2]} of {shown(match[3])} has no {name}")
            values[name] = real(number[2], f"the {name} of {match[2]}")
        yield _slack(match[1], match[2], shown(match[3]), values["Slack"], values["TNS"])
