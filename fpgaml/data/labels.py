"""Truth labels of recorded events, for physics metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.arrays import arrays_in, split_path
from fpgaml.data.reference import RecordedArray
from fpgaml.errors import FpgamlError

NAMES = ("labels", "y_true", "truth", "y")
SHOWN = 5
"""Classes that an error lists."""


def check_labels(path: Path | None, events: int | None) -> None:
    """Refuse labels that metrics could not use later, before any long work; None is no labels.

    Args:
        events: how many events of data there are; None without data.

    Raises:
        FpgamlError: as for `read_labels`, or there are labels and no data.
    """
    if path is None:
        return
    if events is None:
        raise FpgamlError("--labels", "labels need events", "Give --data as well")
    read_labels(path, events)


def read_labels(path: Path, events: int) -> NDArray[Any]:
    """The labels of the first `events` events, 1 for signal and 0 for background; shape (events,).

    Args:
        path: a .npy, .npz, .h5 or .csv file; `file:name` picks an array.

    Raises:
        FpgamlError: no such array, fewer labels than events, or other labels than 0 and 1, both of which must occur.
    """
    file, named = split_path(path)
    arrays = arrays_in(file)
    candidates = [named] if named is not None else [name for name in ("", *NAMES) if name in arrays]
    if not candidates and len(arrays) == 1:
        candidates = list(arrays)
    if not candidates or candidates[0] not in arrays:
        listing = ", ".join(sorted(arrays))
        raise FpgamlError(str(file), f"which array holds the labels is not clear: {listing}", f"Write {file}:NAME")
    recorded = RecordedArray(arrays[candidates[0]]())
    try:
        if recorded.events < events:
            raise FpgamlError(str(file), f"{recorded.events} labels for {events} events", "Give one label an event")
        labels: NDArray[Any] = np.asarray(recorded[0:events])
    finally:
        recorded.close()
    _check_classes(labels, file)
    return labels.reshape(-1)


def _check_classes(labels: NDArray[Any], file: Path) -> None:
    if labels.size != len(labels):
        reason = f"{labels.size // len(labels)} labels an event"
        raise FpgamlError(str(file), reason, "Give one number an event: 1 for signal, 0 for background")
    found = np.unique(labels)
    if not np.isin(found, (0, 1)).all():
        shown = ", ".join(str(each) for each in found[:SHOWN]) + (" ..." if found.size > SHOWN else "")
        reason = f"labels of {found.size} classes: {shown}"
        raise FpgamlError(str(file), reason, "The ROC AUC is for two: give 1 for signal and 0 for background")
    if found.size == 1:
        reason = f"events of one class only: all {labels.size} labels are {found[0]}"
        raise FpgamlError(str(file), reason, "Give labels of both signal and background")
