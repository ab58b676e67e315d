"""How well scores separate signal from background."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.data.labels import read_labels
from fpgaml.errors import FpgamlError


def roc_auc(labels: ArrayLike, scores: ArrayLike) -> float:
    """The area under the ROC curve: the probability that a signal event scores above a background event.

    AUC = U / (n_s n_b) with the Mann-Whitney statistic U = R_s - n_s (n_s + 1) / 2, where R_s is the sum of the
    signal's ranks and events of equal score share their middle rank, so that a tie counts one half
    (Mann and Whitney, Ann. Math. Statist. 18 (1947) 50; Hanley and McNeil, Radiology 143 (1982) 29).

    Args:
        labels: 1 for signal, 0 for background, shape (events,).
        scores: finite, shape (events,).

    Raises:
        FpgamlError: shapes that differ, other labels, scores that are not finite, or only one class.
    """
    truth, score = np.asarray(labels).reshape(-1), np.asarray(scores).reshape(-1)
    if truth.size != score.size:
        raise FpgamlError("ROC AUC", f"{truth.size} labels for {score.size} scores", "Give one label an event")
    if not np.isin(truth, (0, 1)).all():
        raise FpgamlError("ROC AUC", "labels other than 0 and 1", "Give 1 for signal and 0 for background")
    if not np.isfinite(score).all():
        raise FpgamlError("ROC AUC", "NaN or infinity among the scores")
    signal = int((truth == 1).sum())
    background = truth.size - signal
    if not signal or not background:
        raise FpgamlError("ROC AUC", "events of one class only", "Give labels of both signal and background")
    _, group, sizes = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes, dtype=np.int64)
    twice_rank = 2 * last - sizes + 1  # first + last rank of each group of ties: whole numbers, so sums are exact
    # Python integers: the statistic is exact before its one division.
    twice_statistic = int(twice_rank[group.reshape(-1)][truth == 1].sum()) - signal * (signal + 1)
    return twice_statistic / (2 * signal * background)


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
