"""What vendors' tools reported: files, cycles, clocks, slack, power, parts; and the files that could not be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fpgaml.record.base import Kind
from fpgaml.record.vendor import CycleRange, Power, ReportRow, Slack, UnusedReport, VendorReport
from fpgaml.report.drawing import Axis, Bar, Bars
from fpgaml.report.resources import share_bars
from fpgaml.report.section import Cell, Figure, Line, Mark, Part, Section, Subject, Table, Words, line, name

LARGEST_SHOWN = 8
UNUSED_SHOWN = 12
COLUMNS = ("LUT", "FF", "DSP", "BRAM", "URAM")
FILE_WIDTH = 44


def sections(subject: Subject) -> Iterator[Section]:
    """None where there are no reports."""
    yield from vendor_sections(subject.results.vendor, subject.unused_reports, everything=subject.everything)


def vendor_sections(
    reports: Sequence[VendorReport], unused: Sequence[UnusedReport] = (), *, everything: bool = False
) -> Iterator[Section]:
    """Of reports that need not be a project's.

    Args:
        everything: whether all rows are wanted, not only the largest and the worst.
    """
    if reports or unused:
        yield _files(reports, unused, everything)
    for report in _once(reports):
        if report.clock is not None or report.passed is not None or report.latency is not None:
            yield _cycles(report)
        if report.timing is not None:
            yield _slacks(report, everything)
        if report.power is not None:
            yield _power(report, report.power)
        rows = list(_distinct(report.rows))
        if rows:
            yield _parts(report, rows, everything)


def _once(reports: Sequence[VendorReport]) -> Iterator[VendorReport]:
    """Reports that say the same in several files or formats once, the one that says more."""
    kept: list[VendorReport] = []
    for report in sorted(reports, key=lambda each: -len(each.rows)):
        said = (report.latency and report.latency.worst, report.clock, report.timing, report.power, report.passed)
        same = [
            each
            for each in kept
            if (each.kind, each.source, each.top, each.part) == (report.kind, report.source, report.top, report.part)
            and (each.latency and each.latency.worst, each.clock, each.timing, each.power, each.passed) == said
        ]
        if not same:
            kept.append(report)
    yield from (report for report in reports if any(report is each for each in kept))


def _files(reports: Sequence[VendorReport], unused: Sequence[UnusedReport], everything: bool) -> Section:
    rows: list[list[Cell]] = [
        [name(each.file, FILE_WIDTH), str(each.kind), each.source, each.top or "", each.state] for each in reports
    ]
    parts: list[Part] = []
    if rows:
        parts.append(Table(rows, ("file", "kind", "tool", "top", "state")))
    parts += [line(name(each.file, FILE_WIDTH), f": {note}") for each in reports for note in each.notes]
    told = unused if everything else unused[:UNUSED_SHOWN]
    parts += [line(Words(f"not used: {each.file} {each.reason}", Mark.DOUBTFUL)) for each in told]
    if len(unused) > len(told):
        parts.append(line(Words(f"and {len(unused) - len(told)} more that are not used: --all", Mark.DOUBTFUL)))
    return Section("Vendors' reports", parts)


def _aside(report: VendorReport) -> str:
    return f"{report.kind}, {report.source}, {report.file}"


def _cycles(report: VendorReport) -> Section:
    rows: list[tuple[Cell, Cell]] = []
    if report.passed is not None:
        passed = Words("passed", Mark.GOOD) if report.passed else Words("FAILED", Mark.BAD, strong=True)
        rows.append(("RTL against C", passed))
    clock = report.clock
    if report.latency is not None:
        rows.append(("latency", _range(report.latency, clock.target_ns if clock else None)))
    if report.interval is not None:
        rows.append(("initiation interval", _range(report.interval, None)))
    if clock is not None:
        kept = f", of which {clock.uncertainty_ns:g} ns are kept back" if clock.uncertainty_ns else ""
        rows.append(("clock asked for", f"{clock.target_ns:g} ns ({1e3 / clock.target_ns:.6g} MHz){kept}"))
        mark = Mark.GOOD if clock.met else Mark.BAD
        said = f"{clock.estimated_ns:g} ns ({1e3 / clock.estimated_ns:.4g} MHz), {'met' if clock.met else 'missed'}"
        rows.append(("clock estimated", Words(said, mark)))
    title = "Co-simulation by the vendor's tool" if report.kind == Kind.SIMULATED else "High-level synthesis"
    return Section(title, [Table(rows)], _aside(report))


def _range(cycles: CycleRange, period: float | None) -> str:
    if cycles.worst is None:
        return "not known to the tool" if cycles.best is None else f"at least {cycles.best:,} cycles"
    low = f"{cycles.best:,} to " if cycles.best is not None and cycles.best != cycles.worst else ""
    time = f", {cycles.worst * period:,.6g} ns" if period else ""
    return f"{low}{cycles.worst:,} cycles{time}"


def _slacks(report: VendorReport, everything: bool) -> Section:
    timing = report.timing
    if timing is None:
        raise ValueError("a report without timing has no slacks")
    mark = {True: Mark.GOOD, False: Mark.BAD, None: Mark.DOUBTFUL}[timing.met]
    parts: list[Part] = [line(Words(timing.said, mark))]
    shown = timing.slacks if everything else list(_worst(timing.slacks))
    corners = any(each.corner for each in shown)
    rows: list[list[Cell]] = [
        [
            each.check,
            name(each.clock) if each.clock else "all",
            *([each.corner] if corners else []),
            Words(f"{each.worst_ns:.3f}", Mark.BAD if each.worst_ns < 0 else Mark.PLAIN),
            "" if each.total_ns is None else f"{each.total_ns:.3f}",
            "" if each.failing is None else f"{each.failing:,}",
            "" if each.endpoints is None else f"{each.endpoints:,}",
        ]
        for each in shown
    ]
    if rows:
        titles = ("check", "clock", *(["corner"] if corners else []), "slack ns", "sum ns", "failing", "of")
        parts.append(Table(rows, titles, right=range(len(titles) - 4, len(titles))))
    parts += _clocks(report)
    return Section("Clock slack", parts, _aside(report))


def _worst(slacks: Iterable[Slack]) -> Iterator[Slack]:
    """Of each check and clock the worst corner."""
    found: dict[tuple[str, str], Slack] = {}
    for each in slacks:
        key = each.check, each.clock
        if key not in found or each.worst_ns < found[key].worst_ns:
            found[key] = each
    yield from found.values()


def _clocks(report: VendorReport) -> Iterator[Line]:
    for clock in report.timing.clocks if report.timing else ():
        asked = f" asked for {clock.period_ns:g} ns ({1e3 / clock.period_ns:.6g} MHz)" if clock.period_ns else ""
        reached = f" reaches {clock.fmax_mhz:.6g} MHz in the worst corner" if clock.fmax_mhz else ""
        yield line(name(clock.name), f":{' and'.join(each for each in (asked, reached) if each)}")


def _power(report: VendorReport, power: Power) -> Section:
    confidence = Mark.PLAIN if power.confidence.lower() == "high" else Mark.DOUBTFUL
    rows: list[tuple[Cell, Cell]] = [
        ("total", f"{power.total_w:.3f} W"),
        ("dynamic", f"{power.dynamic_w:.3f} W"),
        ("static", f"{power.static_w:.3f} W"),
        ("confidence", Words(power.confidence, confidence)),
    ]
    parts: list[Part] = [Table(rows)]
    if power.parts:
        kinds = sorted(power.parts.items(), key=lambda pair: -pair[1])
        instead = Table([(kind, f"{watts:.3f} W") for kind, watts in kinds], ("dynamic", ""), right=(1,))
        bars = Bars(Axis("power", "W", low=0), [Bar(kind, watts) for kind, watts in kinds])
        parts.append(Figure("Dynamic power by what takes it", bars, [instead]))
    return Section("Power", parts, f"estimate, {report.source}, design {report.state.lower() or 'of unknown state'}")


def _distinct(rows: Iterable[ReportRow]) -> Iterator[ReportRow]:
    """Parts of the design, without those that hold nothing but another one of the same size: wrappers."""
    above: dict[int, ReportRow] = {}
    for row in rows:
        if not row.inclusive or not row.resources:
            continue
        above[row.depth] = row
        parent = above.get(row.depth - 1)
        if row.depth and (parent is None or parent.resources != row.resources):
            yield row


def _parts(report: VendorReport, rows: Sequence[ReportRow], everything: bool) -> Section:
    """The largest parts by LUTs; each holds what lies in it."""
    largest = sorted(rows, key=lambda row: -row.resources.get("LUT", 0))
    shown = largest if everything else largest[:LARGEST_SHOWN]
    columns = [each for each in COLUMNS if any(row.resources.get(each) for row in shown)]
    lines: list[list[Cell]] = [
        [name(row.name, FILE_WIDTH), *(f"{row.resources.get(each, 0):,}" for each in columns)] for row in shown
    ]
    table = Table(lines, ("part, with what lies in it", *columns), right=range(1, len(columns) + 1))
    left = (
        [line(Words(f"and {len(rows) - len(shown)} smaller ones: --all", Mark.FAINT))] if len(rows) > len(shown) else []
    )
    drawn = share_bars([(row.name, row.resources) for row in shown], report.resources)
    part = Figure("What each part takes, with what lies in it", drawn, [table]) if drawn else table
    return Section("Parts of the design", [part, *left], _aside(report))
