"""What tasks judge triggers by, each number with its error: fractions, ROC areas, thresholds, resampled statistics.

An event fires where its score is above a threshold. All errors and intervals are one standard deviation. Results as
JSON: a `Measured` is {"value", "error"}, a `Fraction` {"value", "interval", "passing", "total"}; `rows` shows both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import FpgamlError
from fpgaml.physics.intervals import wilson
from fpgaml.physics.roc import Separation

Reals = NDArray[np.float64]
Statistic = Callable[[Reals], Reals]
"""A number of each row of an array (rows, events)."""

CENTRAL = 0.6827
"""Share of events within one standard deviation of a Gaussian."""
RESAMPLES = 100
RESAMPLED = 20_000
"""Events drawn for a resampled statistic; of larger samples the spread is scaled by the square root."""
LEAST_BACKGROUND = 10
"""Background events that a false-positive rate must leave: fewer do not say where its threshold is."""


@dataclass(frozen=True)
class Measured:
    """A number and its statistical error, one standard deviation; both NaN where there were too few events."""

    value: float
    error: float

    def as_json(self) -> list[float | None]:
        """[value, error]; null where there were too few events."""
        return [number if np.isfinite(number) else None for number in (self.value, self.error)]


@dataclass(frozen=True)
class Fraction:
    """`passing` of `total` events, with Wilson's interval (J. Am. Stat. Assoc. 22 (1927) 209).

    Raises:
        FpgamlError: no events, or more that pass than there are.
    """

    passing: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.passing <= self.total or not self.total:
            raise FpgamlError("fraction", f"{self.passing} of {self.total} events", "Give events of this class")

    @classmethod
    def of(cls, chosen: NDArray[np.bool_]) -> Fraction:
        """The part of events that a mask chooses, (events,)."""
        return cls(int(np.count_nonzero(chosen)), int(chosen.size))

    @property
    def value(self) -> float:
        return self.passing / self.total

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.passing, self.total)

    @property
    def measured(self) -> Measured:
        """With half of Wilson's interval, uncut at 0 and 1, as a symmetric error: never zero."""
        p, n = self.value, self.total
        return Measured(p, float(np.sqrt(p * (1 - p) / n + 0.25 / n**2) / (1 + 1 / n)))

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"value": self.value, "interval": list(self.interval), "passing": self.passing, "total": self.total}


def finite_scores(where: str, scores: ArrayLike, fewest: int = 1) -> Reals:
    """Scores as (events,) numbers.

    Raises:
        FpgamlError: fewer than `fewest`, or NaN or infinity among them.
    """
    values = np.asarray(scores, np.float64).reshape(-1)
    if values.size < fewest:
        raise FpgamlError(f"{where} scores", f"{values.size} of them", f"Give at least {fewest}")
    if not np.isfinite(values).all():
        raise FpgamlError(f"{where} scores", "NaN or infinity among them", "Leave such events out")
    return values


def roc_area(signal: ArrayLike, background: ArrayLike) -> Measured:
    """Probability that a signal event scores above a background event, ties counting half; DeLong's error.

    The error is NaN where a class has one event. See `fpgaml.physics.roc.Separation`.

    Raises:
        FpgamlError: as for `finite_scores`.
    """
    found = separation(signal, background)
    return Measured(found.area, float("nan") if found.error is None else found.error)


def separation(signal: ArrayLike, background: ArrayLike) -> Separation:
    """Both classes by their scores: areas, curves, efficiencies, differences of two columns on the same events.

    Raises:
        FpgamlError: as for `finite_scores`.
    """
    s, b = finite_scores("signal", signal), finite_scores("background", background)
    return Separation.of(np.repeat([True, False], [s.size, b.size]), np.concatenate([s, b]))


def allowed_above(rate: float, events: int) -> int:
    """How many of `events` a rate allows; not one fewer because a product of floats fell just short of an integer."""
    return int(np.floor(rate * events * (1 + 1e-12)))


def threshold_with(background: ArrayLike, above: int) -> float:
    """The lowest threshold with at most `above` background events above it; -inf where that is all of them."""
    scores = finite_scores("background", background)
    if above >= scores.size:
        return -np.inf
    return float(np.partition(scores, scores.size - above - 1)[scores.size - above - 1])


