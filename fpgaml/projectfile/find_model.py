"""The model files of a folder, told from the data and other files that lie beside them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.files import READ_ERRORS
from fpgaml.frontends.registry import HEAD_BYTES, frontends

MOST_FILES = 1000
"""Of a folder that are looked at, in the order of their names."""
NEVER = frozenset({".npy", ".npz", ".csv", ".yaml", ".yml", ".toml", ".md", ".txt", ".py", ".ipynb"})
"""Endings of no model, whatever is in the file."""


def models_in(folder: Path) -> list[Path]:
    """Files that a frontend would read as a model, by name.

    Raises:
        FpgamlError: the folder cannot be read.
    """
    return [path for path in files_in(folder) if is_model(path)]


def files_in(folder: Path) -> Iterator[Path]:
    """The first files of a folder, by name; hidden ones are left out.

    Raises:
        FpgamlError: the folder cannot be read.
    """
    try:
        files = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    except OSError as error:
        raise FpgamlError(str(folder), f"cannot be read: {error.strerror}", "Give a folder") from None
    return islice(sorted(files), MOST_FILES)


def is_model(path: Path) -> bool:
    """Whether a file is a model: a frontend recognises it, and it is not another file of the same kind.

    Archives are told by the description in them, a .json by the weights beside it; HDF5 holds data as well.
    """
    if path.suffix.lower() in NEVER:
        return False
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if not head or not any(frontend.recognises(path, head) for frontend in frontends()):
            return False
        return _holds_model(path, head)
    except (FpgamlError, *READ_ERRORS):
        return False


def _holds_model(path: Path, head: bytes) -> bool:
    from fpgaml.frontends.archives import ZIP_MAGIC, first_member
    from fpgaml.frontends.hdf5 import HDF5_MAGIC, keras_version

    if head.startswith(HDF5_MAGIC):
        return keras_version(path) is not None
    if head.startswith(ZIP_MAGIC) and "/" not in first_member(path):  # Keras; PyTorch's lie in a folder
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    if path.suffix.lower() == ".json":
        return any(path.parent.glob(f"{path.stem}*.h5"))
    return True
