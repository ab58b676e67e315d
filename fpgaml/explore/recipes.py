"""Designs as `fpgaml.yaml` files: `fpgaml convert --config FILE` makes exactly the network that was judged."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from fpgaml.explore.subject import Recipe
from fpgaml.files import write_whole
from fpgaml.projectfile.project_file import FILE
from fpgaml.projectfile.template import scalar

FOLDER = "designs"
HEAD = """\
# Design {number} of an exploration: `fpgaml convert --config {file}` makes it.
# {numbers}
"""


def recipe_folder(output: Path, number: int) -> Path:
    """Where a design's files lie."""
    return output / FOLDER / f"{number:03d}"


def recipe_file(output: Path, number: int) -> Path:
    """A design's fpgaml.yaml."""
    return recipe_folder(output, number) / FILE


def write_recipe(folder: Path, number: int, numbers: str, keys: Mapping[str, str | Path], recipe: Recipe) -> Path:
    """Write a design's fpgaml.yaml, and what it names.

    Args:
        numbers: what is known of it, in a line; keys: of the file; paths become relative to it.

    Returns:
        The file.

    Raises:
        FpgamlError: it cannot be written.
    """
    for name, text in recipe.files.items():
        write_whole(folder / name, text)
    lines = [HEAD.format(number=number, file=folder.name + "/" + FILE, numbers=numbers)]
    written = {name: _relative(value, folder) if isinstance(value, Path) else value for name, value in keys.items()}
    for key, value in {**written, **recipe.keys}.items():
        lines.append(_entry(key, value))
    write_whole(folder / FILE, "".join(lines))
    return folder / FILE


def _entry(key: str, value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return f"{key}: {scalar(value)}\n"
    return f"{key}:\n" + "".join(f"  - {scalar(each)}\n" for each in value)


def _relative(path: Path, folder: Path) -> str:
    """A path as the file in a folder says it; `file.npz:array` too."""
    return os.path.relpath(path.absolute(), folder.absolute())
