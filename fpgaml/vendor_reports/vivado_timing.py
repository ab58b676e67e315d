"""Vivado's `report_timing_summary`: the worst slacks of the design and of each clock, and the tool's own verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fpgaml.record.vendor import Clock, ReportedTiming, Slack, TimingCheck, VendorReport
from fpgaml.vendor_reports.source import LONGEST_FIELD, Source, UnusableError, shown
from fpgaml.vendor_reports.values import above_zero, count, real_or_none
from fpgaml.vendor_reports.vivado_header import Header, is_vivado, read_header

FORMAT = "Vivado timing summary"
DESIGN, CLOCKS, INTRA, INTER = "Design Timing Summary", "Clock Summary", "Intra Clock Table", "Inter Clock Table"
MET, NOT_MET = "All user specified timing constraints are met.", "Timing constraints are not met."
NO_CONSTRAINTS = "There are no user specified timing constraints."
CHECKS: dict[TimingCheck, tuple[str, str]] = {
    "setup": ("WNS(ns)", "TNS"),
    "hold": ("WHS(ns)", "THS"),
    "pulse width": ("WPWS(ns)", "TPWS"),
}
"""By kind of check the column of the worst slack, and what the others of it begin with."""
NOT_TIMED = {
    r"There (?:are|is) ([\d,]+) register/latch pins? with no clock\b": "register pins have no clock",
    r"There (?:are|is) ([\d,]+) pins? that (?:are|is) not constrained for maximum delay\.": "pins are not constrained",
}
"""Sentences of check_timing that tell of paths within the design that nothing was checked for."""
_CLOCK = re.compile(r"\s*(\S+(?: \S+)*)\s+\{[^{}]*\}\s+(\S+)\s+\S+\s*")


def recognises(head: str) -> bool:
    """Whether the top of a file is that of this report."""
    return is_vivado(head, "report_timing_summary")


def read(source: Source) -> VendorReport:
    """Read the report.

    Raises:
        UnusableError: it is cut off, or not as Vivado writes it.
    """
    header = read_header(source)
    sections = _sections(source)
    state, notes = _state(header, source)
    return header.report(source, FORMAT, state=state, notes=notes, timing=_timing(source, sections))


def _sections(source: Source) -> dict[str, list[str]]:
    """The lines of the sections that are read; each one ends where the next begins, so that none is cut off."""
    heads = {line[2:].strip(): number for number, line in enumerate(source.lines) if line.startswith("| ")}
    names = (DESIGN, CLOCKS, INTRA, INTER)
    missing = next((name for name in names if name not in heads), None)
    if missing is not None:
        raise UnusableError(f"is cut off: section {missing!r} is not there")
    starts = [heads[name] for name in names]
    if starts != sorted(starts):
        raise UnusableError("has its sections in another order than Vivado writes them")
    return {
        name: list(source.lines[start + 3 : stop - 1])
        for name, start, stop in zip(names, starts, starts[1:], strict=False)
    }


def _state(header: Header, source: Source) -> tuple[str, tuple[str, ...]]:
    """The state of the design; where the header does not say it, the delays of nets do."""
    if header.state:
        return header.state, ()
    nets = set(re.findall(r"\(fo=\d+, (\w+)\)", source.text))
    if not nets:
        raise UnusableError("does not give the state of the design, and has no paths that tell it: it may be cut off")
    if nets <= {"routed", "unset"}:
        return "Routed", ("the state of the design is not given; the nets of all paths are routed",)
    return "Synthesized", ("the state of the design is not given; not all nets of its paths are routed",)


def _timing(source: Source, sections: dict[str, list[str]]) -> ReportedTiming:
    design = sections[DESIGN]
    said = next((line.strip() for line in design if line.strip() in (MET, NOT_MET, NO_CONSTRAINTS)), None)
    if said is None:
        raise UnusableError("does not say whether the constraints are met")
    slacks = [slack for _, row in _rows(design) for slack in _slacks("", row)]
    if said == NO_CONSTRAINTS:
        return ReportedTiming(met=None, said=f"{said} This is no pass.", clocks=(), slacks=())
    if not slacks:
        raise UnusableError("has no row of slacks")
    for name, row in _rows(sections[INTRA]):
        slacks += _slacks(name, row)
    worst = min(each.worst_ns for each in slacks)
    if (said == MET) != (worst >= 0):
        raise UnusableError(f"contradicts itself: it says {said!r}, and its smallest slack is {worst:g} ns")
    not_timed = list(_not_timed(source))
    clocks = tuple(_clocks(sections[CLOCKS]))
    met: bool | None = said == MET
    if met and not_timed:
        met, said = None, f"{said} But {' and '.join(not_timed)}."
    return ReportedTiming(met=met, said=said, clocks=clocks, slacks=tuple(slacks))


def _rows(lines: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows below a line of dashes: the name at the left, if any, and the other cells by title.

    Numbers end where the dashes of their column end; a cell may be empty.
    """
    number = next((index for index, line in enumerate(lines) if line.strip() and not line.replace("-", " ").strip()), 0)
    if not number:
        return
    spans = [(found.start(), found.end()) for found in re.finditer(r"-+", lines[number])]
    titles = [lines[number - 1][start:stop].strip() for start, stop in spans]
    first = 1 if titles[0] == "Clock" else 0
    for line in lines[number + 1 :]:
        if not line.strip():
            return
        name = re.match(r"\s*(\S+(?: \S+)*)", line) if first else None
        left = name.end() if name else 0
        cells = {}
        for title, (_, stop) in zip(titles[first:], spans[first:], strict=True):
            cells[title], left = line[left:stop].strip(), max(left, stop)
        yield (shown(name[1]) if name else ""), cells


def _slacks(clock: str, row: dict[str, str]) -> Iterator[Slack]:
    for check, (worst, rest) in CHECKS.items():
        value = real_or_none(row.get(worst), worst)
        if value is not None:
            yield Slack(
                check=check,
                clock=clock,
                corner="",
                worst_ns=value,
                total_ns=real_or_none(row.get(f"{rest}(ns)"), rest),
                failing=count(row.get(f"{rest} Failing Endpoints", ""), f"{rest} Failing Endpoints"),
                endpoints=count(row.get(f"{rest} Total Endpoints", ""), f"{rest} Total Endpoints"),
            )


def _clocks(lines: list[str]) -> Iterator[Clock]:
    for line in lines:
        found = _CLOCK.fullmatch(line[:LONGEST_FIELD])
        if found:
            yield Clock(name=shown(found[1]), period_ns=above_zero(found[2], f"the period of {shown(found[1])}"))


def _not_timed(source: Source) -> Iterator[str]:
    for sentence, meaning in NOT_TIMED.items():
        number = max((count(each, meaning) for each in re.findall(sentence, source.text)), default=0)
        if number:
            yield f"{number:,} {meaning}"
