"""What each node is held in and computed in, where a processor computes it."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report.section import Section, Subject, Table, name


def sections(subject: Subject) -> Iterator[Section]:
    """A table of nodes; nothing for what is no program."""
    rows = [(name(node), held, computed) for node, held, computed in subject.manifest.settings.node_rows]
    if rows:
        yield Section("Arithmetic", [Table(rows, ("node", "held in", "computed in"))])
