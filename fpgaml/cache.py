"""Compiled programs, kept by their content: made once, shared by all projects and processes, bounded in size."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.toolchain import cache_folder

MOST_BYTES = 2_000_000_000
"""All kinds together; what was used least recently goes first."""
LONGEST = 60 * 86400.0
"""Seconds after which what nobody used goes."""
IN_USE = 3600.0
"""Seconds for which what somebody used stays, whatever its size: it may be running."""
LOCKS = ".locks"
_NEW, _OLD = ".new-", ".old-"


@dataclass(frozen=True)
class Cache:
    """The entries of one kind, each a folder that holds what its key stands for.

    An entry appears whole and is never changed: readers need no lock.

    Args:
        kind: a folder in the cache folder.
    """

    kind: str

    @property
    def folder(self) -> Path:
        """Where the entries are."""
        return cache_folder() / self.kind

    def find(self, key: str) -> Path | None:
        """The entry of a key, which counts as used now; None if there is none."""
        entry = self.folder / key
        if not entry.is_dir():
            return None
        with contextlib.suppress(OSError):  # one that may be read and not touched is as good
            os.utime(entry)
        return entry

    def obtain(self, key: str, make: Callable[[Path], object]) -> Path:
        """The entry of a key; if there is none, one process makes it, and others that want it wait.

        Args:
            make: fills the folder that it is given.

        Raises:
            FpgamlError: the cache cannot be written.
        """
        found = self.find(key)
        if found is not None:
            return found
        with self._alone(key):
            return self.find(key) or self._make(key, make)

    def offer(self, key: str, make: Callable[[Path], object]) -> None:
        """Add what was made elsewhere; nothing happens where it is there, or where the cache cannot be written."""
        with contextlib.suppress(OSError):
            if self.find(key) is None:
                self._make(key, make)

    def _make(self, key: str, make: Callable[[Path], object]) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        entry = self.folder / key
        with tempfile.TemporaryDirectory(prefix=_NEW, dir=self.folder) as made:
            inside = Path(made) / "entry"
            inside.mkdir()
            make(inside)
            try:
                inside.rename(entry)
            except OSError:
                if not entry.is_dir():  # else another was faster, with the same content
                    raise
        trim(cache_folder())
        return entry

    @contextlib.contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        # So many locks and no more; two keys that share one only wait for each other.
        lock = self.folder / LOCKS / key[:2]
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            file = lock.open("w")
        except OSError as error:
            advice = "Set FPGAML_CACHE_DIR to a folder that can be written"
            raise FpgamlError(str(self.folder), f"cannot be written: {error.strerror}", advice) from None
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def trim(root: Path) -> None:
    """Remove what was not used for long, and then what was used least recently until the rest is small enough."""
    now = time.time()
    entries = sorted(_entries(root), reverse=True)
    total = 0
    for used, path in entries:
        size = _size(path)
        total += size
        if now - used > IN_USE and (now - used > LONGEST or total > MOST_BYTES):
            _remove(path)
            total -= size


def _entries(root: Path) -> Iterator[tuple[float, Path]]:
    """When each was used, and where it is; leftovers of killed processes among them."""
    with contextlib.suppress(OSError):
        for kind in root.iterdir():
            for path in kind.iterdir() if kind.is_dir() else ():
                if path.name != LOCKS:
                    with contextlib.suppress(OSError):
                        yield path.stat().st_mtime, path


def _size(path: Path) -> int:
    total = 0
    for file in path.rglob("*") if path.is_dir() else (path,):
        with contextlib.suppress(OSError):
            total += file.lstat().st_size
    return total


def _remove(path: Path) -> None:
    """Take it out of sight at once, so that nobody finds half of it; then delete it."""
    gone = path.with_name(f"{_OLD}{path.name}")
    with contextlib.suppress(OSError):
        path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True) if gone.is_dir() else gone.unlink()
