"""Which arrays a data file holds, and which of them is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from fpgaml.data.hdf5 import hdf5_datasets
from fpgaml.data.npy import NpyArray, npz_members
from fpgaml.data.stored import StoredArray, require_numbers
from fpgaml.data.table import TextTable
from fpgaml.errors import FpgamlError

Arrays = Mapping[str, Callable[[], StoredArray]]
"""The arrays of a file by name ('' in a file of one array); calling an entry reads what the array looks like."""

DATA_NAMES = ("x", "X", "data")
OUTPUT_NAME = "y"
LAYER_PREFIX = "layer/"

_FORMATS: Mapping[str, Callable[[Path], Arrays]] = {
    ".npy": lambda path: {"": lambda: NpyArray.find(path)},
    ".npz": npz_members,
    ".h5": hdf5_datasets,
    ".hdf5": hdf5_datasets,
    ".csv": lambda path: {"": lambda: TextTable.find(path)},
}


def split_path(path: str | Path) -> tuple[Path, str | None]:
    """`file:dataset` as the file and the dataset's name; None where no dataset is named.

    Raises:
        FpgamlError: there is no such file.
    """
    whole = Path(path)
    if whole.is_file():
        return whole, None
    stem, colon, name = str(path).rpartition(":")
    if colon and name and Path(stem).is_file():
        return Path(stem), name
    reason = "is a directory" if whole.is_dir() else "no such file"
    raise FpgamlError(str(path), reason, f"Give a file: {', '.join(_FORMATS)}")


def arrays_in(path: Path) -> Arrays:
    """The arrays of a file.

    Raises:
        FpgamlError: an unknown format, or a file that cannot be read.
    """
    find = _FORMATS.get(path.suffix.lower())
    if find is None:
        raise FpgamlError(str(path), f"no data format has the ending `{path.suffix}`", f"Known: {', '.join(_FORMATS)}")
    return find(path)


def select_arrays(path: Path, inputs: Iterable[str], dataset: str | None) -> dict[str, StoredArray]:
    """For each input the array that holds its data.

    One input takes the array of its own name, or `x`, `X`, `data`, or the only one; several inputs take one
    array each, by name. Recorded outputs (`y`, `layer/...`) are never taken for inputs unless asked for.

    Args:
        dataset: the array for the only input, or the group that holds one array per input.

    Raises:
        FpgamlError: no array or more than one could be meant; or the array does not hold real numbers.
    """
    arrays, names = arrays_in(path), list(inputs)
    if dataset is not None:
        arrays = _within(path, arrays, dataset.strip("/"), len(names))
    chosen = {names[0]: _only(path, arrays, names[0])} if len(names) == 1 else _by_name(path, arrays, names)
    return {name: require_numbers(array) for name, array in chosen.items()}


def _within(path: Path, arrays: Arrays, dataset: str, inputs: int) -> Arrays:
    """The arrays that a dataset argument leaves: itself, or what is in the group of that name."""
    if dataset in arrays and inputs == 1:
        return {dataset: arrays[dataset]}
    group = {name.removeprefix(f"{dataset}/"): a for name, a in arrays.items() if name.startswith(f"{dataset}/")}
    if group:
        return group
    if dataset in arrays:
        raise FpgamlError(str(path), f"`{dataset}` is one array, the model has {inputs} inputs", "Name a group instead")
    raise FpgamlError(str(path), f"no array `{dataset}`", _listing(arrays))


def _only(path: Path, arrays: Arrays, name: str) -> StoredArray:
    if len(arrays) == 1:
        return next(iter(arrays.values()))()
    if name in arrays:
        return arrays[name]()
    usual = [n for n in DATA_NAMES if n in arrays]
    rest = [n for n in arrays if n != OUTPUT_NAME and not n.startswith(LAYER_PREFIX)]
    candidates = usual or rest
    if len(candidates) == 1:
        return arrays[candidates[0]]()
    reason = f"{'several arrays' if candidates else 'no array'} could hold the input `{name}`"
    raise FpgamlError(str(path), reason, f"{_listing(arrays)} Name one: {path.name}:NAME")


def _by_name(path: Path, arrays: Arrays, names: list[str]) -> dict[str, StoredArray]:
    missing = [name for name in names if name not in arrays]
    if missing:
        reason = f"no array for the input{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
        raise FpgamlError(str(path), reason, f"{_listing(arrays)} A model of several inputs takes one array per input")
    return {name: arrays[name]() for name in names}


def _listing(arrays: Arrays) -> str:
    if list(arrays) == [""]:
        return "The file holds one array without a name."
    names = sorted(arrays)
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"The file holds {', '.join(names[:20]) or 'no arrays'}{more}."
