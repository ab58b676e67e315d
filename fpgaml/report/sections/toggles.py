"""Golden vectors of an RTL project: how much of the netlist they move."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report.section import Part, Section, Subject, Table, line, name
from fpgaml.report.words import percent

LAYERS_SHOWN = 3


def sections(subject: Subject) -> Iterator[Section]:
    """The share of wire bits that took both values, and the layers with the most that did not."""
    found = subject.results.toggles
    if found is None:
        return
    share = f"{found.toggled:,} of {found.bits:,} wire bits ({percent(found.toggled, found.bits)}) were both 0 and 1"
    added = f", {found.added} of them added for it" if found.added else ""
    constant = f"; {found.constant:,} more cannot change" if found.constant else ""
    layers = sorted(found.layers, key=lambda layer: layer.toggled - layer.bits)
    rows = [
        (name(layer.name), f"{layer.bits - layer.toggled:,}", f"of {layer.bits:,} bits did not move")
        for layer in (layers if subject.everything else layers[:LAYERS_SHOWN])
        if subject.everything or layer.toggled < layer.bits
    ]
    parts: list[Part] = [line(f"{share} on {found.events} events{added}{constant}")]
    yield Section("Golden vectors: toggle coverage", [*parts, *([Table(rows, right=(1,))] if rows else [])], found.kind)
