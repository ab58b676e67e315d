"""Simulations of a project's RTL with its bench."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fpgaml.record.cosim import BenchCheck, Cosim, Cycles, DeclaredInBulk, MeasuredInBulk, VendorTiming
from fpgaml.report.section import Gap, Line, Mark, Part, Section, Subject, Table, Words, line
from fpgaml.report.words import counted, few

LABELS = {
    "passed": Words("PASSED", Mark.GOOD),
    "failed": Words("FAILED", Mark.BAD, strong=True),
    "not applicable": Words("-", Mark.FAINT),
}
PASSED, FAILED = Words("PASSED", Mark.GOOD, strong=True), Words("FAILED", Mark.BAD, strong=True)


def sections(subject: Subject) -> Iterator[Section]:
    """One a simulator."""
    for entry in subject.results.cosim:
        yield cosim_section(entry)


def cosim_section(entry: Cosim) -> Section:
    """One run: every check, timing, speed, and the verdict."""
    rows = [(check.name.replace("_", " "), LABELS[check.status], _said(check)) for check in entry.checks]
    parts: list[Part] = [Table(rows), *timing(entry.measured, entry.declared)]
    if entry.vendor:
        parts.append(line(vendor_timing(entry.vendor)))
    speed = entry.measured.frames_per_second
    if speed is not None:
        parts.append(line(f"{speed:,.0f} frames/s of simulation at full load" if speed >= 10 else _slow(speed)))
    if entry.chosen:
        parts.append(line(f"{entry.tool} was chosen: {entry.chosen}"))
    parts += end(entry.edited, _verdict(entry))
    return Section("RTL simulation", parts, f"{entry.kind}, {entry.tool}, shell {entry.shell}, {entry.hdl}")


def timing(measured: Cycles | MeasuredInBulk, declared: Cycles | DeclaredInBulk) -> list[Line]:
    """Latency and initiation interval, in sentences."""
    lines = []
    for title, found, said in (
        ("latency", measured.latency, declared.latency),
        ("initiation interval", measured.interval, declared.interval),
        ("last beat", getattr(measured, "drain", None), getattr(declared, "drain", None)),
    ):
        if found is not None:
            aside = "" if said is None else ", as declared" if found == said else f"; declared: {said}"
            lines.append(line(f"{title}: {counted(found, 'cycle')}{aside}"))
    fullest, depth = getattr(measured, "fifo", None), getattr(declared, "fifo", None)
    if fullest is not None:
        aside = ", as declared" if fullest == depth else f"; declared: {depth}"
        lines.append(line(f"fullest FIFO of results: {counted(fullest, 'beat')}{aside}"))
    return lines


def vendor_timing(vendor: VendorTiming) -> str:
    """What the tool that wrote the RTL says of its timing."""
    found = ("unknown" if each is None else counted(each, "cycle") for each in (vendor.latency, vendor.interval))
    latency, interval = found
    source = f"{vendor.kind}, {vendor.source}"
    return f"{vendor.tool} says ({source}): latency {latency}, initiation interval {interval}"


def end(edited: Sequence[str], verdict: Line) -> list[Part]:
    """The last lines: which files were not as generated, and the verdict."""
    said = f"Edited since the project was generated, and simulated as it is: {few(edited)}"
    changed = [line(Words(said, Mark.DOUBTFUL))] if edited else []
    return [*changed, Gap(), verdict]


def _slow(speed: float) -> str:
    return f"{speed:.2g} frames/s of simulation at full load"


def _verdict(entry: Cosim) -> Line:
    failed = [check.name.replace("_", " ") for check in entry.checks if check.status == "failed"]
    if failed:
        return line(FAILED, f": {', '.join(failed)} ({entry.tool}, {entry.kind})", indented=False)
    frames = sum(check.frames for check in entry.checks)
    return line(PASSED, f": {frames} frames, every bit ({entry.tool}, {entry.kind})", indented=False)


def _said(check: BenchCheck) -> str:
    if check.status == "passed":
        if check.frames:
            return f"{check.frames} frames{': ' if check.message else ''}{check.message}"
        return check.message or "watched in every check"
    return check.message
