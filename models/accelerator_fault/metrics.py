"""What a fault detector is judged by: areas under ROC and precision-recall curves, faults found at a rate of alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np
from fpgaml_models.common.statistics import Fraction, Measured, efficiencies, roc_area, threshold_at
from numpy.typing import NDArray

from . import constants as c

Real = NDArray[np.float64]

RATES = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4)
"""False alarms a healthy pulse."""
SIZE_RATE = 1e-3
"""At which detection is drawn against the size of a fault."""
SIZE_EDGES = (0.005, 0.007, 0.010, 0.014, 0.02, 0.028, 0.04, 0.056, 0.08, 0.15)
"""Parts of full scale."""
FAULT_SHARE = 0.1
"""Of all pulses, for precision: assumed; precision depends on it, as the ROC curve does not."""
RESAMPLES = 20


def alarms_a_day(rate: float) -> float:
    """False alarms of one modulator that pulses all day."""
    return rate * c.PULSES_HZ * 86_400


def precision_recall_area(fault: Real, healthy: Real, share: float = FAULT_SHARE) -> float:
    """Average precision: the mean, over faults, of the precision at the fault's own score.

    Precision = s TPR / (s TPR + (1 - s) FPR) with the share s of faults, whatever the numbers of pulses given; a pulse
    fires at a score of the threshold or above.
    """
    thresholds = np.sort(fault)
    true = 1 - np.searchsorted(thresholds, thresholds, "left") / len(fault)
    false = 1 - np.searchsorted(np.sort(healthy), thresholds, "left") / len(healthy)
    return float((share * true / (share * true + (1 - share) * false)).mean())


def precision_recall(fault: Real, healthy: Real, seed: int = 1) -> Measured:
    """The area with the spread that it has in resampled pulses, both classes drawn anew."""
    rng = np.random.default_rng(seed)
    again = [
        precision_recall_area(rng.choice(fault, len(fault)), rng.choice(healthy, len(healthy)))
        for _ in range(RESAMPLES)
    ]
    return Measured(precision_recall_area(fault, healthy), float(np.std(again, ddof=1)))


def evaluate(healthy: Real, faults: Mapping[str, Real], sizes: Mapping[str, Real]) -> dict[str, Any]:
    """All numbers of one detector, ready for JSON.

    Args:
        healthy: scores, (n,); faults: by family; sizes: of the faults, parts of full scale, 0 where unknown.
    """
    together = np.concatenate(list(faults.values()))
    size = np.concatenate([sizes[name] for name in faults])
    threshold = threshold_at(healthy, SIZE_RATE)
    return {
        "pooled": _plain(roc_area(together, healthy)),
        "precision_recall": asdict(precision_recall(together, healthy)),
        "families": {name: _plain(roc_area(scores, healthy)) for name, scores in faults.items()},
        "detection": efficiencies(together, healthy, RATES),
        "by_size": None if threshold is None else _by_size(together > threshold, size),
    }


def _plain(area: Measured) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in asdict(area).items()}


def _by_size(fires: NDArray[np.bool_], size: Real) -> list[dict[str, Any] | None]:
    bins = [(size >= low) & (size < high) for low, high in pairwise(SIZE_EDGES)]
    return [Fraction.of(fires[chosen]).as_dict() if chosen.any() else None for chosen in bins]
