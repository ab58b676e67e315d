"""Publish a generated folder atomically: a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.files import require_writable
from fpgaml.interrupts import interruptible
from fpgaml.project.replace import carry_over, predecessor, require_unedited
from fpgaml.record.files import MANIFEST
from fpgaml.record.manifest import FORMAT

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def is_project(folder: Path) -> bool:
    """Whether a folder was written by fpgaml."""
    try:
        return bool(json.loads((folder / MANIFEST).read_text())["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def check_target(target: Path, force: bool = False) -> None:
    """Refuse a target that is not ours to replace.

    Args:
        force: replace a project all the same whose files were edited.

    Raises:
        FpgamlError: it exists and is neither empty nor a project, files of it were edited, or its parent does not
            exist.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise FpgamlError(str(target), "exists and is not a folder", "Give another --output")
    if target.is_dir() and any(target.iterdir()) and not is_project(target):
        raise FpgamlError(
            str(target), "exists, and fpgaml did not write it", "Give another --output, or move the folder away"
        )
    require_unedited(predecessor(target), force)
    require_writable(target.absolute().parent, target)


@contextlib.contextmanager
def staged(target: Path, force: bool = False) -> Iterator[Path]:
    """A folder to write into; it takes the target's place when the block ends, and vanishes if it fails.

    Files in the target that fpgaml did not write are carried over. Stages that killed runs left beside the target are
    removed.

    Args:
        force: overwrite files of an old project that were edited.

    Raises:
        FpgamlError: the target is not ours, files of it were edited, or the disk is full or not writable.
    """
    check_target(target, force)
    target = target.absolute()
    prefix = f".{target.name}.fpgaml-"
    made = _missing_parents(target)
    done = False
    try:
        with interruptible(), _disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            _remove_stale(target.parent, prefix)
            stage = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=target.parent))
            try:
                stage.chmod(0o755)
                yield stage
                old = predecessor(target)
                require_unedited(old, force)  # anew: writing takes a while
                if old is not None:
                    carry_over(old, stage, force)
                _swap(stage, target)
                done = True
            finally:
                shutil.rmtree(stage, ignore_errors=True)
    finally:
        if not done:
            for folder in made:
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _missing_parents(target: Path) -> list[Path]:
    """The folders above the target that do not exist yet, deepest first."""
    return [parent for parent in target.parents if not parent.exists()]


@contextlib.contextmanager
def _disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # shutil.copytree hides the number of the error in its text.
        if error.errno in (errno.ENOSPC, errno.EDQUOT) or os.strerror(errno.ENOSPC) in str(error):
            raise FpgamlError(
                str(target), "the disk is full; nothing was written", "Free some space or choose another --output"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise FpgamlError(str(target), f"cannot be written: {error.strerror}", "Choose another --output") from error
        raise


def _remove_stale(parent: Path, prefix: str) -> None:
    for path in parent.glob(f"{prefix}*"):
        owner = path.name.removeprefix(prefix).partition("-")[0]
        if not owner.isdigit() or not _alive(int(owner)):
            shutil.rmtree(path, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _swap(stage: Path, target: Path) -> None:
    if not target.exists():
        stage.rename(target)
        return
    if _exchange(stage, target):
        return  # the old project now lies in the stage, which is removed
    aside = stage.with_name(f"{stage.name}-old")
    target.rename(aside)
    stage.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(stage: Path, target: Path) -> bool:
    """Swap two folders in one step (Linux renameat2); False where the system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    paths = (_AT_FDCWD, os.fsencode(stage), _AT_FDCWD, os.fsencode(target))
    return bool(renameat2(*paths, _RENAME_EXCHANGE) == 0)
