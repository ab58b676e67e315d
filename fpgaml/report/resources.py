"""What is used of what a device holds, as a table: of whatever kind the numbers are."""

from __future__ import annotations

from collections.abc import Iterable

from fpgaml.record.synthesis import Resource
from fpgaml.report.section import Cell, Mark, Table, Words

ALWAYS_SHOWN = ("LUT", "FF", "DSP", "BRAM")


def resource_table(resources: Iterable[Resource]) -> Table:
    """A row a resource, with its share of the device."""
    rows: list[tuple[Cell, ...]] = []
    for each in resources:
        if not each.used and each.name not in ALWAYS_SHOWN:
            continue
        title = f"  of these {each.name}" if each.name == "LUTRAM" else each.name
        total = f"{each.available:,}" if each.available is not None else ""
        rows.append((title, f"{each.used:,}", total, _share(each), each.unit))
    return Table(rows, ("", "used", "of", "", "counted in"), right=(1, 2, 3))


def _share(each: Resource) -> Words:
    if each.available is None:
        return Words("")
    if not each.available:
        return Words("" if not each.used else "none there", Mark.BAD)
    return Words(f"{100 * each.used / each.available:.2f} %", Mark.PLAIN if each.fits else Mark.BAD)
