"""What a trigger is judged by: ROC, efficiency against SNR at fixed false-positive rates, rejection, message rate.

All errors are one standard deviation. Fractions carry Wilson's interval (J. Am. Stat. Assoc. 22 (1927) 209), the area
under the ROC curve the error of DeLong et al. (Biometrics 44 (1988) 837). A trigger fires where its score is above a
threshold; one that has settings and no score is judged at each setting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import FpgamlError
from fpgaml.physics.roc import roc_auc

from . import constants as c

FALSE_POSITIVE_RATES = (1e-3, 1e-4)
SNR_EDGES = (3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0, 9.0, 10.0)
SIGNAL_EFFICIENCY = 0.9
# Fewer background events than this above a threshold do not say what its false-positive rate is.
FEWEST_PASSING = 10


@dataclass(frozen=True)
class Fraction:
    """`passing` of `total`, with Wilson's interval of one standard deviation."""

    passing: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.passing <= self.total or not self.total:
            raise FpgamlError("fraction", f"{self.passing} of {self.total} events", "Give events of this class")

    @property
    def value(self) -> float:
        return self.passing / self.total

    @property
    def interval(self) -> tuple[float, float]:
        p, n = self.value, self.total
        centre = (p + 0.5 / n) / (1 + 1 / n)
        half = np.sqrt(p * (1 - p) / n + 0.25 / n**2) / (1 + 1 / n)
        return max(0.0, float(centre - half)), min(1.0, float(centre + half))

    def as_dict(self) -> dict[str, Any]:
        return {"value": self.value, "interval": list(self.interval), "passing": self.passing, "total": self.total}


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

    auc: float
    auc_error: float
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
            "auc": self.auc,
            "auc_error": self.auc_error,
            "snr_edges": list(SNR_EDGES),
            "points": [None if point is None else point.as_dict() for point in self.points],
            "rejection_at_90": {"value": self.rejection, "background": self.background_at_efficiency.as_dict()},
            "message_rate_at_90_hz": {"value": rate, "interval": [low, high], "pretrigger_hz": c.PRETRIGGER_HZ},
            "at_transmission_limit": None if transmission is None else transmission.as_dict(),
        }


def auc_with_error(signal: ArrayLike, background: ArrayLike) -> tuple[float, float]:
    """The area under the ROC curve, ties counted one half, and its standard error."""
    s, b = _scores(signal, "signal"), _scores(background, "background")
    auc = roc_auc(np.concatenate([np.ones(s.size), np.zeros(b.size)]), np.concatenate([s, b]))
    ordered_s, ordered_b = np.sort(s), np.sort(b)
    below = (np.searchsorted(ordered_b, s, "left") + np.searchsorted(ordered_b, s, "right")) / (2 * b.size)
    above = 1 - (np.searchsorted(ordered_s, b, "left") + np.searchsorted(ordered_s, b, "right")) / (2 * s.size)
    variance = sum(float(np.var(part, ddof=1)) / part.size for part in (below, above) if part.size > 1)
    return auc, float(np.sqrt(variance))


def threshold_for(background: ArrayLike, rate: float) -> float | None:
    """The lowest threshold with no more than `rate` of the background above it; None with too little background."""
    b = np.sort(_scores(background, "background"))
    allowed = int(np.floor(rate * b.size + 1e-9))
    return float(b[b.size - 1 - allowed]) if FEWEST_PASSING <= allowed < b.size else None


def working_point(signal: ArrayLike, snr: ArrayLike, background: ArrayLike, rate: float) -> WorkingPoint | None:
    """The working point of a false-positive rate; None with too little background to state it.

    Args:
        signal: scores of signal events, (signal events,).
        snr: their SNR, (signal events,).
        background: scores of background events, (background events,).
        rate: the false-positive rate.
    """
    s, b = _scores(signal, "signal"), _scores(background, "background")
    ratio = np.asarray(snr, dtype=np.float64).reshape(-1)
    if ratio.size != s.size:
        raise FpgamlError("SNR", f"{ratio.size} numbers for {s.size} signal events", "Give one an event")
    threshold = threshold_for(b, rate)
    if threshold is None:
        return None
    fires = s > threshold
    return WorkingPoint(
        asked=rate,
        threshold=threshold,
        false_positives=_fraction(b > threshold),
        efficiency=_fraction(fires),
        by_snr=_by_snr(fires, ratio),
    )


def evaluate(
    signal: ArrayLike, snr: ArrayLike, background: ArrayLike, rates: Sequence[float] = FALSE_POSITIVE_RATES
) -> Report:
    """Judge a trigger by its scores; arguments as for `working_point`."""
    s, b = _scores(signal, "signal"), _scores(background, "background")
    auc, error = auc_with_error(s, b)
    # The highest threshold that keeps the efficiency: the event at it must still be above it.
    kept = int(np.ceil(SIGNAL_EFFICIENCY * s.size - 1e-9))
    lowest_kept = np.sort(s)[s.size - kept]
    return Report(
        auc=auc,
        auc_error=error,
        points=tuple(working_point(s, snr, b, rate) for rate in rates),
        background_at_efficiency=_fraction(b >= lowest_kept),
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
    kept = [_fraction(signal[:, index]) for index in range(len(settings))]
    passed = [_fraction(background[:, index]) for index in range(len(settings))]
    ratio = np.asarray(snr, dtype=np.float64).reshape(-1)

    def best(rate: float) -> dict[str, Any] | None:
        allowed = [index for index, one in enumerate(passed) if one.value <= rate]
        if not allowed or rate * background.shape[0] < FEWEST_PASSING:
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
    return tuple(_fraction(fires[chosen]) if chosen.any() else None for chosen in inside)


def _fraction(chosen: NDArray[np.bool_]) -> Fraction:
    return Fraction(int(chosen.sum()), int(chosen.size))


def _scores(scores: ArrayLike, name: str) -> NDArray[np.float64]:
    array = np.asarray(scores, dtype=np.float64).reshape(-1)
    if not array.size or not np.isfinite(array).all():
        raise FpgamlError(f"{name} scores", "none, or NaN or infinity among them", "Give finite scores")
    return array
