"""A new fpgaml.yaml for a model: what lies beside it is looked at, and what was written is read again."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fpgaml import __version__
from fpgaml.errors import FpgamlError
from fpgaml.files import write_whole
from fpgaml.frontends.registry import parse_model, what_is_read
from fpgaml.progress import Progress
from fpgaml.projectfile.find_data import find_data
from fpgaml.projectfile.find_model import models_in
from fpgaml.projectfile.finding import Finding
from fpgaml.projectfile.key import Key
from fpgaml.projectfile.project_file import parse_project_file
from fpgaml.projectfile.template import template
from fpgaml.target import Target

PATHS = ("data", "labels", "reference")
"""Keys whose values are files."""


@dataclass(frozen=True)
class New:
    """What was written.

    Args:
        values: by key, as text; findings: what was found beside the model, with the reasons.
    """

    values: Mapping[str, str]
    findings: Sequence[Finding]


def write_new(
    path: Path,
    keys: Sequence[Key],
    model: str,
    target: type[Target],
    given: Mapping[str, str],
    defaults: Mapping[str, str],
    progress: Progress,
) -> New:
    """Write a file for a model.

    Args:
        keys: that may stand in it; model: a file, relative to the folder of `path`, or a task's name.
        given: what the user chose besides, by key; defaults: of keys whose defaults depend on it.

    Raises:
        FpgamlError: the model cannot be read, or holds what cannot be expressed; or the file cannot be written.
    """
    values = {"model": model, "target": target.name, **given}
    findings = _beside(path.parent, model, progress)
    keys = [replace(key, shown=defaults.get(key.name, key.shown)) for key in keys]
    text = template(keys, target.name, f"{target.title}: {target.summary}.", values, findings, __version__)
    expected = values | {each.key: each.value for each in findings if each.value}
    read = parse_project_file(path, text, keys).written
    if read != expected:
        raise FpgamlError(str(path), f"does not read back as {expected}, but as {read}", "Report this as a bug")
    write_whole(path, text)
    return New(expected, findings)


def the_model(folder: Path) -> list[Path]:
    """The model files of a folder, at least one.

    Raises:
        FpgamlError: there is none.
    """
    found = models_in(folder)
    if not found:
        where = str(folder) if folder.parts else "this folder"
        raise FpgamlError(where, "holds no model file", f"fpgaml reads {what_is_read()}. `fpgaml models` lists tasks")
    return found


def _beside(folder: Path, model: str, progress: Progress) -> list[Finding]:
    """Findings on what lies in the folder of the model file; a task brings its own events."""
    path = folder / model
    if not path.exists():
        from fpgaml.tasks import find_network

        if find_network(model):
            return []
    with progress.step("reading the model"):
        shapes = parse_model(path).input_shapes
    with progress.step("looking for events that fit"):
        found = find_data(path.parent, path, shapes)
    return [each.within(Path(model).parent) if each.key in PATHS else each for each in found]


def relative(path: Path, folder: Path) -> str:
    """A path as it stands in a file of the folder."""
    return path.as_posix() if not path.is_absolute() else os.path.relpath(path, folder.resolve())
