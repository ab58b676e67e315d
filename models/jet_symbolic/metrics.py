"""How well five classes are told apart, each number with its error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from fpgaml_models.common.statistics import Fraction, roc_area
from numpy.typing import NDArray

from . import constants as c


def evaluate(scores: NDArray[Any], y: NDArray[np.int64], reference: NDArray[Any] | None) -> Mapping[str, Any]:
    """Metrics of one column.

    Args:
        scores: shape (n, classes); y: classes; reference: the scores of the network that formulas stand for.
    """
    values = np.asarray(scores, np.float64)
    answer = values.argmax(axis=1)
    found: dict[str, Any] = {
        "accuracy": Fraction.of(answer == y).as_dict(),
        "by_class": [Fraction.of(answer[y == label] == label).as_dict() for label in range(len(c.CLASSES))],
        "areas": [_area(values, y, label) for label in range(len(c.CLASSES))],
    }
    if reference is not None:
        found["agreement"] = Fraction.of(answer == np.asarray(reference).argmax(axis=1)).as_dict()
    return found


def margin(scores: NDArray[np.float64], label: int) -> NDArray[np.float64]:
    """A class's score over the best of the others: what a cut on one class is made on."""
    others = np.delete(scores, label, axis=1).max(axis=1)
    return np.asarray(scores[:, label] - others)


def _area(scores: NDArray[np.float64], y: NDArray[np.int64], label: int) -> list[float | None]:
    kept = margin(scores, label)
    return roc_area(kept[y == label], kept[y != label]).as_json()
