"""What the trigger is judged by: ROC area, efficiencies at fixed background, efficiency against lifetime, slopes."""

from __future__ import annotations

from typing import Any

import numpy as np
from fpgaml_models.common.statistics import Fraction, roc_area, threshold_at
from numpy.typing import NDArray

from . import constants as c

Reals = NDArray[np.float64]


def separation(signal: Reals, background: Reals) -> dict[str, Any]:
    """ROC area, and by background rate the signal's efficiency; null where there is too little background.

    Args:
        signal, background: scores, (events,).
    """
    area = roc_area(signal, background)
    return {
        "roc_area": area.as_json(),
        "efficiency": {f"{rate:g}": _above(signal, background, rate) for rate in c.BACKGROUND_RATES},
    }


def against_lifetime(scores: Reals, lifetime: Reals, background: Reals) -> list[dict[str, Any]]:
    """Efficiency in bins of true lifetime, where the first of the background rates is kept.

    Returns:
        For each bin that has events its ends in ps and the fraction.
    """
    threshold = threshold_at(background, c.BACKGROUND_RATES[0])
    found = []
    for low, high in zip(c.LIFETIME_EDGES_PS[:-1], c.LIFETIME_EDGES_PS[1:], strict=True):
        inside = (lifetime >= low) & (lifetime < high)
        if threshold is not None and inside.any():
            found.append({"bin": [low, high], "efficiency": Fraction.of(scores[inside] > threshold).as_dict()})
    return found


def falls(scores: Reals) -> dict[str, float]:
    """Along a line of events whose flight distance and impact parameter rise together: how far the score ever falls.

    Args:
        scores: in the order of the line.

    Returns:
        The largest fall below an earlier score, and where it ends, from 0 to 1 along the line.
    """
    below = np.maximum.accumulate(scores) - scores
    worst = int(below.argmax())
    return {"fall": float(below[worst]), "at": worst / max(len(scores) - 1, 1)}


def _above(signal: Reals, background: Reals, rate: float) -> dict[str, Any] | None:
    threshold = threshold_at(background, rate)
    return None if threshold is None else Fraction.of(signal > threshold).as_dict()
