"""Parts of a design: as many as a record should hold."""

from __future__ import annotations

from collections.abc import Iterable

from fpgaml.record.vendor import ReportRow

MOST_ROWS = 300


def depth_of(cell: str, spaces: int) -> int:
    """How deep a part lies, by the indentation of its name in a cell that begins with one space."""
    return max(0, len(cell) - len(cell.lstrip()) - 1) // spaces


def shallowest(rows: Iterable[ReportRow]) -> tuple[ReportRow, ...]:
    """In their order; where there are more than MOST_ROWS, without the deepest levels."""
    kept = tuple(rows)
    deepest = max((row.depth for row in kept), default=0)
    while len(kept) > MOST_ROWS and deepest:
        kept = tuple(row for row in kept if row.depth < deepest)
        deepest -= 1
    return kept[:MOST_ROWS]
