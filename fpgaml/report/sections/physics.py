"""Physics metrics on labelled data."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.record.physics import Physics
from fpgaml.report.section import Section, Subject, Table


def sections(subject: Subject) -> Iterator[Section]:
    """One row a metric and output."""
    physics = subject.results.physics
    if isinstance(physics, Physics):
        rows = [("ROC AUC", name, f"{area:.6f}") for name, area in physics.roc_auc.items()]
        yield Section("Physics", [Table(rows)], physics.kind)
