"""What the quantizers did to the values that they saw."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report.section import NAME_WIDTH, Part, Section, Subject, Table, line, name
from fpgaml.report.words import once


def sections(subject: Subject) -> Iterator[Section]:
    """Those that call for attention, and how many others there are."""
    quantizers = subject.results.quantizers
    if not quantizers:
        return
    kinds = once(str(each.kind) for each in quantizers)
    of_data = subject.results.events.get("data")
    seen = "on the data" if of_data else "on the test vectors; --data shows typical ranges"
    shown = [each for each in quantizers if subject.everything or each.remark]
    layers = [each.layer for each in quantizers]
    rows = [
        (
            # A layer with several quantizers: only the node tells them apart.
            name(each.layer if layers.count(each.layer) == 1 else each.node, NAME_WIDTH - 4),
            each.quantizer,
            f"{each.range_used:.0%}",
            each.remark or "fine",
        )
        for each in shown
    ]
    parts: list[Part] = [Table(rows, ("quantizer", "type", "used", "remark"), right=(2,))]
    fine = len(quantizers) - len(shown)
    if fine:
        others = "quantizers are" if fine > 1 else "quantizer is"
        parts.append(line(f"{fine} {'more ' if shown else ''}{others} fine (--all lists every one)"))
    yield Section("Quantizers", parts, f"{kinds}, {seen}")
