"""Flatbuffer tables, each read checked against the end of the file.

The format: https://flatbuffers.dev/internals/ (little-endian; a table starts with the signed distance to its vtable,
which holds one 16-bit offset a field). flatbuffers' own Python library follows any offset; a damaged file must not.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fpgaml.errors import FpgamlError

LONGEST_TEXT = 4096
"""Bytes of a name that are read."""


@dataclass(frozen=True)
class FlatBuffer:
    """A file in memory.

    Args:
        where: its name, for messages; data: its content.
    """

    where: str
    data: bytes

    def damaged(self, reason: str) -> FpgamlError:
        """The error for a file that contradicts itself."""
        return FpgamlError(self.where, f"is damaged: {reason}", "Convert or copy the model again")

    def span(self, start: int, size: int) -> int:
        """`start`, if `size` bytes from there on are in the file.

        Raises:
            FpgamlError: they are not.
        """
        if start < 0 or size < 0 or start + size > len(self.data):
            raise self.damaged(f"it refers to bytes {start} to {start + size} of {len(self.data)}")
        return start

    def unsigned(self, at: int) -> int:
        """The 32-bit number at a place; FpgamlError beyond the end."""
        return int.from_bytes(self.data[self.span(at, 4) : at + 4], "little")

    def root(self) -> Table:
        """The file's outermost table; FpgamlError for a damaged file."""
        return self.table(self.unsigned(0))

    def table(self, at: int) -> Table:
        """The table at a place; FpgamlError for a damaged file."""
        (back,) = struct.unpack_from("<i", self.data, self.span(at, 4))
        start = self.span(at - back, 4)
        size, extent = struct.unpack_from("<HH", self.data, start)
        self.span(start, size)
        self.span(at, extent)
        if size < 4 or size % 2 or extent < 4:
            raise self.damaged(f"the table at byte {at} has no proper head")
        return Table(self, at, start, (size - 4) // 2, extent)

    def vector(self, at: int, item: int) -> tuple[int, int]:
        """Where the items of the vector at a place start, and how many there are; FpgamlError for a damaged file."""
        count = self.unsigned(at)
        return self.span(at + 4, count * item), count


@dataclass(frozen=True)
class Table:
    """One table: its fields by slot, as the schema counts them.

    Args:
        buffer: the file; at: its place; fields: where its vtable's entries start, less 4; slots: how many.
        extent: its bytes.
    """

    buffer: FlatBuffer
    at: int
    fields: int
    slots: int
    extent: int

    def place(self, slot: int, size: int) -> int | None:
        """Where a field of `size` bytes is; None where it has its default."""
        if slot >= self.slots:
            return None
        (offset,) = struct.unpack_from("<H", self.buffer.data, self.fields + 4 + 2 * slot)
        if not offset:
            return None
        if offset < 4 or offset + size > self.extent:
            raise self.buffer.damaged(f"field {slot} of the table at byte {self.at} is outside of it")
        return self.at + int(offset)

    def number(self, slot: int, kind: str, default: int = 0) -> int:
        """A whole number; `kind` is a letter of the struct module."""
        at = self.place(slot, struct.calcsize(kind))
        return default if at is None else int(struct.unpack_from(f"<{kind}", self.buffer.data, at)[0])

    def real(self, slot: int, default: float = 0.0) -> float:
        """A float32."""
        at = self.place(slot, 4)
        return default if at is None else float(struct.unpack_from("<f", self.buffer.data, at)[0])

    def _target(self, slot: int) -> int | None:
        at = self.place(slot, 4)
        return None if at is None else at + self.buffer.unsigned(at)

    def has(self, slot: int) -> bool:
        """Whether the field is there at all."""
        return self.place(slot, 1) is not None

    def table(self, slot: int) -> Table | None:
        """A table that the field refers to."""
        at = self._target(slot)
        return None if at is None else self.buffer.table(at)

    def tables(self, slot: int, most: int) -> list[Table]:
        """A vector of tables, at most `most` of them."""
        at = self._target(slot)
        if at is None:
            return []
        start, count = self.buffer.vector(at, 4)
        if count > most:
            raise self.buffer.damaged(f"it lists {count} tables where {most} are the most")
        places = range(start, start + 4 * count, 4)
        return [self.buffer.table(place + self.buffer.unsigned(place)) for place in places]

    def numbers(self, slot: int, dtype: DTypeLike) -> NDArray[np.generic]:
        """A vector of numbers, as a view into the file."""
        kind = np.dtype(dtype).newbyteorder("<")
        at = self._target(slot)
        if at is None:
            return np.zeros(0, kind)
        start, count = self.buffer.vector(at, kind.itemsize)
        return np.frombuffer(self.buffer.data, kind, count, start)

    def text(self, slot: int) -> str:
        """A string, cut to its first 4096 bytes."""
        at = self._target(slot)
        if at is None:
            return ""
        start, count = self.buffer.vector(at, 1)
        return self.buffer.data[start : start + min(count, LONGEST_TEXT)].decode("utf-8", "replace")
