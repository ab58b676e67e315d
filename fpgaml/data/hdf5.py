"""Datasets of an HDF5 file, read by slices of events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from fpgaml.data.stored import RowReader, StoredArray, located
from fpgaml.errors import FpgamlError
from fpgaml.files import reading


@dataclass(frozen=True)
class Hdf5Array(StoredArray):
    """One dataset, named with its groups (`events/x`)."""

    def open(self) -> RowReader:
        return _Hdf5Reader(self)

    @classmethod
    def find(cls, path: Path, name: str) -> Hdf5Array:
        """Read a dataset's shape and dtype.

        Raises:
            FpgamlError: the dataset is empty of any shape, or cannot be read.
        """
        where = located(path, name)
        with reading(where), h5py.File(path, "r") as file:
            shape, dtype = file[name].shape, file[name].dtype
        if shape is None:
            raise FpgamlError(where, "is a null dataset, without any values")
        return cls(path, name, tuple(int(n) for n in shape), dtype)


def hdf5_datasets(path: Path) -> Mapping[str, Callable[[], StoredArray]]:
    """The datasets of a file by full name; links to other files are not followed.

    Raises:
        FpgamlError: not an HDF5 file, or a truncated one.
    """
    names: list[str] = []

    def note(name: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            names.append(name)

    with reading(str(path)), h5py.File(path, "r") as file:
        file.visititems(note)
    return {name: partial(Hdf5Array.find, path, name) for name in names}


class _Hdf5Reader:
    def __init__(self, array: Hdf5Array) -> None:
        self._where = array.where
        with reading(self._where):
            self._file = h5py.File(array.path, "r")
            self._dataset = self._file[array.name]

    def rows(self, start: int, stop: int) -> NDArray[Any]:
        with reading(self._where):
            return np.asarray(self._dataset[start:stop])

    def close(self) -> None:
        self._file.close()
