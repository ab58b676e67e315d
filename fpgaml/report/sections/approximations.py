"""What the model keeps in floating point, and the Graph rounds."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report.section import Cell, Section, Subject, Table, name


def sections(subject: Subject) -> Iterator[Section]:
    """One row each; a layer is named once."""
    rows: list[tuple[Cell, Cell]] = []
    last = None
    for each in subject.manifest.approximations:
        rows.append((name(each.layer) if each.layer != last else "", each.what))
        last = each.layer
    if rows:
        yield Section("Approximations: the model keeps this in floating point, the Graph rounds it", [Table(rows)])
