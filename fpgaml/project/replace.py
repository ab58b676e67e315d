"""What lies in a folder that a new project is to replace: work of the user's is refused or carried over, never lost."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.project.hashes import UNHASHED, edited_files, is_built
from fpgaml.record.files import read_manifest

SHOWN = 5


@dataclass(frozen=True)
class Predecessor:
    """A project that another is to replace.

    Args:
        folder: of the old project.
        edited: files that fpgaml wrote and somebody changed since, by relative path; deleted ones are not among them.
        foreign: files that fpgaml did not write, by relative path, without what simulation and synthesis left.
    """

    folder: Path
    edited: tuple[str, ...]
    foreign: tuple[str, ...]


def predecessor(folder: Path) -> Predecessor | None:
    """The project in a folder; None where there is nothing.

    Raises:
        FpgamlError: its manifest cannot be read.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        return None
    manifest = read_manifest(folder)
    edited = tuple(name for name in edited_files(folder, manifest) if (folder / name).exists())
    ours = manifest.files.keys() | UNHASHED
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    names = (path.relative_to(folder).as_posix() for path in paths)
    return Predecessor(folder, edited, tuple(sorted(name for name in names if name not in ours and not is_built(name))))


def require_unedited(old: Predecessor | None, force: bool) -> None:
    """Refuse to overwrite files that were edited since they were generated.

    Args:
        old: the project in the folder, if there is one.
        force: overwrite them all the same.

    Raises:
        FpgamlError: there are some; all are named, or the first few and how many more.
    """
    if old is not None and old.edited and not force:
        _refuse(old.folder, old.edited, "edited since the project was generated")


def carry_over(old: Predecessor, stage: Path, force: bool) -> None:
    """Bring the user's own files into the folder that takes the old one's place.

    Args:
        stage: the new project, complete.
        force: a file of the new project takes the place of the user's file of the same name.

    Raises:
        FpgamlError: the new project has a file of the same name as one of the user's.
    """
    taken = tuple(name for name in old.foreign if (stage / name).exists())
    if taken and not force:
        _refuse(old.folder, taken, "not fpgaml's, and the new project has files of the same names")
    for name in old.foreign:
        if name in taken:
            continue
        source, copy = old.folder / name, stage / name
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            what = f"{name}: not fpgaml's, and the new project has a file where its folder would be"
            raise FpgamlError(str(old.folder), what, "Give another --output, or move it away") from None
        _copy(source, copy)


def _copy(source: Path, copy: Path) -> None:
    """A hard link where the file system has them: the user's files may be large."""
    if source.is_symlink():
        copy.symlink_to(source.readlink())
        return
    try:
        os.link(source, copy)
    except OSError:
        shutil.copy2(source, copy)


def _refuse(folder: Path, names: tuple[str, ...], what: str) -> None:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    raise FpgamlError(
        str(folder),
        f"{', '.join(names[:SHOWN])}{more}: {what}",
        "Give another --output, or --force to overwrite them",
    )