def threshold_at(background: ArrayLike, rate: float, fewest: int = LEAST_BACKGROUND) -> float | None:
    """The lowest threshold with no more than `rate` of the background above it.

    None where that rate leaves fewer than `fewest` background events, which would not say where it is.
    """
    scores = finite_scores("background", background)
    allowed = allowed_above(rate, scores.size)
    return threshold_with(scores, allowed) if fewest <= allowed < scores.size else None


def threshold_keeping(signal: ArrayLike, efficiency: float) -> float:
    """The score of the last signal event that must be kept: where `scores >= it`, at least `efficiency` fires."""
    scores = finite_scores("signal", signal)
    kept = int(np.ceil(efficiency * scores.size - 1e-9))
    return float(np.sort(scores)[scores.size - kept])


def efficiencies(signal: ArrayLike, background: ArrayLike, rates: Sequence[float]) -> list[dict[str, Any] | None]:
    """For each false-positive rate the signal kept, ready for JSON; None for a rate that the background is too few for.

    Returns:
        `rate`, `threshold`, `false_positives` and `efficiency` (both as `Fraction.as_dict`).
    """
    s, b = finite_scores("signal", signal), finite_scores("background", background)
    found: list[dict[str, Any] | None] = []
    for rate in rates:
        threshold = threshold_at(b, rate)
        found.append(
            None
            if threshold is None
            else {
                "rate": rate,
                "threshold": threshold,
                "false_positives": Fraction.of(b > threshold).as_dict(),
                "efficiency": Fraction.of(s > threshold).as_dict(),
            }
        )
    return found


def mean(rows: Reals) -> Reals:
    """The mean of each row."""
    return np.asarray(rows.mean(axis=-1))


def rms(rows: Reals) -> Reals:
    """The standard deviation of each row about its mean."""
    return np.asarray(rows.std(axis=-1))


def core_width(rows: Reals) -> Reals:
    """Half the width of the central 68 % of each row: blind to tails."""
    low, high = np.quantile(rows, [(1 - CENTRAL) / 2, (1 + CENTRAL) / 2], axis=-1)
    return np.asarray((high - low) / 2)


def bootstrap(statistic: Statistic, sample: ArrayLike, seed: int = 1) -> Measured:
    """The statistic of a sample (events,), with the spread that it has in resampled samples.

    Of a sample of more than RESAMPLED events so many are drawn, and the spread is scaled by the square root.
    """
    values = np.asarray(sample, np.float64).reshape(-1)
    if len(values) < 2:
        return Measured(float("nan"), float("nan"))
    drawn = min(len(values), RESAMPLED)
    rows = values[np.random.default_rng(seed).integers(0, len(values), (RESAMPLES, drawn))]
    spread = float(statistic(rows).std(ddof=1)) * float(np.sqrt(drawn / len(values)))
    return Measured(float(statistic(values[None])[0]), spread)


def bootstrap_ratio(statistic: Statistic, above: ArrayLike, below: ArrayLike, seed: int = 1) -> Measured:
    """A statistic of one column over that of another on the same events, resampled together, so that they correlate.

    Args:
        above, below: what both columns have for the same events, (events,).

    Raises:
        FpgamlError: different numbers of events.
    """
    pair = np.stack([_flat(above), _flat(below)]) if np.size(above) == np.size(below) else None
    if pair is None:
        raise FpgamlError("ratio", f"{np.size(above)} and {np.size(below)} events", "Compare the same events")
    count = pair.shape[1]
    if count < 2 or not statistic(pair)[1]:
        return Measured(float("nan"), float("nan"))
    rng = np.random.default_rng(seed)
    again = [statistic(pair[:, rng.integers(0, count, count)]) for _ in range(RESAMPLES)]
    spread = np.std([one / other for one, other in again if other > 0], ddof=1)
    whole = statistic(pair)
    return Measured(float(whole[0] / whole[1]), float(spread))


def _flat(values: ArrayLike) -> Reals:
    return np.asarray(values, np.float64).reshape(-1)
