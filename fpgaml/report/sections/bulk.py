"""The simulation of a project's RTL in bulk."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.record.cosim import Bulk
from fpgaml.report.section import Line, Part, Section, Subject, line
from fpgaml.report.sections.cosim import FAILED, PASSED, end, timing
from fpgaml.report.words import counted


def sections(subject: Subject) -> Iterator[Section]:
    """The last run."""
    if subject.results.bulk is not None:
        yield bulk_section(subject.results.bulk)


def bulk_section(entry: Bulk) -> Section:
    """What was run, timing, speed, and the verdict."""
    events = f"events of {entry.data}" if entry.data else f"made-up events, seed {entry.seed}"
    parts: list[Part] = [line(f"{events}, {_load(entry)}"), *timing(entry.measured, entry.declared)]
    alone, whole = entry.measured.frames_per_second, entry.measured.frames_per_second_whole
    where = counted(entry.processes, "process", "processes")
    parts += [line(f"{alone:,.0f} frames/s of simulation alone, on {where}")] if alone is not None else []
    parts += [line(f"{whole:,.0f} frames/s with making inputs, the Graph and comparison")] if whole is not None else []
    parts += [line(f"expected results: {entry.graph_by}")] if entry.graph_by else []
    seconds = entry.compile_seconds
    parts.append(line("compiled by an earlier run" if seconds is None else f"compiled in {seconds:.1f} s"))
    parts += end(entry.edited, _verdict(entry))
    return Section("RTL simulation in bulk", parts, f"{entry.kind}, {entry.tool}, shell {entry.shell}")


def _verdict(entry: Bulk) -> Line:
    """One line; where a bit is wrong, its place."""
    frames, source = f"{entry.frames:,} frames", f"({entry.tool}, {entry.kind})"
    if entry.passed:
        return line(PASSED, f": {frames}, every bit {source}", indented=False)
    first, wrong = entry.first, entry.problem
    if first:
        place = f"frame {first.frame}, {first.output}[{first.element}] bit {first.bit}"
        wrong = f"{place}: expected {first.expected}, got {first.got}"
    return line(FAILED, f" after {frames}: {wrong} {source}", indented=False)


def _load(entry: Bulk) -> str:
    gaps, stalls = entry.gap_percent, entry.stall_percent
    pauses = [f"gaps in {gaps} %"] * bool(gaps) + [f"back-pressure in {stalls} %"] * bool(stalls)
    return f"{' and '.join(pauses)} of the cycles" if pauses else "at full load"
