"""The report on a simulation of a project's RTL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from fpgaml.report.layout import clean, columns, line, title

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
    for text in timing(entry):
        line(console, text)
    edited = entry["edited"]
    if edited:
        shown = ", ".join(clean(name) for name in edited[:FILES_SHOWN])
        more = f" and {len(edited) - FILES_SHOWN} more" if len(edited) > FILES_SHOWN else ""
        line(console, Text(f"Edited since the project was generated, and simulated as it is: {shown}{more}", "yellow"))
    console.print()
    line(console, verdict(entry), indent=0)


def timing(entry: Json) -> list[str]:
    """Latency, initiation interval and speed, in sentences."""
    lines = []
    for name, key in (("latency", "latency"), ("initiation interval", "interval")):
        measured, declared = entry["measured"][key], entry["declared"][key]
        if measured is not None:
            aside = "" if declared is None else ", as declared" if measured == declared else f"; declared: {declared}"
            lines.append(f"{name}: {measured} {'cycle' if measured == 1 else 'cycles'}{aside}")
    speed = entry["measured"]["frames_per_second"]
    if speed is not None:
        lines.append(f"{speed:,.0f} frames/s of simulation at full load")
    return lines


def verdict(entry: Json) -> Text:
    """One line."""
    failed = [check["name"].replace("_", " ") for check in entry["checks"] if check["status"] == "failed"]
    if failed:
        return Text.assemble(("FAILED", "bold red"), f": {', '.join(failed)} ({entry['tool']}, {entry['kind']})")
    frames = sum(check["frames"] for check in entry["checks"])
    return Text.assemble(("PASSED", "bold green"), f": {frames} frames, every bit ({entry['tool']}, {entry['kind']})")


def _said(check: Json) -> str:
    if check["status"] == "passed":
        return f"{check['frames']} frames" if check["frames"] else "watched in every check"
    return clean(check["message"])
