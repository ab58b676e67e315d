"""Branches of ROOT trees (TTree, RNTuple), read by ranges of entries; uproot is only imported where one is read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.stored import RowReader, StoredArray, truncated
from fpgaml.errors import FpgamlError
from fpgaml.files import READ_ERRORS, reading

TREE, NTUPLE = "TTree", "ROOT::RNTuple"
AHEAD_BYTES = 1 << 26
"""What is kept at most of a basket that was unpacked for the events before."""
PAD = "Write it with a fixed length first: padded with zeros and cut (awkward.pad_none with clip=True, fill_none)"


@dataclass(frozen=True)
class RootArray(StoredArray):
    """One branch, or field of an RNTuple, with a number or an array of fixed shape for each entry.

    Args:
        tree, branch: where it is; the name is `tree/branch`.
        unusable: why it has no such numbers, in half a sentence; advice: what to do then.
    """

    tree: str
    branch: str
    unusable: str = ""
    advice: str = ""

    @property
    def refusal(self) -> FpgamlError | None:
        return FpgamlError(self.where, self.unusable, self.advice) if self.unusable else None

    def open(self) -> RowReader:
        return _RootReader(self, _OpenTree(self.path, self.tree))

    def open_beside(self, reader: RowReader) -> RowReader:
        if isinstance(reader, _RootReader) and (reader.tree.path, reader.tree.name) == (self.path, self.tree):
            return _RootReader(self, reader.tree)
        return self.open()


def root_branches(path: Path) -> Mapping[str, Callable[[], StoredArray]]:
    """The branches of a file's trees by full name, `tree/branch`; of branches with branches below, those below.

    Raises:
        FpgamlError: uproot is not installed; not a ROOT file, or a damaged one.
    """
    with reading(str(path)):
        state = path.stat()
    stamp = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
    return {array.name: lambda array=array: array for array in _arrays(path, stamp)}  # type: ignore[misc]


@lru_cache(maxsize=16)
def _arrays(path: Path, stamp: tuple[int, ...]) -> tuple[RootArray, ...]:
    """Remembered while the file stays as it is: trees of thousands of branches take seconds to open."""
    found: list[RootArray] = []
    with _opened(path) as file, _reading(str(path)):
        for tree, kind in file.classnames(cycle=False).items():
            if kind == TREE:
                found += _tree_arrays(path, tree, file[tree])
            elif kind == NTUPLE:
                found += _ntuple_arrays(path, tree, file[tree])
    return tuple(found)


def _tree_arrays(path: Path, tree: str, content: Any) -> Iterator[RootArray]:
    for name, branch in content.iteritems(recursive=True, full_paths=True):
        if branch.branches:
            continue
        kind, dtype = _tree_type(branch)
        array = _described(path, tree, name, branch.num_entries, kind, dtype)
        if array.events != content.num_entries and not array.unusable:
            reason = f"has {array.events} entries, where its tree has {content.num_entries}"
            array = replace(array, unusable=reason, advice="Copy or write the file again")
        yield array


def _tree_type(branch: Any) -> tuple[str, np.dtype[Any] | None]:
    """What is said of an entry's type, and numpy's, a fixed shape included; None where it has none."""
    import uproot

    try:
        return branch.typename, np.dtype(branch.interpretation.numpy_dtype)
    except (uproot.interpretation.identify.UnknownInterpretation, KeyError, TypeError):
        return "unknown", None


def _ntuple_arrays(path: Path, tree: str, content: Any) -> Iterator[RootArray]:
    for name in content.keys(recursive=False):
        field, shape = content[name], []
        form = field.array(entry_start=0, entry_stop=0).layout.form
        while form.is_regular:
            shape.append(form.size)
            form = form.content
        dtype = np.dtype((form.primitive, tuple(shape))) if form.is_numpy else None
        yield _described(path, tree, name, content.num_entries, field.typename, dtype)


def _described(path: Path, tree: str, branch: str, entries: int, kind: str, dtype: np.dtype[Any] | None) -> RootArray:
    base, shape = dtype.subdtype if dtype is not None and dtype.subdtype is not None else (dtype, ())
    name, whole = f"{tree}/{branch}", (int(entries), *shape)
    if base is not None and not base.hasobject and base.names is None:
        return RootArray(path, name, whole, base, tree, branch)
    jagged = "[]" in kind or "vector" in kind
    reason = "has entries of different lengths" if jagged else "does not hold numbers that can be read"
    advice = PAD if jagged else "Write it as numbers, or arrays of a fixed size"
    return RootArray(path, name, whole, np.dtype(object), tree, branch, f"{reason} ({kind})", advice)


class _OpenTree:
    """A tree for one reader or several, closed with the last: a tree of a thousand branches takes half a second."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name, self.readers = path, name, 0
        self._file = _open(path)
        try:
            with _reading(str(path)):
                self.content = self._file[name]
        except FpgamlError:
            self._file.close()
            raise

    def leave(self) -> None:
        """One reader less."""
        self.readers -= 1
        if not self.readers:
            self._file.close()


