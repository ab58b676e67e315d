"""Arrays by name from a group's own file: .npz, HDF5, or a ROOT tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.arrays import arrays_in
from fpgaml.data.stored import StoredArray, require_numbers
from fpgaml.errors import FpgamlError

Arrays = dict[str, NDArray[Any]]

ENDINGS = ".npz, .h5, .hdf5, .root"


def read_arrays(path: Path) -> Arrays:
    """Every array of a file: members of a .npz, data sets of an HDF5 file's top level, branches of a ROOT tree.

    Of a ROOT file with several trees (or RNTuples) each must have one branch, and the array has the tree's name: sets
    of different numbers of events are written that way. A branch of a flat array is taken as it is: `reshaped` gives
    it its axes.

    Raises:
        FpgamlError: no such file, another ending, a damaged file, or entries of unequal length.
    """
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise FpgamlError(str(path), f"no format has the ending `{path.suffix}`", f"Known: {ENDINGS}")
    if not path.is_file():
        raise FpgamlError(str(path), "no such file")
    try:
        return read(path)
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", "Write the file again") from error


def needed(path: Path, arrays: Mapping[str, NDArray[Any]], *names: str) -> None:
    """Make sure that arrays are there.

    Raises:
        FpgamlError: names all that are missing, and what there is.
    """
    missing = [name for name in names if name not in arrays]
    if missing:
        held = ", ".join(f"{name} {array.shape}" for name, array in sorted(arrays.items())) or "nothing"
        raise FpgamlError(str(path), f"lacks {', '.join(missing)}", f"It holds: {held}")


def reshaped(array: NDArray[Any], event: tuple[int, ...]) -> NDArray[Any]:
    """Flat entries, as ROOT's branches have them, with the axes of an event; any other array as it is."""
    if array.ndim == 2 and len(event) > 1 and array.shape[1] == int(np.prod(event)):
        return array.reshape(len(array), *event)
    return array


def _read_npz(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _read_hdf5(path: Path) -> Arrays:
    import h5py

    with h5py.File(path, "r") as file:
        return {name: np.asarray(item[()]) for name, item in file.items() if isinstance(item, h5py.Dataset)}


def _read_root(path: Path) -> Arrays:
    branches = arrays_in(path)
    trees: dict[str, list[str]] = {}
    for name in branches:
        trees.setdefault(name.rpartition("/")[0], []).append(name)
    for tree, names in trees.items():
        if len(trees) > 1 and len(names) != 1:
            listing = ", ".join(name.rpartition("/")[2] for name in names)
            reason = f"one of {len(trees)} trees, has {len(names)} branches: {listing}"
            raise FpgamlError(f"{path}:{tree}", reason, "Give one tree, or one branch in each")
    return {
        name.rpartition("/")[2] if len(trees) == 1 else tree: _whole(branches[name]())
        for tree, names in trees.items()
        for name in names
    }


def _whole(stored: StoredArray) -> NDArray[Any]:
    """All entries of a branch."""
    with closing(require_numbers(stored).open()) as reader:
        return reader.rows(0, stored.events)


_READERS: Mapping[str, Callable[[Path], Arrays]] = {
    ".npz": _read_npz,
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
    ".root": _read_root,
}
