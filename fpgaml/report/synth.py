"""What synthesis found, for people: one table a run, with its kind and its tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from fpgaml.report.console import clean, columns, line, shorten, title

Json = Mapping[str, Any]
ALWAYS_SHOWN = ("LUT", "FF", "DSP", "BRAM")
MODULE_COLUMNS = ("LUT", "LUTRAM", "FF", "DSP", "BRAM", "URAM", "carry")


def print_synthesis(console: Console, entries: Sequence[Json]) -> None:
    """Print every synthesis of a project.

    Args:
        entries: the `synthesis` of results.json, as `fpgaml.report.schema.validate` accepts it.
    """
    for entry in entries:
        title(console, _headline(entry))
        _print_resources(console, entry)
        _print_modules(console, entry)
        if entry["timing"]:
            _print_timing(console, entry["timing"])
        for note in entry["notes"]:
            line(console, f"{clean(note)}.")
        if entry["edited"]:
            line(console, Text("Files of the project were edited since it was generated.", "yellow"))
        line(console, verdict(entry))


def kind(entry: Json) -> str:
    """Kind and tool, such as `post-synthesis (yosys 0.70)`: a number without it says nothing."""
    name, version = list(entry["tools"].items())[-1]
    return f"{entry['kind']} ({name} {version})"


def _headline(entry: Json) -> str:
    place = f"{entry['board']}, {entry['part']}" if entry["board"] else f"family {entry['family']}, no board"
    return f"{place}: {kind(entry)}, hierarchy {entry['hierarchy']}, {entry['seconds']:.0f} s"


def _print_resources(console: Console, entry: Json) -> None:
    rows = []
    for resource in entry["resources"]:
        if not resource["used"] and resource["name"] not in ALWAYS_SHOWN:
            continue
        used, available = resource["used"], resource["available"]
        name = f"  of these {resource['name']}" if resource["name"] == "LUTRAM" else resource["name"]
        total = f"{available:,}" if available is not None else ""
        rows.append((name, f"{used:,}", total, _share(used, available), resource["unit"]))
    columns(console, rows, ("", "used", "of", "", "counted in"), right=(1, 2, 3))


def _share(used: int, available: int | None) -> Text:
    if available is None:
        return Text("")
    if not available:
        return Text("" if not used else "none there", "red")
    style = "red" if used > available else ""
    return Text(f"{100 * used / available:.2f} %", style)


def _print_modules(console: Console, entry: Json) -> None:
    if not entry["modules"]:
        return
    names = [name for name in MODULE_COLUMNS if any(row["resources"].get(name) for row in entry["modules"])]
    rows = [
        (
            shorten(clean(row["name"]), 48),
            f"{row['instances']}",
            *(f"{row['resources'].get(name, 0):,}" for name in names),
        )
        for row in entry["modules"]
    ]
    console.print()
    columns(console, rows, ("module, without those inside", "x", *names), right=range(1, len(names) + 2))


def _print_timing(console: Console, timing: Json) -> None:
    met = "reached" if timing["met"] else "missed"
    style = "green" if timing["met"] else ("red" if timing["binding"] else "yellow")
    text = Text.assemble(
        (f"Fmax {timing['fmax_mhz']:.2f} MHz", style), f"; asked for {timing['clock_mhz']:g} MHz, which is {met}."
    )
    line(console, text)
    path = timing["critical_path"]
    delays = f"{path['logic_ns']:.2f} ns logic, {path['routing_ns']:.2f} ns routing"
    line(console, f"Critical path: {clean(path['start'])} to {clean(path['end'])}: {delays}.")
    wrapper = ", ".join(f"{count:,} {name}" for name, count in timing["wrapper"].items())
    line(console, f"Taken off for the shift registers around the ports: {wrapper}.")


def verdict(entry: Json) -> Text:
    """Whether the design fits, in one line."""
    if entry["fits"] is None:
        return Text("Capacity not known: nothing to compare with.", "yellow")
    if entry["fits"]:
        return Text(f"Fits {clean(entry['board'])}.", "green")
    over = [
        f"{resource['name']} {resource['used']:,} of {resource['available']:,}"
        for resource in entry["resources"]
        if resource["available"] is not None and resource["used"] > resource["available"]
    ]
    return Text(f"Does not fit {clean(entry['board'])}: {', '.join(over)}.", "red")