class _RootReader:
    """Unpacked baskets are kept to their end: events that follow do not unpack them again."""

    def __init__(self, array: RootArray, tree: _OpenTree) -> None:
        self._array, self.tree, self._closed = array, tree, False
        self._block: NDArray[Any] = np.empty((0, *array.event), array.dtype)
        self._first = 0
        tree.readers += 1
        try:
            with _reading(array.where):
                self._branch = tree.content[array.branch]
                self._ends = _basket_ends(tree.content, self._branch)
        except FpgamlError:
            self.close()
            raise

    def rows(self, start: int, stop: int) -> NDArray[Any]:
        end = self._first + len(self._block)
        if not self._first <= start <= end:
            self._block, end = self._block[:0], start
        else:
            self._block = self._block[start - self._first :]
        self._first = start
        if stop > end:
            self._block = np.concatenate([self._block, self._read(end, self._ahead(stop))])
        return self._block[: stop - start]

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.tree.leave()

    def _ahead(self, stop: int) -> int:
        """The end of the basket that holds the last event, if what is kept for later is not too much."""
        place = bisect_left(self._ends, stop)
        end = self._ends[place] if place < len(self._ends) else stop
        return int(end) if (end - stop) * self._array.row_bytes <= AHEAD_BYTES else stop

    def _read(self, start: int, stop: int) -> NDArray[Any]:
        array = self._array
        with _reading(array.where):
            block = np.asarray(self._branch.array(entry_start=start, entry_stop=stop))
            if block.shape != (stop - start, *array.event):
                raise ValueError(f"entries {start} to {stop - 1} are of shape {block.shape}")
        return block.astype(array.dtype, copy=False)


def _basket_ends(tree: Any, branch: Any) -> Sequence[int]:
    """The entries at which baskets (clusters of an RNTuple) end, ascending."""
    if hasattr(branch, "entry_offsets"):
        return list(branch.entry_offsets)
    return [each.num_first_entry + each.num_entries for each in tree.cluster_summaries]


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    file = _open(path)
    try:
        yield file
    finally:
        file.close()


def _open(path: Path) -> Any:
    try:
        import uproot
    except ModuleNotFoundError:
        raise FpgamlError(str(path), "reading ROOT needs uproot", "pip install 'fpgaml[physics]'") from None
    with _reading(str(path)):
        # No caches: they outlive the file, which may be written anew.
        file = uproot.open(path, object_cache=None, array_cache=None)
        if file.file.fEND > path.stat().st_size:
            file.close()
            raise truncated(str(path))
        return file


@contextmanager
def _reading(where: str) -> Iterator[None]:
    """As `reading`, for a library that raises of a damaged file whatever its bytes led to."""
    with reading(where):
        try:
            yield
        except (FpgamlError, *READ_ERRORS):
            raise
        except Exception as error:
            raise ValueError(": ".join(filter(None, (type(error).__name__, str(error))))) from error
