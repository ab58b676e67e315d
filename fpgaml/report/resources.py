"""What is used of what a device holds, as a table and drawn: of whatever kind the numbers are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fpgaml.record.synthesis import Resource
from fpgaml.report.drawing import Axis, Bar, Bars, Role
from fpgaml.report.section import Cell, Mark, Table, Words
from fpgaml.report.words import percent

ALWAYS_SHOWN = ("LUT", "FF", "DSP", "BRAM")
DRAWN = (*ALWAYS_SHOWN, "URAM")
MOST_BARS = 10
"""Of a resource."""
WHOLE = 100.0
"""Percent of a device."""
LIMIT_FROM = 40.0
"""Percent from which the end of the device is drawn too."""


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


def share_bars(rows: Sequence[tuple[str, Mapping[str, int]]], resources: Iterable[Resource]) -> Bars | None:
    """Parts of a design against the device, resource by resource; None where no part takes anything.

    Args:
        rows: what each part is called and takes, by resource.
        resources: of the whole design, with what the device holds; without that, shares are of the design.
    """
    wholes = {each.name: each for each in resources}
    known = all(wholes[name].available for name in DRAWN if name in wholes and wholes[name].used)
    bars: list[Bar] = []
    for resource in DRAWN:
        parts = [(label, taken[resource]) for label, taken in rows if taken.get(resource)]
        whole = wholes.get(resource)
        of = (whole.available if known else whole.used) if whole else None
        if not parts or not of:
            continue
        assert whole is not None
        counts = [("all", whole.used, Role.BASELINE)] if known else []
        counts += [(label, count, Role.PLAIN) for label, count in _largest(parts)]
        bars += [_bar(label, count, of, role, resource) for label, count, role in counts]
    if not bars:
        return None
    title = "share of the device" if known else "share of the design"
    return Bars(Axis(title, "%"), bars, WHOLE if max(bar.value for bar in bars) > LIMIT_FROM else None)


def _bar(label: str, count: int, of: int, role: Role, resource: str) -> Bar:
    share = 100 * count / of
    return Bar(label, share, Role.OVER if share > WHOLE else role, f"{count:,} ({percent(count, of)})", resource)


def _largest(parts: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """In their order; small ones together where there are many."""
    if len(parts) <= MOST_BARS:
        return list(parts)
    shown = set(sorted(range(len(parts)), key=lambda index: -parts[index][1])[: MOST_BARS - 1])
    rest = sum(count for index, (_, count) in enumerate(parts) if index not in shown)
    return [*(parts[index] for index in sorted(shown)), (f"{len(parts) - len(shown)} others", rest)]
