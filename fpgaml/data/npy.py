"""Arrays in .npy files and .npz archives, read by blocks of events without unpacking the rest."""

from __future__ import annotations

import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from fpgaml.data.stored import RowReader, StoredArray, located, truncated
from fpgaml.errors import FpgamlError
from fpgaml.files import reading

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class _Header:
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    offset: int

    @property
    def payload(self) -> int:
        """Bytes of the array itself."""
        return prod(self.shape) * self.dtype.itemsize


def _read_header(stream: IO[bytes], where: str, size: int) -> _Header:
    """The header at the start of a stream of `size` bytes; the array must fit into what follows."""
    with reading(where), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's note that Python 2 wrote the header
        version = npy_format.read_magic(stream)
        if version == (1, 0):
            shape, fortran, dtype = npy_format.read_array_header_1_0(stream)
        elif version == (2, 0):
            shape, fortran, dtype = npy_format.read_array_header_2_0(stream)
        else:
            raise ValueError(f"npy format {version[0]}.{version[1]}, which only structured arrays use")
        header = _Header(shape, dtype, fortran and len(shape) > 1, stream.tell())
    if not dtype.hasobject and header.offset + header.payload > size:
        raise truncated(where)
    return header


@dataclass(frozen=True)
class NpyArray(StoredArray):
    """The array of a .npy file."""

    header: _Header

    def open(self) -> RowReader:
        with reading(self.where):
            stream = self.path.open("rb")
        if self.header.fortran:
            return _ColumnReader(stream, self.header, self.where)
        return _StreamReader(stream, self, self.header.offset)

    @classmethod
    def find(cls, path: Path) -> NpyArray:
        """Read the header.

        Raises:
            FpgamlError: not a .npy file, or a truncated one.
        """
        with reading(str(path)), path.open("rb") as stream:
            header = _read_header(stream, str(path), path.stat().st_size)
        return cls(path, "", header.shape, header.dtype, header)


@dataclass(frozen=True)
class NpzArray(StoredArray):
    """One member of a .npz archive, compressed or not."""

    header: _Header

    def open(self) -> RowReader:
        if self.header.fortran:
            return _SpilledReader(self)
        return _StreamReader(self.stream(), self, self.header.offset)

    def stream(self) -> IO[bytes]:
        """The member's bytes, decompressed as they are read."""
        with reading(self.where), zipfile.ZipFile(self.path) as archive:
            return archive.open(f"{self.name}.npy")  # keeps the file open after the archive object closes

    @classmethod
    def find(cls, path: Path, name: str) -> NpzArray:
        """Read a member's header.

        Raises:
            FpgamlError: the member is damaged or no array.
        """
        where = located(path, name)
        with reading(where), zipfile.ZipFile(path) as archive:
            size = archive.getinfo(f"{name}.npy").file_size
            with archive.open(f"{name}.npy") as stream:
                header = _read_header(stream, where, size)
        return cls(path, name, header.shape, header.dtype, header)


def npz_members(path: Path) -> Mapping[str, Callable[[], StoredArray]]:
    """The arrays of an archive by name; each header is read when it is called for.

    Raises:
        FpgamlError: not a .npz file, or a truncated one.
    """
    with reading(str(path)), zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
    return {name: partial(NpzArray.find, path, name) for name in names}


class _StreamReader:
    """Events in row-major order from a seekable stream; going back in a compressed one starts over."""

    def __init__(self, stream: IO[bytes], array: StoredArray, offset: int) -> None:
        self._stream, self._array, self._offset = stream, array, offset

    def rows(self, start: int, stop: int) -> NDArray[Any]:
        array = self._array
        block = np.empty((stop - start, *array.event), array.dtype)
        raw, filled = block.reshape(-1).view(np.uint8), 0
        with reading(array.where):
            self._stream.seek(self._offset + start * array.row_bytes)
            while filled < raw.size:
                # Small pieces: zipfile makes copies of everything that one call asks for.
                piece = self._stream.read(min(BLOCK_BYTES, raw.size - filled))
                if not piece:
                    raise truncated(array.where)
                raw[filled : filled + len(piece)] = np.frombuffer(piece, np.uint8)
                filled += len(piece)
        return block

    def close(self) -> None:
        self._stream.close()


class _ColumnReader:
    """Events of a column-major array: a run of events lies together once for each place in an event.

    Reads rather than maps: a mapping keeps every page that it touched resident, here nearly the whole file.
    """

    def __init__(self, stream: IO[bytes], header: _Header, where: str) -> None:
        self._stream, self._header, self._where = stream, header, where

    def rows(self, start: int, stop: int) -> NDArray[Any]:
        header = self._header
        events, *event = header.shape
        block = np.empty((prod(event), stop - start), header.dtype)
        with reading(self._where):
            for place, run in enumerate(block.view(np.uint8)):
                self._stream.seek(header.offset + (place * events + start) * header.dtype.itemsize)
                piece = self._stream.read(run.size)
                if len(piece) < run.size:
                    raise truncated(self._where)
                run[:] = np.frombuffer(piece, np.uint8)
        return block.reshape(*reversed(event), stop - start).T

    def close(self) -> None:
        self._stream.close()


class _SpilledReader(_ColumnReader):
    """A column-major archive member: one event lies all over it, so it goes to a temporary file first."""

    def __init__(self, array: NpzArray) -> None:
        header = array.header
        needed = header.offset + header.payload
        if needed > shutil.disk_usage(tempfile.gettempdir()).free:
            reason = f"is in Fortran order and needs {needed} bytes of temporary space, more than there is"
            raise FpgamlError(array.where, reason, "Save it in C order (numpy.ascontiguousarray)")
        spill = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the reader
        with reading(array.where), array.stream() as stream:
            while needed and (piece := stream.read(min(BLOCK_BYTES, needed))):
                spill.write(piece)
                needed -= len(piece)
            spill.flush()
        super().__init__(spill, header, array.where)
