"""What holds for files of every kind: their hashes, and what libraries raise on damaged ones."""

from __future__ import annotations

import hashlib
import lzma
import struct
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
