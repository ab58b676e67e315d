"""Which arrays a data file holds, and which of them is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaml.data.hdf5 import hdf5_datasets
from fpgaml.data.matching import MOST_ARRAYS, Match, match_by_shape
from fpgaml.data.npy import NpyArray, npz_members
from fpgaml.data.stored import StoredArray, require_numbers
from fpgaml.data.table import TextTable
from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Shape

Arrays = Mapping[str, Callable[[], StoredArray]]
"""The arrays of a file by name ('' in a file of one array); calling an entry reads what the array looks like."""

DATA_NAMES = ("x", "X", "data")
OUTPUT_NAME = "y"
LAYER_PREFIX = "layer/"

FORMATS: Mapping[str, Callable[[Path], Arrays]] = {
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
    raise FpgamlError(str(path), reason, f"Give a file: {', '.join(FORMATS)}")


def arrays_in(path: Path) -> Arrays:
    """The arrays of a file.

    Raises:
        FpgamlError: an unknown format, or a file that cannot be read.
    """
    find = FORMATS.get(path.suffix.lower())
    if find is None:
        raise FpgamlError(str(path), f"no data format has the ending `{path.suffix}`", f"Known: {', '.join(FORMATS)}")
    return find(path)


@dataclass(frozen=True)
class Selected:
    """The array that holds an input's data.

    Args:
        array: it; by_shape: whether it was chosen because it alone fits, and not by its name.
    """

    array: StoredArray
    by_shape: bool = False


def select_arrays(
    path: Path, shapes: Mapping[str, Shape], dataset: str | None, axes: Sequence[int] | None = None
) -> dict[str, Selected]:
    """For each input the array that holds its data.

    One input takes the array of its own name, or `x`, `X`, `data`, or the only one; several inputs take one
    array each, by name. Where names do not tell, shapes may: if they fit in one way only. Recorded outputs (`y`,
    `layer/...`) are never taken for inputs unless asked for.

    Args:
        shapes: of the inputs, by name.
        dataset: the array for the only input, or the group that holds one array per input.
        axes: as for `open_data`.

    Raises:
        FpgamlError: no array or more than one could be meant; or the array does not hold real numbers.
    """
    arrays, names = arrays_in(path), list(shapes)
    if dataset is not None:
        arrays = _within(path, arrays, dataset.strip("/"), len(names))
    if len(names) == 1:
        chosen = {names[0]: _only(path, arrays, names[0], shapes[names[0]], axes)}
    else:
        chosen = _by_name(path, arrays, shapes, axes)
    for selected in chosen.values():
        require_numbers(selected.array)
    return chosen


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


def _only(path: Path, arrays: Arrays, name: str, shape: Shape, axes: Sequence[int] | None) -> Selected:
    if len(arrays) == 1:
        return Selected(next(iter(arrays.values()))())
    if name in arrays:
        return Selected(arrays[name]())
    usual = [n for n in DATA_NAMES if n in arrays]
    candidates = usual or _not_answers(arrays)
    if len(candidates) == 1:
        return Selected(arrays[candidates[0]]())
    match = _match(arrays, candidates, {name: shape}, axes)
    if match.arrays:
        return Selected(match.arrays[name], by_shape=True)
    reason = f"{'several arrays' if candidates else 'no array'} could hold the input `{name}`"
    if candidates:
        reason += f": {match.why_not}"
    raise FpgamlError(str(path), reason, f"{_listing(arrays)} Name one: {path.name}:NAME")


def _by_name(
    path: Path, arrays: Arrays, shapes: Mapping[str, Shape], axes: Sequence[int] | None
) -> dict[str, Selected]:
    missing = {name: shape for name, shape in shapes.items() if name not in arrays}
    found = {name: Selected(arrays[name]()) for name in shapes if name in arrays}
    if not missing:
        return found
    match = _match(arrays, [name for name in _not_answers(arrays) if name not in shapes], missing, axes)
    if not match.arrays:
        reason = f"no array for the input{'s' if len(missing) > 1 else ''} {', '.join(missing)}: {match.why_not}"
        raise FpgamlError(str(path), reason, f"{_listing(arrays)} A model of several inputs takes one array per input")
    return {name: found[name] if name in found else Selected(match.arrays[name], by_shape=True) for name in shapes}


def _not_answers(arrays: Arrays) -> list[str]:
    return [name for name in arrays if name != OUTPUT_NAME and not name.startswith(LAYER_PREFIX)]


def _match(arrays: Arrays, candidates: Sequence[str], shapes: Mapping[str, Shape], axes: Sequence[int] | None) -> Match:
    few = candidates[: MOST_ARRAYS + 1]
    return match_by_shape([arrays[name]() for name in few], shapes, axes)


def _listing(arrays: Arrays) -> str:
    if list(arrays) == [""]:
        return "The file holds one array without a name."
    names = sorted(arrays)
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"The file holds {', '.join(names[:20]) or 'no arrays'}{more}."
