"""What a framework answered, recorded with the data: outputs, and optionally every layer's values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.arrays import DATA_NAMES, LAYER_PREFIX, OUTPUT_NAME, Arrays, arrays_in, split_path, within
from fpgaml.data.stored import RowReader, StoredArray, require_finite, require_numbers
from fpgaml.errors import FpgamlError
from fpgaml.files import file_sha256
from fpgaml.graph.ops import Shape


class RecordedArray:
    """One recorded tensor, read by slices of events: `recorded[0:1000]`.

    Args:
        stored: where it is.
    """

    def __init__(self, stored: StoredArray) -> None:
        self.stored = stored
        self._reader: RowReader | None = None

    @property
    def events(self) -> int:
        """How many events were recorded."""
        return self.stored.events

    @property
    def shape(self) -> Shape:
        """The shape of one event, as recorded."""
        return self.stored.event

    @property
    def dtype(self) -> np.dtype[Any]:
        """As recorded: float32 answers stay float32."""
        return self.stored.dtype

    def __getitem__(self, events: slice) -> NDArray[Any]:
        """The values of a run of events, shape (events, *shape); cheapest in ascending order.

        Raises:
            FpgamlError: NaN or infinity, or the file cannot be read.
        """
        start, stop, step = events.indices(self.events)
        if step != 1:
            raise ValueError("recorded events are read in order, with a step of 1")
        if self._reader is None:
            self._reader = self.stored.open()
        block = self._reader.rows(start, max(start, stop))
        require_finite(block, start, self.stored.where)
        return block.astype(block.dtype.newbyteorder("="), copy=False)

    def close(self) -> None:
        """Release the file; reading again opens it again."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


@dataclass(frozen=True)
class Reference:
    """Recorded answers; a context manager that closes its files.

    Args:
        path: the file.
        events: how many events were recorded.
        outputs: by the output layer's name, or `y` for the only one.
        layers: by the layer's name.
    """

    path: Path
    events: int
    outputs: Mapping[str, RecordedArray]
    layers: Mapping[str, RecordedArray]

    @cached_property
    def sha256(self) -> str:
        """The file's SHA-256, in hexadecimal digits.

        Raises:
            FpgamlError: the file cannot be read.
        """
        return file_sha256(self.path)

    def __enter__(self) -> Reference:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the files."""
        for array in (*self.outputs.values(), *self.layers.values()):
            array.close()


def open_reference(path: str | Path) -> Reference:
    """Open recorded answers, without reading them yet.

    Args:
        path: a .npy file with the only output, or a .npz (or HDF5) file with `y` or one array for each output
            layer's name, and optionally `layer/<name>` arrays. Data (`x`, `X`, `data`) beside them is passed over.
            `file:name` takes one array as the only output, or looks in a group or a ROOT tree.

    Raises:
        FpgamlError: no outputs in it, or arrays that cannot be read or have different numbers of events.
    """
    file, named = split_path(path)
    arrays = within(file, arrays_in(file), named)
    if named is not None and list(arrays) == [named.strip("/")]:
        return _reference(file, {OUTPUT_NAME: arrays[named.strip("/")]}, {})
    if list(arrays) == [""]:
        return _reference(file, {OUTPUT_NAME: arrays[""]}, {})
    layers = _layers(arrays)
    outputs = {name: a for name, a in arrays.items() if name not in DATA_NAMES and not name.startswith(LAYER_PREFIX)}
    if OUTPUT_NAME in outputs:
        outputs = {OUTPUT_NAME: outputs[OUTPUT_NAME]}
    if not outputs:
        reason = "holds no recorded outputs"
        raise FpgamlError(str(file), reason, f"Save them as `{OUTPUT_NAME}`, or by the output layers' names")
    return _reference(file, outputs, layers)


def reference_in(path: str | Path, outputs: Iterable[str] = ()) -> Reference | None:
    """Recorded answers in a file of data; None where it holds none.

    Args:
        path: a data file; a dataset named as in `file:name` is passed over.
        outputs: names of output layers that count as answers beside `y`.

    Raises:
        FpgamlError: arrays that cannot be read or have different numbers of events.
    """
    file, _ = split_path(path)
    arrays = within(file, arrays_in(file), None)
    names = [OUTPUT_NAME] if OUTPUT_NAME in arrays else [name for name in outputs if name in arrays]
    layers = _layers(arrays)
    return _reference(file, {name: arrays[name] for name in names}, layers) if names or layers else None


def is_answer(array: StoredArray) -> bool:
    """Whether `reference_in` takes an array for the recorded output of its file.

    Raises:
        FpgamlError: the file cannot be read.
    """
    found = within(array.path, arrays_in(array.path), None).get(OUTPUT_NAME)
    return found is not None and found().name == array.name


def _layers(arrays: Arrays) -> Arrays:
    return {n.removeprefix(LAYER_PREFIX): a for n, a in arrays.items() if n.startswith(LAYER_PREFIX)}


def _reference(path: Path, outputs: Arrays, layers: Arrays) -> Reference:
    found = [
        {name: RecordedArray(require_numbers(find())) for name, find in group.items()} for group in (outputs, layers)
    ]
    counts = {a.stored.name or OUTPUT_NAME: a.events for group in found for a in group.values()}
    if len(set(counts.values())) != 1:
        listing = ", ".join(f"{name} {events}" for name, events in counts.items())
        raise FpgamlError(str(path), f"arrays with different numbers of events: {listing}")
    return Reference(path, next(iter(counts.values())), *found)
