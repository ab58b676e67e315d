"""Recorded events for a model's inputs, read in chunks from .npy, .npz, .h5, .root or .csv."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.arrays import select_arrays, split_path
from fpgaml.data.axes import Layout, plan_layout
from fpgaml.data.reference import RecordedArray, Reference, open_reference, reference_in
from fpgaml.data.stored import RowReader, StoredArray, as_float64, require_finite
from fpgaml.errors import FpgamlError
from fpgaml.files import file_sha256
from fpgaml.graph.ops import Shape

__all__ = ["DataSet", "RecordedArray", "Reference", "open_data", "open_reference", "reference_in"]

LOOKED_AT = 2**18
"""Numbers that are read at once to see whether they can be used."""

Batch = dict[str, NDArray[np.float64]]
"""For each input's name an array of shape (events, *shape)."""


@dataclass(frozen=True)
class Source:
    """One input's data.

    Args:
        array: where it is; layout: how its events become the input's tensor.
        by_shape: whether the array was taken because it alone fits, and not by its name.
    """

    array: StoredArray
    layout: Layout
    by_shape: bool = field(default=False, kw_only=True)

    def read(self, reader: RowReader, start: int, stop: int) -> NDArray[np.float64]:
        """Events start to stop - 1, shape (stop - start, *shape); NaN and infinity are errors."""
        block = self.layout.apply(reader.rows(start, stop))
        require_finite(block, start, self.array.where)
        return as_float64(block, start, self.array.where)


@dataclass(frozen=True)
class DataSet:
    """Events for every input of a model.

    Args:
        path: the file.
        events: how many events are read.
        sources: for each input's name the array and how it is laid out.
    """

    path: Path
    events: int
    sources: Mapping[str, Source]

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """Each input's shape, without the event axis."""
        return {name: source.layout.result for name, source in self.sources.items()}

    @property
    def guesses(self) -> Mapping[str, str]:
        """For each input whose array was taken by its shape alone, a sentence that says so."""
        return {
            name: f"its events are `{source.array.name}` of {self.path.name}, the one array that fits it by shape"
            for name, source in self.sources.items()
            if source.by_shape
        }

    @cached_property
    def sha256(self) -> str:
        """The file's SHA-256, in hexadecimal digits.

        Raises:
            FpgamlError: the file cannot be read.
        """
        return file_sha256(self.path)

    def chunks(self, max_values: int = 2**22) -> Iterator[Batch]:
        """All events in order, in batches.

        Args:
            max_values: at most so many numbers in a batch, all inputs together; at least one event each.

        Yields:
            For each input a float64 array of shape (events, *shape).

        Raises:
            FpgamlError: NaN or infinity, with its place; or the file cannot be read.
        """
        size = max(1, max_values // sum(prod(shape) for shape in self.shapes.values()))
        with closing(OpenEvents(self)) as events:
            for start in range(0, self.events, size):
                yield events.read(start, min(start + size, self.events))

    def look_through(self, seconds: float) -> None:
        """Read events for about so long, so that NaN is found before long work; the rest is checked when it is read.

        Raises:
            FpgamlError: as for `chunks`.
        """
        end = time.monotonic() + seconds
        for _ in self.chunks(LOOKED_AT):
            if time.monotonic() > end:
                return


class OpenEvents:
    """The events of a data set with its files open: any run of them, cheapest in ascending order.

    Raises:
        FpgamlError: a file cannot be read.
    """

    def __init__(self, data: DataSet) -> None:
        self._data = data
        with ExitStack() as stack:
            self._readers = {name: stack.enter_context(closing(s.array.open())) for name, s in data.sources.items()}
            self._files = stack.pop_all()

    def read(self, start: int, stop: int) -> Batch:
        """Events start to stop - 1: for each input a float64 array of shape (stop - start, *shape).

        Raises:
            FpgamlError: NaN or infinity, with its place; or the file cannot be read.
        """
        return {name: source.read(self._readers[name], start, stop) for name, source in self._data.sources.items()}

    def close(self) -> None:
        """Release the files."""
        self._files.close()


def open_data(
    path: str | Path,
    shapes: Mapping[str, Shape],
    dataset: str | None = None,
    axes: Sequence[int] | None = None,
    limit: int | None = None,
    *,
    by_shape: bool = True,
) -> DataSet:
    """Find each input's events in a file, without reading them yet.

    Args:
        path: a .npy, .npz, .h5, .hdf5, .root or .csv file; `file:name` picks an array as `dataset` does.
        shapes: for each input's name its shape, without the event axis.
        dataset: as `name` of `fpgaml.data.arrays.within`: an array, several as columns, or the group (tree) that holds
            one array per input.
        axes: a transposition of the array, event axis included, after its axes of size 1 are dropped.
        limit: read at most so many events.
        by_shape: where no name tells, take an array that alone fits an input by its shape (`DataSet.guesses`).

    Raises:
        FpgamlError: no such file or array, a wrong format or shape, no events, or numbers of a wrong kind.
    """
    if limit is not None and limit < 1:
        raise FpgamlError("the limit on events", f"{limit} leaves nothing to read", "Give 1 or more")
    file, named = split_path(path)
    arrays = select_arrays(file, shapes, dataset if dataset is not None else named, axes)
    if not by_shape and any(chosen.by_shape for chosen in arrays.values()):
        named_arrays = ", ".join(f"{name} is `{chosen.array.name}`" for name, chosen in arrays.items())
        raise FpgamlError(
            str(file), "its arrays do not name the inputs", f"By their shapes {named_arrays}: rename them"
        )
    sources = {
        name: Source(
            chosen.array,
            plan_layout(chosen.array.event, tuple(shapes[name]), chosen.array.where, axes),
            by_shape=chosen.by_shape,
        )
        for name, chosen in arrays.items()
    }
    counts = {source.array.events for source in sources.values()}
    if len(counts) != 1:
        listing = ", ".join(f"{name} {source.array.events}" for name, source in sources.items())
        raise FpgamlError(str(file), f"the inputs have different numbers of events: {listing}")
    events = counts.pop()
    return DataSet(file, events if limit is None else min(events, limit), sources)
