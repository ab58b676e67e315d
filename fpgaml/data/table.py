"""Numbers in a text file: one event a line, flattened row-major, with an optional header line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.stored import RowReader, StoredArray
from fpgaml.errors import FpgamlError
from fpgaml.files import reading

Line = tuple[int, str]
"""A line's number, from 1, and its text."""


@dataclass(frozen=True)
class TextTable(StoredArray):
    """A table with one event a line.

    Args:
        delimiter: `;` or `,`, or None for any white space.
        header: whether the first line names the columns.
    """

    delimiter: str | None
    header: bool

    def open(self) -> RowReader:
        return _TableReader(self)

    @classmethod
    def find(cls, path: Path) -> TextTable:
        """Look at the first lines and count the events, without keeping any.

        Raises:
            FpgamlError: not text, or a first line that may be either a header or an event.
        """
        where = str(path)
        with reading(where), path.open(encoding="utf-8-sig") as file:
            lines = _lines(file)
            first = next(lines, None)
            if first is None:
                return cls(path, "", (0, 0), np.dtype(np.float64), None, False)
            delimiter = next((mark for mark in ";," if mark in first[1]), None)
            cells = first[1].split(delimiter)
            header = not any(_is_number(cell) for cell in cells)
            if not header and len(cells) > 2 and [c.strip() for c in cells] == [str(i) for i in range(len(cells))]:
                raise FpgamlError(
                    f"{where}, line {first[0]}",
                    f"counts from 0 to {len(cells) - 1}: column numbers as pandas writes them, or an event",
                    "Write the file without a header (header=False), or the event with decimal points",
                )
            second = next(lines, None) if header else first
            columns = len(second[1].split(delimiter)) if second else 0
            events = (second is not None) + sum(1 for _ in lines)
        return cls(path, "", (events, columns), np.dtype(np.float64), delimiter, header)


class _TableReader:
    def __init__(self, table: TextTable) -> None:
        self._table = table
        self._close: Callable[[], None] = lambda: None
        self._restart()

    def rows(self, start: int, stop: int) -> NDArray[Any]:
        if start < self._next:
            self._restart()
        table = self._table
        block = np.empty((stop - start, *table.event))
        with reading(table.where):
            while self._next < stop:
                line = next(self._lines, None)
                if line is None:
                    raise FpgamlError(table.where, "became shorter while it was read")
                if self._next >= start:
                    block[self._next - start] = self._numbers(line)
                self._next += 1
        return block

    def close(self) -> None:
        self._close()

    def _restart(self) -> None:
        self._close()
        with reading(self._table.where):
            file = self._table.path.open(encoding="utf-8-sig")
        self._close = file.close
        self._lines, self._next = _lines(file), 0
        if self._table.header:
            with reading(self._table.where):
                next(self._lines)

    def _numbers(self, line: Line) -> list[float]:
        number, text = line
        cells, columns = text.split(self._table.delimiter), self._table.event[0]
        where = f"{self._table.path}, line {number}"
        if len(cells) != columns:
            raise FpgamlError(where, f"{len(cells)} columns, where the lines before have {columns}")
        try:
            if "_" in text:  # Python reads 1_000 as a number
                raise ValueError
            return [float(cell) for cell in cells]
        except ValueError:
            column = next(i for i, cell in enumerate(cells) if not _is_number(cell))
            reason = f"column {column + 1} holds `{cells[column].strip()[:40]}`, not a number"
            raise FpgamlError(where, reason, "Write numbers with a decimal point, one event a line") from None


def _lines(file: Iterable[str]) -> Iterator[Line]:
    """Lines that hold something; those that begin with # are comments (numpy.savetxt writes its header so)."""
    for number, text in enumerate(file, 1):
        stripped = text.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell
