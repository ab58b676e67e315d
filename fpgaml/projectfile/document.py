"""Read a small YAML file: a mapping with the line of each key, and nothing that YAML can do beyond that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fpgaml.errors import FpgamlError

LARGEST = 1 << 16
"""Bytes."""
DEEPEST = 8
"""Levels of values in values."""
ADVICE = "docs/fpgaml-yaml.md describes the file; `fpgaml init --force` writes a new one"


@dataclass(frozen=True)
class Document:
    """A file that holds keys with values.

    Args:
        values: by key, as YAML 1.1 reads them; written: single values as they are written, `5` and `no` too.
        lines: where each key stands, from 1.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


def read_text(path: Path) -> str:
    """The whole file.

    Raises:
        FpgamlError: it cannot be read, is too large, or is no UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise FpgamlError(str(path), f"has more than {LARGEST:,} bytes", ADVICE)
        return content.decode("utf-8-sig")
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}", ADVICE) from None
    except UnicodeDecodeError as error:
        raise FpgamlError(str(path), f"is no UTF-8 text: {error.reason} at byte {error.start}", ADVICE) from None


def read_document(path: Path, text: str) -> Document:
    """The keys and values of a file's text.

    Raises:
        FpgamlError: no YAML, or more than keys with plain values: anchors and aliases, which can grow without bound,
            tags, which can name classes, several documents, a key twice.
    """
    try:
        _refuse_more_than_values(path, text)
        root = yaml.compose(text, yaml.SafeLoader)
        if root is None:
            return Document()
        if not isinstance(root, yaml.MappingNode):
            raise _wrong(path, root.start_mark.line, "holds no keys", "Write `model: FILE`")
        return _document(path, root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        said = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise _wrong(path, mark.line if mark else None, f"is no YAML: {said}") from None


def _document(path: Path, root: yaml.MappingNode) -> Document:
    loader = yaml.SafeLoader("")
    values: dict[str, Any] = {}
    written: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in root.value:
        line = key.start_mark.line
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong(path, line, "a key that is no word")
        if key.value in lines:
            raise _wrong(path, line, f"`{key.value}` stands in line {lines[key.value]} already", "Keep one of them")
        lines[key.value] = line + 1
        try:
            values[key.value] = loader.construct_object(value, deep=True)
        except ValueError as error:  # such as the date 2026-99-99
            raise _wrong(path, line, f"`{key.value}`: {error}") from None
        written[key.value] = _written(value)
    return Document(values, written, lines)


def _written(node: yaml.Node) -> Any:
    """Single values as text, alone or in a list; None for nothing; other values as they are no text."""
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_written(each) for each in node.value]
    return {}


def _refuse_more_than_values(path: Path, text: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line = event.start_mark.line if event.start_mark else None
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _wrong(path, line, "anchors and aliases (& and *) are not read here", "Write the value itself")
        if getattr(event, "tag", None):
            raise _wrong(path, line, f"the tag {getattr(event, 'tag', '')} is not read here", "Write the value alone")
        if depth > DEEPEST:
            raise _wrong(path, line, f"values within values, more than {DEEPEST} deep")
        if documents > 1:
            raise _wrong(path, line, "a second document", "Keep one, without `---` between")


def _wrong(path: Path, line: int | None, reason: str, advice: str = ADVICE) -> FpgamlError:
    return FpgamlError(str(path) if line is None else f"{path}, line {line + 1}", reason, advice)
