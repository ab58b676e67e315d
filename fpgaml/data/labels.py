"""Truth labels of recorded events, for physics metrics: two classes, several classes, or real numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.arrays import arrays_in, split_path, within
from fpgaml.data.reference import RecordedArray
from fpgaml.data.stored import StoredArray, require_numbers
from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Shape

NAMES = ("labels", "y_true", "truth", "y")
SHOWN = 5
"""Classes that an error lists."""
MOST_CLASSES = 100
"""Whole numbers of more different values than this are a quantity, unless an output has as many elements."""


@dataclass(frozen=True)
class TwoClasses:
    """Which events are signal, shape (events,)."""

    signal: NDArray[np.bool_]


@dataclass(frozen=True)
class Classes:
    """Which class each event is of, 0 to `count` - 1, shape (events,); an output has an element for each."""

    index: NDArray[np.int64]
    count: int


@dataclass(frozen=True)
class Reals:
    """The true value of each element of an output, shape (events, elements)."""

    values: NDArray[np.float64]


Truth = TwoClasses | Classes | Reals


@dataclass(frozen=True)
class Labels:
    """Labels as a file holds them, of events that are at hand.

    Args:
        where: the file; values: shape (events, labels an event).
    """

    where: str
    values: NDArray[Any]

    @property
    def events(self) -> int:
        """How many there are."""
        return len(self.values)

    def first(self, events: int) -> Labels:
        """Those of the first events."""
        return Labels(self.where, self.values[:events])

    @cached_property
    def whole(self) -> bool:
        """Whether all are whole numbers."""
        return self.values.dtype.kind in "biu" or bool((self.values == np.trunc(self.values)).all())

    @cached_property
    def found(self) -> NDArray[Any]:
        """The different values, ascending."""
        return np.unique(self.values)

    @property
    def two(self) -> bool:
        """Whether there is one label an event, 0 or 1."""
        return self.values.shape[1] == 1 and bool(np.isin(self.found, (0, 1)).all())

    @cached_property
    def one_hot(self) -> bool:
        """Whether exactly one of an event's labels is 1 and the others are 0."""
        if self.values.shape[1] == 1 or not np.isin(self.found, (0, 1)).all():
            return False
        return bool((self.values.sum(axis=1) == 1).all())

    def matched(self, outputs: Mapping[str, Shape]) -> dict[str, Truth]:
        """What the labels say of each output; outputs that they say nothing of are left out.

        Zeros and ones are background and signal for every element of every output. Class numbers, and one-hot
        classes, belong to an output with an element for each class; real numbers to an output of as many elements as
        there are labels an event.

        Args:
            outputs: shape of one event, by name.

        Raises:
            FpgamlError: they fit none.
        """
        if self.two:
            signal = self.values[:, 0] == 1
            return dict.fromkeys(outputs, TwoClasses(signal))
        sizes = {name: prod(shape) for name, shape in outputs.items()}
        if self.one_hot:
            return self._one_hot(sizes)
        if self.values.shape[1] == 1 and self.whole:
            fitting = {name: size for name, size in sizes.items() if self.found[0] >= 0 and self.found[-1] < size > 1}
            if fitting or self.found.size <= MOST_CLASSES:
                return self._classes(sizes, fitting)
        return self._reals(sizes)

    def _one_hot(self, sizes: Mapping[str, int]) -> dict[str, Truth]:
        width = self.values.shape[1]
        index = np.argmax(self.values, axis=1).astype(np.int64)
        fitting = {name: Classes(index, width) for name, size in sizes.items() if size == width}
        if fitting:
            return dict(fitting)
        reason = f"one-hot labels of {width} classes, where {_elements(sizes)}"
        raise FpgamlError(self.where, reason, "Give an element for each class, in the order of the output")

    def _classes(self, sizes: Mapping[str, int], fitting: Mapping[str, int]) -> dict[str, Truth]:
        if fitting:
            index = self.values[:, 0].astype(np.int64)
            return {name: Classes(index, size) for name, size in fitting.items()}
        shown = ", ".join(str(each) for each in self.found[:SHOWN]) + (" ..." if self.found.size > SHOWN else "")
        reason = f"labels of {self.found.size} classes: {shown}, where {_elements(sizes)}"
        advice = "Give 1 for signal and 0 for background; or classes from 0 on, for an output with an element for each"
        raise FpgamlError(self.where, reason, advice)

    def _reals(self, sizes: Mapping[str, int]) -> dict[str, Truth]:
        width = self.values.shape[1]
        if width > 1 and np.isin(self.found, (0, 1)).all():
            reason = f"{width} labels an event of zeros and ones, which are not one-hot: events of several classes"
            raise FpgamlError(self.where, reason, "Give one class for each event")
        fitting = [name for name, size in sizes.items() if size == width]
        if len(fitting) == 1:
            return {fitting[0]: Reals(self.values.astype(np.float64))}
        what = f"{width} real numbers an event" if width > 1 else "real numbers"
        if fitting:
            reason = f"{what}, which fit several outputs: {', '.join(fitting)}"
            raise FpgamlError(self.where, reason, "Real-valued truth can be judged for models with one such output")
        reason = f"{what}, where {_elements(sizes)}"
        raise FpgamlError(self.where, reason, "Give the true value of each element of the output")


