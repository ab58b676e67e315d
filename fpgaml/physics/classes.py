"""Which class an output of one element a class says, by its largest element."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.labels import Classes
from fpgaml.physics.intervals import wilson
from fpgaml.record.physics import Confusion

MOST_SHOWN = 64
"""Classes above which no matrix is written: nobody reads it."""


def confusion(output: str, column: str, truth: Classes, answers: NDArray[np.float64]) -> Confusion:
    """The confusion matrix of an output.

    Of equal largest elements the first one counts, as in numpy's argmax: fixed point has such ties.

    Args:
        answers: shape (events, classes).
    """
    said = np.argmax(answers, axis=1)
    kept = int(np.count_nonzero(said == truth.index))
    low, high = wilson(kept, len(said))
    matrix = np.bincount(truth.index * truth.count + said, minlength=truth.count**2).reshape(truth.count, -1)
    return Confusion(
        output=output,
        column=column,
        classes=tuple(str(index) for index in range(truth.count)),
        counts=tuple(tuple(row) for row in matrix.tolist()) if truth.count <= MOST_SHOWN else (),
        accuracy=kept / len(said),
        low=low,
        high=high,
    )
