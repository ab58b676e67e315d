"""Efficiencies at trigger rates, and how two scores of the same events differ; all with errors.

Scores are any numbers of which larger means more unusual; an event fires where its score is above a threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from fpgaml_models.common.statistics import Fraction, Measured, allowed_above, finite_scores, threshold_with
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

Floats = NDArray[np.float64]

FEWEST_EVENTS = 20
"""Background events that must lie above a threshold before its rate is stated: 22 % of statistical error."""


@dataclass(frozen=True)
class Threshold:
    """Where a trigger cuts.

    Args:
        score: events above it fire; -inf lets everything through.
        rate_hz: of the background above it, with the Poisson error of the events counted.
        events: background events above it.
        wanted_hz: the rate that was asked for; ties among scores can leave `rate_hz` below it.
    """

    score: float
    rate_hz: Measured
    events: int
    wanted_hz: float


@dataclass(frozen=True)
class Efficiency:
    """Part of a signal above a threshold.

    Args:
        value: the efficiency with its binomial error.
        low, high: the efficiency at thresholds that one standard deviation more or less of background events
            would have moved to: the error that the background's statistics leave.
    """

    threshold: Threshold
    value: Measured
    low: float
    high: float


@dataclass(frozen=True)
class Resolution:
    """How a score differs from the reference score of the same events, in units of the score.

    Args:
        bias: median of the difference.
        width: half of the interval that holds the central 68.3 % of the differences.
        rms: root of the mean squared difference.
        largest: largest absolute difference.
        different: part of the events whose scores are not equal.
    """

    bias: Measured
    width: Measured
    rms: Measured
    largest: float
    different: float


def threshold_at(background: ArrayLike, rate_hz: float, crossing_rate_hz: float = c.CROSSING_RATE_HZ) -> Threshold:
    """The lowest threshold whose rate does not exceed the one that is asked for.

    Args:
        background: scores, one a crossing.
        rate_hz: above 0 and at most the crossing rate.

    Raises:
        FpgamlError: a rate out of range, or too little background to state it.
    """
    return _threshold(finite_scores("background", background), rate_hz, crossing_rate_hz)


def efficiencies(
    background: ArrayLike,
    signal: ArrayLike,
    rates_hz: Sequence[float] = c.RATES_HZ,
    crossing_rate_hz: float = c.CROSSING_RATE_HZ,
) -> list[Efficiency]:
    """Signal efficiency at each trigger rate.

    Args:
        background, crossing_rate_hz: as for `threshold_at`.
        signal: scores.

    Raises:
        FpgamlError: as for `threshold_at`, or no signal.
    """
    b, s = np.sort(finite_scores("background", background)), finite_scores("signal", signal)
    found = []
    for rate in rates_hz:
        threshold = _threshold(b, rate, crossing_rate_hz)
        kept = Fraction.of(s > threshold.score)
        spread = np.sqrt(threshold.events) if threshold.events < len(b) else 0.0
        ends = [
            Fraction.of(s > threshold_with(b, int(np.clip(round(threshold.events + sign * spread), 0, len(b))))).value
            for sign in (-1, 1)
        ]
        found.append(Efficiency(threshold, kept.measured, min(ends[0], kept.value), max(ends[1], kept.value)))
    return found


def fewest_background(rate_hz: float, crossing_rate_hz: float = c.CROSSING_RATE_HZ) -> int:
    """Background events that a rate takes to be stated."""
    return int(np.ceil(FEWEST_EVENTS * crossing_rate_hz / rate_hz * (1 - 1e-12)))


def resolution(reference: ArrayLike, score: ArrayLike, seed: int = 1, resamples: int = 100) -> Resolution:
    """The difference score - reference over the same events, with bootstrap errors.

    Raises:
        FpgamlError: fewer than two events, or two different numbers of them.
    """
    a, b = np.asarray(reference, np.float64).ravel(), np.asarray(score, np.float64).ravel()
    if len(a) != len(b) or len(a) < 2:
        raise FpgamlError("calo_anomaly", f"{len(a)} and {len(b)} scores to compare", "Score the same events twice")
    difference = b - a
    rng = np.random.default_rng(seed)
    again = [_shape(difference[rng.integers(0, len(difference), len(difference))]) for _ in range(resamples)]
    errors = np.std(again, axis=0, ddof=1)
    bias, width, rms = (Measured(v, float(e)) for v, e in zip(_shape(difference), errors, strict=True))
    return Resolution(bias, width, rms, float(np.abs(difference).max()), float((difference != 0).mean()))


def blind_regions(empty: float, heated: ArrayLike) -> int:
    """Regions whose heating does not raise the score: holes that pruning can leave in a detector.

    Args:
        empty: score of an image.
        heated: for each region the score of that image with the region heated.
    """
    return int((np.asarray(heated) <= empty).sum())


def heated_images(image: NDArray[np.integer], counts: int) -> NDArray[np.uint16]:
    """252 copies of an image, in each another region raised by `counts` and saturating at 1023.

    Args:
        image: shape (18, 14).

    Returns:
        Shape (252, 18, 14).
    """
    flat: NDArray[np.int64] = np.repeat(image.reshape(1, -1).astype(np.int64), c.REGIONS, axis=0)
    flat[np.arange(c.REGIONS), np.arange(c.REGIONS)] += counts
    saturated: NDArray[np.uint16] = np.minimum(flat, c.ET_MAX).astype(np.uint16)
    return saturated.reshape(-1, c.PHI, c.ETA)


def _shape(difference: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(difference, [0.1585, 0.5, 0.8415])
    return float(middle), float(high - low) / 2, float(np.sqrt(np.mean(difference**2)))


def _threshold(scores: Floats, rate_hz: float, crossing_rate_hz: float) -> Threshold:
    if not 0 < rate_hz <= crossing_rate_hz:
        raise FpgamlError(
            "calo_anomaly",
            f"a trigger rate of {rate_hz:g} Hz",
            f"Ask for one above 0 and up to {crossing_rate_hz:g} Hz",
        )
    allowed = allowed_above(rate_hz / crossing_rate_hz, len(scores))
    if allowed < FEWEST_EVENTS:
        raise FpgamlError(
            "calo_anomaly",
            f"{len(scores):,} background events leave {allowed} above the threshold for {rate_hz:g} Hz",
            f"Use at least {fewest_background(rate_hz, crossing_rate_hz):,}",
        )
    score = threshold_with(scores, allowed)
    events = int(np.count_nonzero(scores > score))
    per_event = crossing_rate_hz / len(scores)
    error = np.sqrt(events) * per_event if events < len(scores) else 0.0
    return Threshold(score, Measured(events * per_event, float(error)), events, rate_hz)