def check_labels(path: Path | None, events: int | None, outputs: Mapping[str, Shape] | None = None) -> None:
    """Refuse labels that metrics could not use later, before any long work; None is no labels.

    Args:
        events: how many events of data there are; None without data.
        outputs: shape of one event, by name; None where they are not known yet.

    Raises:
        FpgamlError: as for `read_labels` and `Labels.matched`, or there are labels and no data.
    """
    if path is None:
        return
    if events is None:
        raise FpgamlError("--labels", "labels need events", "Give --data as well")
    labels = read_labels(path, events)
    if outputs is not None:
        labels.matched(outputs)


def labels_array(path: Path) -> StoredArray:
    """The array that holds the labels.

    Args:
        path: as for `read_labels`.

    Raises:
        FpgamlError: no such file or array, or it is not clear which one is meant.
    """
    file, named = split_path(path)
    arrays = within(file, arrays_in(file), named)
    candidates = list(arrays) if len(arrays) == 1 else [name for name in NAMES if name in arrays]
    if not candidates:
        listing = ", ".join(sorted(arrays))
        raise FpgamlError(str(file), f"which array holds the labels is not clear: {listing}", f"Write {file}:NAME")
    return arrays[candidates[0]]()


def read_labels(path: Path, events: int) -> Labels:
    """The labels of the first `events` events.

    Args:
        path: a .npy, .npz, .h5, .root or .csv file; `file:name` picks an array, or a group that it is in.

    Raises:
        FpgamlError: no such array, fewer labels than events, NaN, or events of one class only.
    """
    array = labels_array(path)
    file, recorded = array.path, RecordedArray(require_numbers(array))
    try:
        if recorded.events < events:
            raise FpgamlError(str(file), f"{recorded.events} labels for {events} events", "Give one label an event")
        values: NDArray[Any] = np.asarray(recorded[0:events]).reshape(events, -1)
    finally:
        recorded.close()
    labels = Labels(str(file), values)
    if labels.whole and values.shape[1] == 1 and labels.found.size == 1:
        reason = f"events of one class only: all {events} labels are {labels.found[0]}"
        raise FpgamlError(str(file), reason, "Give labels of both signal and background")
    return labels


def _elements(sizes: Mapping[str, int]) -> str:
    """`the output score has 1 element`, or a listing of several."""
    said = [f"{name} has {size} element{'s' if size != 1 else ''}" for name, size in sizes.items()]
    return f"the output {said[0]}" if len(said) == 1 else f"of the outputs {', '.join(said)}"
