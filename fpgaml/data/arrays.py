"""Which arrays a data file holds, and which of them is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import prod
from pathlib import Path

from fpgaml.data.columns import Columns
from fpgaml.data.hdf5 import hdf5_datasets
from fpgaml.data.matching import MOST_ARRAYS, Match, match_by_shape
from fpgaml.data.npy import NpyArray, npz_members
from fpgaml.data.root import root_branches
from fpgaml.data.stored import StoredArray, require_numbers
from fpgaml.data.table import TextTable
from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Shape

Arrays = Mapping[str, Callable[[], StoredArray]]
"""The arrays of a file by name ('' in a file of one array); calling an entry reads what the array looks like."""

DATA_NAMES = ("x", "X", "data")
OUTPUT_NAME = "y"
LAYER_PREFIX = "layer/"
WITH_TREES = (".root",)
"""Endings of formats whose arrays are always in trees."""

FORMATS: Mapping[str, Callable[[Path], Arrays]] = {
    ".npy": lambda path: {"": lambda: NpyArray.find(path)},
    ".npz": npz_members,
    ".h5": hdf5_datasets,
    ".hdf5": hdf5_datasets,
    ".root": root_branches,
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
    parts = str(path).split(":")  # which a file's name may hold, and so may a ROOT branch's
    for count in range(len(parts) - 1, 0, -1):
        stem, name = Path(":".join(parts[:count])), ":".join(parts[count:])
        if name and stem.is_file():
            return stem, name
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
        dataset: as `name` of `within`: the array for the only input, or the group that holds one array per input.
        axes: as for `open_data`.

    Raises:
        FpgamlError: no array or more than one could be meant; or the array does not hold real numbers.
    """
    names = list(shapes)
    arrays = within(path, arrays_in(path), dataset, group=len(names) > 1)
    if dataset is not None and len(names) > 1 and list(arrays) == [dataset.strip("/")]:
        reason = f"`{dataset}` is one array, the model has {len(names)} inputs"
        raise FpgamlError(str(path), reason, "Name a group instead")
    if len(names) == 1:
        chosen = {names[0]: _only(path, arrays, names[0], shapes[names[0]], axes)}
    else:
        chosen = _by_name(path, arrays, shapes, axes)
    for selected in chosen.values():
        require_numbers(selected.array)
    return chosen


def within(path: Path, arrays: Arrays, name: str | None, *, group: bool = False) -> Arrays:
    """The arrays that `file:name` leaves, by their names in it; all without a name.

    A name is that of an array, which is left alone by it; of a group, or a ROOT tree; or of several arrays of one
    number an event, `tree/a,b,c`, which are left as one, its columns. The only tree of a ROOT file need not be named.

    Args:
        group: whether the group is meant where an array has its name too.

    Raises:
        FpgamlError: there is nothing of this name.
    """
    inner = _in_only_tree(path, arrays)
    if name is None:
        return inner
    name = name.strip("/")
    alone = next(({name: among[name]} for among in (inner, arrays) if name in among), {})
    below = _group(inner, name) or _group(arrays, name)
    found = below or alone if group else alone or below
    return found or {name: _columns(path, inner, arrays, name)}


def _group(arrays: Arrays, name: str) -> Arrays:
    return {each.removeprefix(f"{name}/"): a for each, a in arrays.items() if each.startswith(f"{name}/")}


def _in_only_tree(path: Path, arrays: Arrays) -> Arrays:
    """Without the folders that all of a ROOT file's branches are in."""
    if path.suffix.lower() not in WITH_TREES or not arrays:
        return arrays
    folders = [name.split("/")[:-1] for name in arrays]
    levels = (set(level) for level in zip(*folders, strict=False))
    shared = "".join(f"{level.pop()}/" for level in takewhile(lambda level: len(level) == 1, levels))
    return {name.removeprefix(shared): array for name, array in arrays.items()}


def _columns(path: Path, inner: Arrays, arrays: Arrays, name: str) -> Callable[[], StoredArray]:
    folder, slash, listed = name.rpartition("/")
    names = [f"{folder}{slash}{each.strip()}" for each in listed.split(",")]
    among = inner if names[0] in inner else arrays
    missing = [each for each in names if each not in among]
    if missing:
        reason = f"no array {', '.join(f'`{each}`' for each in missing)}"
        raise FpgamlError(str(path), reason, _listing(inner))
    return lambda: Columns.of(path, name, [among[each]() for each in names])


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
    raise FpgamlError(str(path), reason, f"{_listing(arrays)} {_name_one(path, shape)}")


def _name_one(path: Path, shape: Shape) -> str:
    advice = f"Name one: {path.name}:NAME"
    if prod(shape) == 1:
        return advice
    return f"{advice}, or {prod(shape)} of one number an event as its elements, in their order: {path.name}:A,B,..."


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
