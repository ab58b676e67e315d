"""Read everything in an HDF5 file, and say nothing: `python probe.py FILE`.

The HDF5 library can crash or hang on a damaged file, which Python cannot catch. This runs in a process of its own
beforehand; whatever it meets that is merely wrong is left for the real reader to explain.
"""

from __future__ import annotations

import contextlib
import io
import sys
import zipfile

import h5py

LARGEST_MEMBER = 1 << 31
"""Larger members are refused by the reader."""


def read_all(file: h5py.File) -> None:
    """Every attribute and every dataset, whatever errors some give."""

    def visit(_: str, item: h5py.Group | h5py.Dataset) -> None:
        for name in item.attrs:
            with contextlib.suppress(Exception):
                item.attrs[name]
        if isinstance(item, h5py.Dataset):
            with contextlib.suppress(Exception):
                item[()]

    visit("", file)
    file.visititems(visit)


def main(path: str) -> None:
    """Read the file itself, or every HDF5 member of an archive."""
    if not zipfile.is_zipfile(path):
        with h5py.File(path, "r") as file:
            read_all(file)
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.endswith(".h5") and member.file_size < LARGEST_MEMBER:
                with h5py.File(io.BytesIO(archive.read(member)), "r") as file:
                    read_all(file)


if __name__ == "__main__":
    with contextlib.suppress(Exception):
        main(sys.argv[1])
