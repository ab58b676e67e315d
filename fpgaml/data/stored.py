"""A numeric array in a file that is read a few events at a time, whatever the file's format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FLOAT64_EXACT


class RowReader(Protocol):
    """An open array: any run of events, cheapest in ascending order."""

    def rows(self, start: int, stop: int) -> NDArray[Any]:
        """Events start to stop - 1, shape (stop - start, *event), in the file's own dtype."""

    def close(self) -> None:
        """Release the file."""


@dataclass(frozen=True)
class StoredArray(ABC):
    """Where an array is and what it holds; the events run along its first axis.

    Args:
        path: the file.
        name: the array's name in the file; empty where the file holds one array only.
        shape: with the event axis.
        dtype: as stored.
    """

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def where(self) -> str:
        """File and array, for messages."""
        return located(self.path, self.name)

    @property
    def events(self) -> int:
        """How many events."""
        return self.shape[0]

    @property
    def event(self) -> tuple[int, ...]:
        """The shape of one event."""
        return self.shape[1:]

    @property
    def row_bytes(self) -> int:
        """Bytes of one event."""
        return prod(self.event) * self.dtype.itemsize

    @property
    def refusal(self) -> FpgamlError | None:
        """Why its format has no such array here; None where dtype and shape tell all."""
        return None

    @abstractmethod
    def open(self) -> RowReader:
        """Start reading.

        Raises:
            FpgamlError: the file cannot be read.
        """

    def open_beside(self, reader: RowReader) -> RowReader:
        """As `open`, with what a reader of the same file has open already, if the format allows for it."""
        return self.open()


def located(path: Path, name: str) -> str:
    """File and array, for messages."""
    return f"{path}, array `{name}`" if name else str(path)


def truncated(where: str) -> FpgamlError:
    """The error for a file that ends before its array does."""
    return FpgamlError(where, "ends before the array that its header announces", "Copy or write the file again")


def require_numbers(array: StoredArray) -> StoredArray:
    """The same array, if it holds events of real numbers that float64 can carry.

    Raises:
        FpgamlError: objects, text, complex or extended-precision numbers; no event axis; no events; or its `refusal`.
    """
    if array.refusal is not None:
        raise array.refusal
    kind, size = array.dtype.kind, array.dtype.itemsize
    if array.dtype.hasobject:
        raise FpgamlError(array.where, "holds Python objects, which are never loaded", "Save plain numbers instead")
    if kind not in "biuf" or size > 8:
        reason = f"holds {array.dtype.name or array.dtype}, not real numbers of up to 64 bits"
        raise FpgamlError(array.where, reason, "Save floats or integers")
    if not array.shape:
        raise FpgamlError(array.where, "is a single number, without an axis of events")
    if not array.events:
        raise FpgamlError(array.where, "holds no events")
    return array


def require_finite(block: NDArray[Any], first_event: int, where: str) -> None:
    """Check a block of events.

    Args:
        block: shape (events, *event).
        first_event: the index of its first event in the file.

    Raises:
        FpgamlError: NaN or infinity, with its event and its position in the event.
    """
    if block.dtype.kind != "f":
        return
    finite = np.isfinite(block)
    if finite.all():
        return
    index = tuple(int(i) for i in np.unravel_index(int(np.argmin(finite)), block.shape))
    what = "NaN" if np.isnan(block[index]) else "infinity"
    raise FpgamlError(
        where,
        f"{what} in event {first_event + index[0]}{_at(index[1:])}",
        "Fixed-point hardware has neither: drop such events or replace the value",
    )


def as_float64(block: NDArray[Any], first_event: int, where: str) -> NDArray[np.float64]:
    """A block of events in float64, equal number by number.

    Raises:
        FpgamlError: an integer beyond 2**53, which float64 would round.
    """
    if block.dtype.kind in "iu" and block.dtype.itemsize == 8 and block.size:
        large = (block > FLOAT64_EXACT) | (block < -FLOAT64_EXACT if block.dtype.kind == "i" else False)
        if large.any():
            index = tuple(int(i) for i in np.unravel_index(int(np.argmax(large)), block.shape))
            reason = f"{int(block[index])} in event {first_event + index[0]}{_at(index[1:])} is beyond 2**53"
            raise FpgamlError(where, reason, "Such integers do not survive as float64: store smaller numbers")
    return block.astype(np.float64, copy=False)


def _at(position: tuple[int, ...]) -> str:
    if not position:
        return ""
    return f", position {position[0] if len(position) == 1 else position}"
