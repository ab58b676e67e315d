"""What a trigger is judged by: ROC, efficiency against SNR at fixed false-positive rates, rejection, message rate.

A trigger fires where its score is above a threshold; one that has settings and no score is judged at each setting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from fpgaml_models.common.statistics import (
    LEAST_BACKGROUND,
    Fraction,
    Measured,
    finite_scores,
    roc_area,
    threshold_at,
    threshold_keeping,
)
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

FALSE_POSITIVE_RATES = (1e-3, 1e-4)
SNR_EDGES = (3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0, 9.0, 10.0)
SIGNAL_EFFICIENCY = 0.9


@dataclass(frozen=True)
class WorkingPoint:
    """A threshold for a false-positive rate, and what it costs.

    Attributes:
        asked: the false-positive rate that was asked for; `false_positives` is never above it.
        threshold: the trigger fires above it; or the setting's name.
        efficiency: of all signal; `by_snr` in the bins between `SNR_EDGES`, None in a bin without events.
    """

    asked: float
    threshold: float | str
    false_positives: Fraction
    efficiency: Fraction
    by_snr: tuple[Fraction | None, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "asked": self.asked,
            "threshold": self.threshold,
            "false_positives": self.false_positives.as_dict(),
            "efficiency": self.efficiency.as_dict(),
            "by_snr": [None if one is None else one.as_dict() for one in self.by_snr],
        }


@dataclass(frozen=True)
class Report:
    """Everything about one trigger. Rates in Hz, for background that arrives at `PRETRIGGER_HZ`."""

    auc: Measured
    points: tuple[WorkingPoint | None, ...]
    background_at_efficiency: Fraction
    efficiency_at_transmission: WorkingPoint | None

    @property
    def rejection(self) -> float:
        """The part of the background that is rejected where `SIGNAL_EFFICIENCY` of the signal is kept."""
        return 1 - self.background_at_efficiency.value

    @property
    def message_rate_hz(self) -> tuple[float, float, float]:
        """Background messages a second where `SIGNAL_EFFICIENCY` of the signal is kept: value and interval."""
        low, high = self.background_at_efficiency.interval
        return c.PRETRIGGER_HZ * self.background_at_efficiency.value, c.PRETRIGGER_HZ * low, c.PRETRIGGER_HZ * high

    def as_dict(self) -> dict[str, Any]:
        rate, low, high = self.message_rate_hz
        transmission = self.efficiency_at_transmission
        return {
            "auc": self.auc.value,
            "auc_error": self.auc.error,
            "snr_edges": list(SNR_EDGES),
            "points": [None if point is None else point.as_dict() for point in self.points],
            "rejection_at_90": {"value": self.rejection, "background": self.background_at_efficiency.as_dict()},
            "message_rate_at_90_hz": {"value": rate, "interval": [low, high], "pretrigger_hz": c.PRETRIGGER_HZ},
            "at_transmission_limit": None if transmission is None else transmission.as_dict(),
        }


def working_point(signal: ArrayLike, snr: ArrayLike, background: ArrayLike, rate: float) -> WorkingPoint | None:
    """The working point of a false-positive rate; None with too little background to state it.

    Args:
        signal: scores of signal events, (signal events,).
        snr: their SNR, (signal events,).
        background: scores of background events, (background events,).
        rate: the false-positive rate.
    """
    s, b = finite_scores("signal", signal), finite_scores("background", background)
    ratio = np.asarray(snr, dtype=np.float64).reshape(-1)
    if ratio.size != s.size:
        raise FpgamlError("SNR", f"{ratio.size} numbers for {s.size} signal events", "Give one an event")
    threshold = threshold_at(b, rate)
    if threshold is None:
        return None
    fires = s > threshold
    return WorkingPoint(
        asked=rate,
        threshold=threshold,
        false_positives=Fraction.of(b > threshold),
        efficiency=Fraction.of(fires),
        by_snr=_by_snr(fires, ratio),
    )


def evaluate(
    signal: ArrayLike, snr: ArrayLike, background: ArrayLike, rates: Sequence[float] = FALSE_POSITIVE_RATES
) -> Report:
    """Judge a trigger by its scores; arguments as for `working_point`."""
    s, b = finite_scores("signal", signal), finite_scores("background", background)
    return Report(
        auc=roc_area(s, b),
        points=tuple(working_point(s, snr, b, rate) for rate in rates),
        background_at_efficiency=Fraction.of(b >= threshold_keeping(s, SIGNAL_EFFICIENCY)),
        efficiency_at_transmission=working_point(s, snr, b, c.TRANSMISSION_HZ / c.PRETRIGGER_HZ),
    )


def evaluate_settings(
    signal: NDArray[np.bool_],
    snr: ArrayLike,
    background: NDArray[np.bool_],
    settings: Sequence[str],
    rates: Sequence[float] = FALSE_POSITIVE_RATES,
) -> dict[str, Any]:
    """Judge a trigger by what it does at each of its settings.

    Args:
        signal: whether it fires, (signal events, settings).
        snr: of the signal, (signal events,).
        background: whether it fires, (background events, settings).
        settings: what to call them.
        rates: false-positive rates.

    Returns:
        Every setting; for each rate the setting of the best efficiency that keeps to it, None where none does; the
        area under the ROC curve that choosing at random between settings reaches; and the background that passes
        where the signal's efficiency is at least SIGNAL_EFFICIENCY, None where no setting reaches that.
    """
    kept = [Fraction.of(signal[:, index]) for index in range(len(settings))]
    passed = [Fraction.of(background[:, index]) for index in range(len(settings))]
    ratio = np.asarray(snr, dtype=np.float64).reshape(-1)

    def best(rate: float) -> dict[str, Any] | None:
        allowed = [index for index, one in enumerate(passed) if one.value <= rate]
        if not allowed or rate * background.shape[0] < LEAST_BACKGROUND:
            return None
        index = max(allowed, key=lambda one: (kept[one].value, -passed[one].value))
        point = WorkingPoint(rate, settings[index], passed[index], kept[index], _by_snr(signal[:, index], ratio))
        return point.as_dict()

    efficient = [one for one, part in zip(passed, kept, strict=True) if part.value >= SIGNAL_EFFICIENCY]
    fewest = min(efficient, key=lambda one: one.value, default=None)
    rate = None if fewest is None else [c.PRETRIGGER_HZ * part for part in (fewest.value, *fewest.interval)]
    return {
        "auc": hull_area([one.value for one in passed], [one.value for one in kept]),
        "snr_edges": list(SNR_EDGES),
        "settings": [
            {"setting": name, "efficiency": part.as_dict(), "false_positives": one.as_dict()}
            for name, part, one in zip(settings, kept, passed, strict=True)
        ],
        "points": [best(one) for one in rates],
        "rejection_at_90": fewest and {"value": 1 - fewest.value, "background": fewest.as_dict()},
        "message_rate_at_90_hz": rate and {"value": rate[0], "interval": rate[1:], "pretrigger_hz": c.PRETRIGGER_HZ},
        "at_transmission_limit": best(c.TRANSMISSION_HZ / c.PRETRIGGER_HZ),
    }


def hull_area(false_positives: Sequence[float], efficiencies: Sequence[float]) -> float:
    """The area under the upper convex hull of working points, (0, 0) and (1, 1)."""
    points = sorted({(0.0, 0.0), (1.0, 1.0), *zip(false_positives, efficiencies, strict=True)})
    hull: list[tuple[float, float]] = []
    for x, y in points:
        while len(hull) > 1 and (hull[-1][0] - hull[-2][0]) * (y - hull[-2][1]) >= (hull[-1][1] - hull[-2][1]) * (
            x - hull[-2][0]
        ):
            hull.pop()
        hull.append((x, y))
    return sum((right[0] - left[0]) * (left[1] + right[1]) / 2 for left, right in pairwise(hull))


def _by_snr(fires: NDArray[np.bool_], snr: NDArray[np.float64]) -> tuple[Fraction | None, ...]:
    inside = [(snr >= low) & (snr < high) for low, high in pairwise(SNR_EDGES)]
    return tuple(Fraction.of(fires[chosen]) if chosen.any() else None for chosen in inside)
