"""Checks layer by layer, where they were asked for."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report import checks
from fpgaml.report.section import Section, Subject, Table, name
from fpgaml.report.words import percent


def sections(subject: Subject) -> Iterator[Section]:
    """One table a check."""
    for check in subject.results.checks:
        if not check.layers:
            continue
        rows = [
            (
                name(checks.tensor(layer)),
                checks.layer_label(layer),
                percent(layer.differing_values, layer.values),
                f"{layer.largest_lsb:.4g}",
                f"{layer.largest:.4g}",
            )
            for layer in check.layers
        ]
        table = Table(rows, ("layer", "", "differing", "max LSB", "max error"), right=(2, 3, 4))
        yield Section(f"Layers: {check.name}", [table], check.kind)
