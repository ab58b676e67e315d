"""Arrays of one number an event, side by side as the elements of one array: the branches of a flat ntuple."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.stored import RowReader, StoredArray, as_float64, require_numbers
from fpgaml.errors import FpgamlError


@dataclass(frozen=True)
class Columns(StoredArray):
    """Several arrays as one of shape (events, columns), in the order in which they are named."""

    columns: tuple[StoredArray, ...]

    def open(self) -> RowReader:
        return _ColumnsReader(self.columns)

    @classmethod
    def of(cls, path: Path, name: str, columns: Sequence[StoredArray]) -> Columns:
        """Put arrays of a file side by side; of different kinds of numbers they become float64.

        Args:
            name: that of all.

        Raises:
            FpgamlError: one does not hold one real number an event, or they have different numbers of events.
        """
        for column in columns:
            if prod(require_numbers(column).event) != 1:
                reason = f"events of shape {column.event}, where a column takes one number"
                raise FpgamlError(column.where, reason, "Name arrays of one number an event alone")
        counts = {column.name: column.events for column in columns}
        if len(set(counts.values())) != 1:
            listing = ", ".join(f"{column} {events}" for column, events in counts.items())
            raise FpgamlError(str(path), f"columns with different numbers of events: {listing}")
        kinds = {column.dtype for column in columns}
        dtype = kinds.pop() if len(kinds) == 1 else np.dtype(np.float64)
        return cls(path, name, (columns[0].events, len(columns)), dtype, tuple(columns))


class _ColumnsReader:
    def __init__(self, columns: Sequence[StoredArray]) -> None:
        self._columns, self._alike = columns, len({column.dtype for column in columns}) == 1
        with ExitStack() as stack:
            self._readers = [stack.enter_context(closing(columns[0].open()))]
            for column in columns[1:]:
                self._readers.append(stack.enter_context(closing(column.open_beside(self._readers[0]))))
            self._files = stack.pop_all()

    def rows(self, start: int, stop: int) -> NDArray[Any]:
        return np.stack([self._one(place, start, stop) for place in range(len(self._columns))], axis=1)

    def close(self) -> None:
        self._files.close()

    def _one(self, place: int, start: int, stop: int) -> NDArray[Any]:
        block = self._readers[place].rows(start, stop).reshape(stop - start)
        return block if self._alike else as_float64(block, start, self._columns[place].where)
