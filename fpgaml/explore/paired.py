"""A design beside the network as it came, on the same events: by how much they differ, and how well that is known.

What an event adds to both cancels in their difference, so that its error is smaller than that of either by far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.labels import Labels
from fpgaml.explore.metrics import Answers, areas, right, spread
from fpgaml.explore.objectives import Difference, Measured

RESAMPLES, SEED = 40, 1
"""How often events are drawn again: that many give an error to 11 %."""


def area_difference(answers: Answers, came: Answers, labels: Labels) -> Difference:
    """Of the mean ROC AUC; the error is the mean of DeLong's paired ones, as in `metrics.area`."""
    pairs = zip(areas(answers, labels), areas(came, labels), strict=True)
    losses, errors = zip(*(ours.loss(theirs) for ours, theirs in pairs), strict=True)
    known = [error for error in errors if error is not None]
    error = float(np.mean(known)) if len(known) == len(errors) else None
    return Difference(-float(np.mean(losses)) or 0.0, error)


def accuracy_difference(answers: Answers, came: Answers, labels: Labels) -> Difference:
    """Of the accuracy: the mean over events of right (1) less right as it came, with the error of that mean."""
    change = right(answers, labels).astype(np.float64) - right(came, labels)
    error = float(change.std(ddof=1)) / sqrt(len(change)) if len(change) > 1 else None
    return Difference(float(change.mean()), error)


def spread_difference(answers: Answers, came: Answers, labels: Labels) -> Difference:
    """Of the resolution; events are drawn again for its error."""
    drawn: list[float] = []
    as_it_came: list[float] = []
    for part in resamples({"": len(labels.values)}):
        again = Labels(labels.where, labels.values[part[""]])
        drawn.append(spread({name: values[part[""]] for name, values in answers.items()}, again).value)
        as_it_came.append(spread({name: values[part[""]] for name, values in came.items()}, again).value)
    value = spread(answers, labels).value - spread(came, labels).value
    return Difference(value, bootstrap_error(drawn, as_it_came))


DIFFERENCES: Mapping[str, Callable[[Answers, Answers, Labels], Difference]] = {
    "auc": area_difference,
    "accuracy": accuracy_difference,
    "resolution": spread_difference,
}


def resamples(counts: Mapping[str, int]) -> Iterator[dict[str, NDArray[np.int64]]]:
    """Events of each set drawn again, as many as there are, with repetition; the same ones every time.

    Efron, Ann. Statist. 7 (1979) 1.
    """
    for number in range(RESAMPLES):
        rng = np.random.default_rng([SEED, number])
        yield {name: rng.integers(0, count, count) for name, count in counts.items()}


def bootstrap_error(drawn: Sequence[float], as_it_came: Sequence[float]) -> float:
    """The standard deviation of a difference; both: by resample."""
    return float(np.std(np.subtract(drawn, as_it_came), ddof=1))


def unpaired(measured: Measured, came: Measured) -> Difference:
    """The difference as of two samples."""
    known = measured.error is not None and came.error is not None
    error = sqrt((measured.error or 0.0) ** 2 + (came.error or 0.0) ** 2) if known else None
    return Difference(measured.value - came.value, error, paired=False)
