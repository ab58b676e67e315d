"""Truth labels of recorded events, for physics metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.arrays import arrays_in, split_path
from fpgaml.data.reference import RecordedArray
from fpgaml.errors import FpgamlError
from fpgaml.proof.physics import roc_auc

NAMES = ("labels", "y_true", "truth", "y")


def read_labels(path: Path, events: int) -> NDArray[Any]:
    """The labels of the first `events` events.

    Args:
        path: a .npy, .npz, .h5 or .csv file; `file:name` picks an array.

    Raises:
        FpgamlError: no such array, or fewer labels than events.
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
        return recorded[0:events]
    finally:
        recorded.close()


def area_under_roc(path: Path, scores: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """ROC AUC of every output element.

    Args:
        path: as for `read_labels`.
        scores: by output name, shape (events, *shape).

    Returns:
        By output name, with `[index]` where an output has several elements.
    """
    events = len(next(iter(scores.values())))
    labels = read_labels(path, events)
    areas = {}
    for name, values in scores.items():
        columns = values.reshape(events, -1).T
        for index, column in enumerate(columns):
            key = name if len(columns) == 1 else f"{name}[{index}]"
            areas[key] = roc_auc(labels, column)
    return areas
