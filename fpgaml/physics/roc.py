"""How well scores separate signal from background: the ROC curve, its area, efficiencies at low rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import FpgamlError
from fpgaml.physics.intervals import wilson
from fpgaml.record.physics import Efficiency

RATES = (1e-1, 1e-2, 1e-3, 1e-4)
"""False-positive rates that efficiencies are stated at."""
LEAST_BACKGROUND = 10
"""Background events that a rate must leave: fewer do not say where its threshold is."""
LOW_POINTS, LINEAR_POINTS = 110, 80
"""Of a thinned curve: at false-positive counts in a geometric series, at true-positive rates in an arithmetic one."""

Reals = NDArray[np.float64]


def roc_auc(labels: ArrayLike, scores: ArrayLike) -> float:
    """The area under the ROC curve: the probability that a signal event scores above a background event.

    As for `Separation.area`.

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
    signal = truth == 1
    if signal.all() or not signal.any():
        raise FpgamlError("ROC AUC", "events of one class only", "Give labels of both signal and background")
    return Separation.of(signal, score).area


@dataclass(frozen=True)
class Separation:
    """Signal and background by their scores, both ascending, with the place of every event among the other class.

    Args:
        signal, background: scores, ascending; shape (events of the class,), each with one event at least.
        signal_places: for each signal event, in the order of the events, twice the number of background events below
            it, where a tie counts a half; background_places: for each background event twice the number of signal
            events above it.
    """

    signal: Reals
    background: Reals
    signal_places: NDArray[np.int64]
    background_places: NDArray[np.int64]

    @classmethod
    def of(cls, is_signal: NDArray[np.bool_], scores: NDArray[np.generic]) -> Separation:
        """Of events with a mask and a score each, shape (events,)."""
        signal, background = (np.asarray(scores[mask], np.float64) for mask in (is_signal, ~is_signal))
        by_score, by_other = np.argsort(signal), np.argsort(background)
        ranked, other = signal[by_score], background[by_other]
        below, above = np.empty(len(ranked), np.int64), np.empty(len(other), np.int64)
        below[by_score] = _twice_below(other, ranked)
        above[by_other] = 2 * len(ranked) - _twice_below(ranked, other)
        return cls(ranked, other, below, above)

    @cached_property
    def area(self) -> float:
        """AUC = U / (n_s n_b) with the Mann-Whitney statistic U; exact before its one division.

        Mann and Whitney, Ann. Math. Statist. 18 (1947) 50; Hanley and McNeil, Radiology 143 (1982) 29.
        """
        return int(self.signal_places.sum()) / (2 * len(self.signal) * len(self.background))

    @property
    def error(self) -> float | None:
        """One standard deviation of the area; None with fewer than two events of a class.

        DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837: var(V10) / n_s + var(V01) / n_b, where V10 and V01
        are each event's part of the other class that it is on the right side of.
        """
        return _deviation(*self._placements)

    def loss(self, other: Separation) -> tuple[float, float | None]:
        """By how much this area is below another column's on the same events, and the error of that.

        The difference of the placements of the same event takes care of the correlation, as in DeLong et al.
        """
        pairs = zip(other._placements, self._placements, strict=True)
        return other.area - self.area, _deviation(*(theirs - ours for theirs, ours in pairs))

    def curve(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """False- and true-positive rates from (0, 0) to (1, 1), at most 200 points, the same for the same scores.

        Points lie at false-positive counts 0, 1, 2, ... in a geometric series, so that the low end is as fine as the
        background allows, and at evenly spread true-positive rates.
        """
        signal, background = len(self.signal), len(self.background)
        thresholds = np.unique(np.concatenate([self.signal, self.background]))[::-1]
        true, false = (len(each) - np.searchsorted(each, thresholds, "left") for each in (self.signal, self.background))
        counts = np.unique(np.geomspace(1, background, LOW_POINTS).round().astype(np.int64))
        kept = {0, len(thresholds) - 1}
        kept |= {int(place) - 1 for place in np.searchsorted(false, [0, *counts], "right") if place}
        wanted = np.linspace(0, signal, LINEAR_POINTS + 1)[1:]
        kept |= {int(place) for place in np.searchsorted(true, wanted, "left") if place < len(thresholds)}
        places = sorted(kept)
        x, y = false[places] / background, true[places] / signal
        return (0.0, *_short(x)), (0.0, *_short(y))

    def efficiencies(self, rates: Sequence[float] = RATES) -> tuple[Efficiency, ...]:
        """Signal kept at each rate that the background supports, with binomial intervals."""
        found = []
        for rate in rates:
            allowed = floor(rate * len(self.background) * (1 + 1e-12))
            if allowed >= LEAST_BACKGROUND:
                found.append(self._at(rate, allowed))
        return tuple(found)

    def _at(self, rate: float, allowed: int) -> Efficiency:
        """At the lowest threshold above which at most `allowed` background events lie."""
        threshold = self.background[max(len(self.background) - 1 - allowed, 0)]
        passing, kept = (len(e) - int(np.searchsorted(e, threshold, "right")) for e in (self.background, self.signal))
        low, high = wilson(kept, len(self.signal))
        return Efficiency(
            rate=rate,
            threshold=float(threshold),
            false_positives=passing,
            value=kept / len(self.signal),
            low=low,
            high=high,
        )

    @property
    def _placements(self) -> tuple[Reals, Reals]:
        return self.signal_places / (2 * len(self.background)), self.background_places / (2 * len(self.signal))


def too_rare(background: int, rates: Sequence[float] = RATES) -> tuple[float, ...]:
    """The rates that so many background events do not support."""
    return tuple(rate for rate in rates if floor(rate * background * (1 + 1e-12)) < LEAST_BACKGROUND)


def _twice_below(among: Reals, values: Reals) -> NDArray[np.int64]:
    """Twice how many lie below each value, where a tie counts a half; both ascending, which the search is fast for."""
    return np.asarray(np.searchsorted(among, values, "left") + np.searchsorted(among, values, "right"))


def _deviation(signal: Reals, background: Reals) -> float | None:
    if min(len(signal), len(background)) < 2:
        return None
    parts = (float(each.var(ddof=1)) / len(each) for each in (signal, background))
    return sqrt(sum(parts))


def _short(values: Reals) -> list[float]:
    """Six significant digits: finer than any picture, and the record stays small."""
    return [float(f"{value:.6g}") for value in values]
