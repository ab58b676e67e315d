"""The record's two files: read and checked, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from fpgaml.errors import FpgamlError
from fpgaml.files import write_whole
from fpgaml.record.base import Fact
from fpgaml.record.manifest import FORMAT as MANIFEST_FORMAT
from fpgaml.record.manifest import VERSION as MANIFEST_VERSION
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import FORMAT as RESULTS_FORMAT
from fpgaml.record.results import VERSION as RESULTS_VERSION
from fpgaml.record.results import Results

MANIFEST, RESULTS = "manifest.json", "results.json"
AGAIN = "Convert the model again"

AFact = TypeVar("AFact", bound=Fact)


def read_manifest(folder: Path) -> Manifest:
    """A project's manifest.

    Raises:
        FpgamlError: there is none, it is damaged, or a newer fpgaml wrote it.
    """
    advice = "Give the folder that `fpgaml convert` wrote"
    if not folder.is_dir():
        raise FpgamlError(str(folder), "is not a folder", advice)
    path = folder / MANIFEST
    if not path.exists():
        raise FpgamlError(str(folder), f"has no {MANIFEST}: fpgaml did not write it", advice)
    return parse(Manifest, MANIFEST, _content(path, MANIFEST_FORMAT, MANIFEST_VERSION))


def read_results(folder: Path) -> Results:
    """A project's results.

    Raises:
        FpgamlError: there are none, they are damaged, or a newer fpgaml wrote them.
    """
    path = folder / RESULTS
    if not path.exists():
        raise FpgamlError(str(folder), f"has no {RESULTS}", AGAIN)
    return parse(Results, RESULTS, _content(path, RESULTS_FORMAT, RESULTS_VERSION))


def write_record(folder: Path, record: Manifest | Results) -> None:
    """Write one of the files in the place of what is there; a killed run leaves the old file or the new one.

    Raises:
        FpgamlError: it cannot be written.
    """
    path = folder / (MANIFEST if isinstance(record, Manifest) else RESULTS)
    write_whole(path, json.dumps(record.to_json(), indent=2) + "\n")


def update_results(folder: Path, change: Callable[[Results], Results]) -> Results:
    """Read a project's results, change them, and write them; returns what was written.

    Raises:
        FpgamlError: they cannot be read or written.
    """
    results = change(read_results(folder))
    write_record(folder, results)
    return results


def parse(kind: type[AFact], name: str, content: Any) -> AFact:
    """A part of the record from the content of its file.

    Args:
        name: of the file, for the message.
        content: as `json.loads` returns it.

    Raises:
        FpgamlError: it is not what fpgaml writes; the message has the path of what is wrong.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        place, found = _path(first["loc"]), _brief(repr(first["input"]), 60)
        shown = first["type"] in ("missing", "value_error")
        raise FpgamlError(name, f"{place}: {_brief(message)}{'' if shown else f', not {found}'}", AGAIN) from None


def _content(path: Path, form: str, version: int) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", AGAIN) from None
    if not isinstance(content, dict) or content.get("format") != form:
        raise FpgamlError(str(path), f"is no {path.stem} of fpgaml", AGAIN)
    if content.get("version") != version:
        raise FpgamlError(str(path), f"has version {content.get('version')}", "Use the fpgaml that wrote it")
    return content


def _path(parts: Sequence[str | int]) -> str:
    """As a programmer writes it: `checks[0].status`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".") or "the whole file"


def _brief(message: str, longest: int = 200) -> str:
    return message if len(message) <= longest else f"{message[: longest // 2]} ... {message[-longest // 2 :]}"
