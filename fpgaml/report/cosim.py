"""The reports on simulations of a project's RTL: with its bench, and in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from fpgaml.report.console import clean, columns, line, title

_LABELS = {"passed": ("PASSED", "green"), "failed": ("FAILED", "bold red"), "not applicable": ("-", "dim")}
FILES_SHOWN = 5

Json = Mapping[str, Any]


def print_cosim(console: Console, entry: Json) -> None:
    """Print one entry of `cosim` of results.json: every check, timing, speed, and the verdict."""
    title(console, f"RTL simulation ({entry['kind']}, {entry['tool']}, shell {entry['shell']}, {entry['hdl']})")
    rows = [
        (check["name"].replace("_", " "), Text(*_LABELS[check["status"]]), _said(check)) for check in entry["checks"]
    ]
    columns(console, rows)
    speed = entry["measured"]["frames_per_second"]
    for text in timing(entry):
        line(console, text)
    if "vendor" in entry:
        line(console, vendor_timing(entry["vendor"]))
    if speed is not None:
        line(console, f"{speed:,.0f} frames/s of simulation at full load")
    _end(console, entry["edited"], verdict(entry))


def print_bulk(console: Console, entry: Json) -> None:
    """Print the entry `bulk` of results.json: what was run, timing, speed, and the verdict."""
    title(console, f"RTL simulation in bulk ({entry['kind']}, {entry['tool']}, shell {entry['shell']})")
    events = f"events of {clean(entry['data'])}" if entry["data"] else f"made-up events, seed {entry['seed']}"
    line(console, f"{events}, {_load(entry)}")
    for text in timing(entry):
        line(console, text)
    alone, whole = entry["measured"]["frames_per_second"], entry["measured"]["frames_per_second_whole"]
    line(console, f"{alone:,.0f} frames/s of simulation alone, on {_count(entry['processes'], 'process', 'processes')}")
    line(console, f"{whole:,.0f} frames/s with making inputs, interpreter and comparison")
    seconds = entry["compile_seconds"]
    line(console, "compiled by an earlier run" if seconds is None else f"compiled in {seconds:.1f} s")
    _end(console, entry["edited"], bulk_verdict(entry))


def timing(entry: Json) -> list[str]:
    """Latency and initiation interval, in sentences."""
    lines = []
    for name, key in (("latency", "latency"), ("initiation interval", "interval")):
        measured, declared = entry["measured"][key], entry["declared"][key]
        if measured is not None:
            aside = "" if declared is None else ", as declared" if measured == declared else f"; declared: {declared}"
            lines.append(f"{name}: {_cycles(measured)}{aside}")
    return lines


def vendor_timing(vendor: Json) -> str:
    """What the tool that wrote the RTL says of its timing."""
    latency, interval = ("unknown" if vendor[key] is None else _cycles(vendor[key]) for key in ("latency", "interval"))
    source = f"{vendor['kind']}, {vendor['source']}"
    return f"{vendor['tool']} says ({source}): latency {latency}, initiation interval {interval}"


def verdict(entry: Json) -> Text:
    """One line."""
    failed = [check["name"].replace("_", " ") for check in entry["checks"] if check["status"] == "failed"]
    if failed:
        return Text.assemble(("FAILED", "bold red"), f": {', '.join(failed)} ({entry['tool']}, {entry['kind']})")
    frames = sum(check["frames"] for check in entry["checks"])
    return Text.assemble(("PASSED", "bold green"), f": {frames} frames, every bit ({entry['tool']}, {entry['kind']})")


def bulk_verdict(entry: Json) -> Text:
    """One line; where a bit is wrong, its place."""
    frames, source = f"{entry['frames']:,} frames", f"({entry['tool']}, {entry['kind']})"
    if entry["passed"]:
        return Text.assemble(("PASSED", "bold green"), f": {frames}, every bit {source}")
    first, wrong = entry["first"], clean(entry["problem"])
    if first:
        place = f"frame {first['frame']}, {clean(first['output'])}[{first['element']}] bit {first['bit']}"
        wrong = f"{place}: expected {first['expected']}, got {first['got']}"
    return Text.assemble(("FAILED", "bold red"), f" after {frames}: {wrong} {source}")


def _end(console: Console, edited: Sequence[str], conclusion: Text) -> None:
    if edited:
        shown = ", ".join(clean(name) for name in edited[:FILES_SHOWN])
        more = f" and {len(edited) - FILES_SHOWN} more" if len(edited) > FILES_SHOWN else ""
        line(console, Text(f"Edited since the project was generated, and simulated as it is: {shown}{more}", "yellow"))
    console.print()
    line(console, conclusion, indent=0)


def _load(entry: Json) -> str:
    gaps, stalls = entry["gap_percent"], entry["stall_percent"]
    pauses = [f"gaps in {gaps} %"] * bool(gaps) + [f"back-pressure in {stalls} %"] * bool(stalls)
    return f"{' and '.join(pauses)} of the cycles" if pauses else "at full load"


def _cycles(number: float) -> str:
    return _count(number, "cycle", "cycles")


def _count(number: float, one: str, many: str) -> str:
    return f"{number:.10g} {one if number == 1 else many}"


def _said(check: Json) -> str:
    if check["status"] == "passed":
        return f"{check['frames']} frames" if check["frames"] else clean(check["message"]) or "watched in every check"
    return clean(check["message"])
