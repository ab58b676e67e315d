"""What a project was generated from and checked for, as facts with a name each, to be set beside those of others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fpgaml.record.manifest import PortFacts
from fpgaml.report.section import Subject
from fpgaml.report.sections.ports import port_type
from fpgaml.report.words import counted

LONGEST = 60
"""Characters of a value that are shown."""
HASHED = 12
"""Of a hash, as git shortens them."""
NONE = "-"
"""Where a project has no such fact."""


@dataclass(frozen=True)
class Fact:
    """A fact of several projects; values: by project, in their order; NONE where one has no such fact."""

    group: str
    name: str
    values: Mapping[str, str]

    @property
    def differs(self) -> bool:
        """Whether it is another one in some project."""
        return len(set(self.values.values())) > 1

    @property
    def only_in(self) -> tuple[str, ...]:
        """The projects that have it, where some have not and those that have agree; empty otherwise."""
        having = {name: value for name, value in self.values.items() if value != NONE}
        return tuple(having) if len(having) < len(self.values) and len(set(having.values())) == 1 else ()

    @property
    def title(self) -> str:
        """With the group that it belongs to."""
        return f"{self.group}: {self.name}" if self.name else self.group


def facts_of(subjects: Mapping[str, Subject]) -> tuple[Fact, ...]:
    """All facts that any of the projects has, those of one group together."""
    found = {name: dict(_facts(subject)) for name, subject in subjects.items()}
    keys = dict.fromkeys(key for facts in found.values() for key in facts)
    groups = {group: place for place, group in enumerate(dict.fromkeys(group for group, _ in keys))}
    ordered = sorted(keys, key=lambda key: groups[key[0]])
    return tuple(Fact(*key, {name: facts.get(key, NONE) for name, facts in found.items()}) for key in ordered)


def _facts(subject: Subject) -> Iterator[tuple[tuple[str, str], str]]:
    manifest, results = subject.manifest, subject.results
    source, board = manifest.source, manifest.board
    yield ("verdict", ""), str(subject.verdict)
    for check in results.checks:
        yield ("check", check.name), str(check.status)
    yield ("edited since", ""), counted(len(subject.edited), "file") if subject.edited else "no"
    yield ("model", "file"), source.title
    yield ("model", "sha256"), ", ".join(each.sha256[:HASHED] for each in source.files)
    yield ("model", "framework"), "; ".join(each.framework for each in source.files)
    yield ("Graph", "sha256"), manifest.graph_sha256[:HASHED]
    if manifest.settings.on_board:
        yield ("board", "name"), board.name
        yield ("board", "part"), board.part
        yield ("board", "clock"), f"{board.clock_ns:.6g} ns ({1e3 / board.clock_ns:.6g} MHz)"
    for name, value in _flat(manifest.settings.to_json()):
        yield ("setting", name), value
    for direction, ports in (("input", manifest.inputs), ("output", manifest.outputs)):
        for port in ports:
            yield (direction, port.name), _port(port)
    for choice in manifest.input_types:
        yield ("type of the input", choice.name), choice.type
    yield ("approximations", ""), str(len(manifest.approximations))
    if manifest.precision:
        yield ("precision", manifest.precision.how), _brief("; ".join(manifest.precision.asked))
    for name, value in _flat(manifest.vectors.to_json()):
        yield ("vectors", name), value
    for name, version in manifest.versions.items():
        yield ("version", name), version
    whole = "\n".join(f"{digest} {name}" for name, digest in sorted(manifest.files.items()))
    yield ("files", ""), f"{len(manifest.files)}, {hashlib.sha256(whole.encode()).hexdigest()[:HASHED]}"


def _port(port: PortFacts) -> str:
    shape = " x ".join(map(str, port.shape)) or "scalar"
    return f"{shape} of {port_type(port)}, step 2^{-port.fractional}"


def _flat(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """What nested objects hold, by the path to it."""
    if isinstance(content, Mapping) and content:
        for name, value in content.items():
            yield from _flat(value, f"{path}.{name}" if path else str(name))
    elif isinstance(content, Sequence) and not isinstance(content, str):
        yield path, _brief(", ".join(map(str, content)) or NONE)
    elif content is not None and content != {}:
        hashed = path.endswith("sha256") and isinstance(content, str)
        yield path, str(content)[:HASHED] if hashed else _brief(str(content))


def _brief(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    # Two long values that differ must not be shortened to the same.
    return f"{text[: LONGEST - 12]}... ({hashlib.sha256(text.encode()).hexdigest()[:6]})"
