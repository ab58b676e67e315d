"""An fpgaml.yaml that was read: its values, where they stand, and paths relative to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fpgaml.projectfile.document import read_document, read_text
from fpgaml.projectfile.key import Key, Kind

FILE = "fpgaml.yaml"


@dataclass(frozen=True)
class Table:
    """A value that holds keys of its own.

    Args:
        folder: what paths in it are relative to; where: names it in errors.
    """

    content: Mapping[str, Any]
    folder: Path
    where: str


@dataclass(frozen=True)
class ProjectFile:
    """What a file says.

    Args:
        path: it; text: all of it.
        values: by key; paths are relative to the file's folder already, a table is a `Table`.
        lines: where each key stands, from 1; written: single values as they are written.
    """

    path: Path
    text: str
    values: Mapping[str, Any]
    lines: Mapping[str, int]
    written: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.path.parent

    @property
    def sha256(self) -> str:
        """Of its text, in hexadecimal digits."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    def where(self, name: str) -> str:
        """A key's place, for messages."""
        return f"{self.path}, line {self.lines[name]}, `{name}`"


def read_project_file(path: Path, keys: Sequence[Key]) -> ProjectFile:
    """Read a file.

    Args:
        keys: those that it may have.

    Raises:
        FpgamlError: it cannot be read, or says what means nothing; every such line is named.
    """
    return parse_project_file(path, read_text(path), keys)


def parse_project_file(path: Path, text: str, keys: Sequence[Key]) -> ProjectFile:
    """What a file with this text says; arguments and errors as for `read_project_file`."""
    from fpgaml.projectfile.schema import check  # pydantic, which `fpgaml --help` need not wait for

    document = read_document(path, text)
    values = check(str(path), document, keys)
    known = {key.name: key for key in keys}
    file = ProjectFile(path, text, {}, document.lines, {name: document.written[name] for name in values})
    return replace(file, values={name: _placed(file, known[name], value) for name, value in values.items()})


def _placed(file: ProjectFile, key: Key, value: Any) -> Any:
    folder = file.folder
    if isinstance(value, Mapping):
        return Table(value, folder, file.where(key.name))
    if key.kind is Kind.LIST:
        return [value] if isinstance(value, str) else value
    if key.kind is Kind.PATHS:
        return [folder / each for each in ([value] if isinstance(value, str) else value)]
    if key.kind is Kind.PATH:
        return folder / value
    if key.file_ending and isinstance(value, str) and value.lower().endswith(key.file_ending):
        return str(folder / value)
    return value
