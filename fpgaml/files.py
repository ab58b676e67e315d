"""What holds for files of every kind: their hashes, and what libraries raise on damaged ones."""

from __future__ import annotations

import hashlib
import lzma
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError

from fpgaml.errors import FpgamlError

READ_ERRORS = (
    *(OSError, EOFError, ValueError, RuntimeError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    # A damaged header: numpy parses it as a Python literal, HDF5 looks up what is not there.
    *(SyntaxError, TokenError, TypeError, KeyError),
)
"""What numpy, zipfile and h5py raise on truncated, damaged, encrypted or foreign files."""


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Turn what libraries raise on a bad file into an FpgamlError.

    Args:
        where: the file and array concerned.
    """
    try:
        yield
    except READ_ERRORS as error:
        detail = " ".join(str(error).split())[:200] or type(error).__name__
        raise FpgamlError(
            where, f"cannot be read: {detail}", "The file may be truncated or of another format"
        ) from error


def file_sha256(path: Path) -> str:
    """A file's SHA-256, read in pieces.

    Raises:
        FpgamlError: the file cannot be read.
    """
    with reading(str(path)), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_writable(folder: Path, where: Path) -> None:
    """Refuse early what could not be written later: a folder is tried by making one in it, which vanishes.

    Args:
        folder: where something is to be written; missing parents are made then, so that the nearest one counts.
        where: what is to be written, for the message.

    Raises:
        FpgamlError: it is no folder, or not writable.
    """
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    try:
        Path(tempfile.mkdtemp(prefix=".fpgaml-", dir=there)).rmdir()
    except OSError:
        reason = f"cannot be written: {there} is not a writable folder"
        raise FpgamlError(str(where), reason, "Give another --output") from None


def write_whole(path: Path, text: str) -> None:
    """As `write_bytes_whole`, in UTF-8."""
    write_bytes_whole(path, text.encode("utf-8"))


def write_bytes_whole(path: Path, content: bytes) -> None:
    """Write in the place of what is there; a killed run leaves the old file or the new one, never half of one.

    A link stays one, and its target is written. What is no file, such as a pipe, is written as it is.

    Raises:
        FpgamlError: it cannot be written.
    """
    try:
        place = path.resolve()
        if not place.parent.is_dir():
            raise FpgamlError(str(path), f"cannot be written: there is no folder {place.parent}", "Make it first")
        if place.exists() and not place.is_file() and not place.is_dir():
            place.write_bytes(content)
            return
        handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            temporary.chmod(place.stat().st_mode & 0o777 if place.exists() else 0o644)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        advice = "Check its permissions and the space on the disk"
        raise FpgamlError(str(path), f"cannot be written: {error.strerror}", advice) from None
