"""What a project was generated from and what measured it, for the end of a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fpgaml.record.manifest import ConfigFile, Manifest
from fpgaml.report.section import Cell, Section, Subject, Table, Words
from fpgaml.report.words import counted

Row = tuple[Cell, Cell]
NOTHING: tuple[Any, ...] = (None, "", [], {})
"""Settings that were not made."""


def section(subject: Subject) -> Section:
    """Sources with their hashes, settings, seeds, versions."""
    manifest = subject.manifest
    tools = {**manifest.versions, **subject.results.tools}
    asked = [_asked(manifest.config)] if manifest.config else []
    sources, settings = (
        Table(list(_sources(manifest)), title="Sources"),
        Table(list(_settings(manifest)), title="Settings"),
    )
    return Section("Generated from", [sources, *asked, settings, Table(list(tools.items()), title="Versions")])


def _asked(config: ConfigFile) -> Table:
    """What the user's own file asked for."""
    rows: list[Row] = [("sha256", Words(config.sha256)), ("content", config.content.strip())]
    rows += [("set by flags instead", ", ".join(config.overridden))] if config.overridden else []
    return Table(rows, title=config.file)


def _sources(manifest: Manifest) -> Iterator[Row]:
    source, vectors = manifest.source, manifest.vectors
    for each in source.files:
        yield "model file" if each is source else "then", f"{each.file}, {each.framework}"
        yield "sha256 of it", Words(each.sha256)
    yield "sha256 of the Graph", Words(manifest.graph_sha256)
    events = ", ".join(f"{number} of {origin}" for origin, number in vectors.events.items())
    yield "golden vectors", f"seed {vectors.seed}; events: {events or 'none'}"
    if vectors.data_sha256:
        yield "sha256 of the data", Words(vectors.data_sha256)
    yield "generated files", f"{counted(len(manifest.files), 'file')}, whose sha256 manifest.json holds"


def _settings(manifest: Manifest) -> Iterator[Row]:
    board = manifest.board
    if manifest.settings.on_board:
        yield "board", f"{board.name}, part {board.part}"
        yield "clock", f"{board.clock_ns:.6g} ns"
    for name, value in manifest.settings.to_json().items():
        if value not in NOTHING:
            yield name.replace("_", " "), _shown(value)


def _shown(value: Any) -> str:
    """A setting as a person writes it."""
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_shown(each)}" for name, each in value.items() if each not in NOTHING)
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return ("no", "yes")[value] if isinstance(value, bool) else f"{value}"
