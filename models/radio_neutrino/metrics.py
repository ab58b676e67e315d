"""What a trigger is judged by: ROC, efficiency at fixed false-positive rates, and against the pulse's place.

All errors are one standard deviation. Test events that are derived from the same window are not independent, so they
come from groups of windows that share none, and errors are the jackknife's over groups: each statistic, threshold
included, is computed again without one group (Efron and Stein, Ann. Statist. 9 (1981) 586). Between two triggers the
difference is what is computed again, so that what they have in common drops out. Published windows are independent:
their area carries the error of DeLong et al., fractions of them Wilson's interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from fpgaml_models.common.statistics import LEAST_BACKGROUND, Fraction, Reals, separation, threshold_at
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

RATES = (1e-2, 1e-3)
"""False-positive rates, of derived background windows."""
FIGURE_RATE = 1e-3
FEWEST = LEAST_BACKGROUND * 9 // 10
"""Background events that a rate must leave: a jackknife leaves a tenth of them out."""


@dataclass(frozen=True)
class Scored:
    """Derived windows and what a trigger says of them.

    Attributes:
        signal, background: scores, (events of the class,).
        place: of each signal event's pulse, in samples.
        signal_group, background_group: which group of published windows each event comes from.
    """

    signal: Reals
    background: Reals
    place: NDArray[np.int64]
    signal_group: NDArray[np.int64]
    background_group: NDArray[np.int64]

    def __post_init__(self) -> None:
        lengths = {len(self.signal), len(self.place), len(self.signal_group)}
        if len(lengths) != 1 or len(self.background) != len(self.background_group):
            raise FpgamlError("scores", "not one place and one group an event")

    def without(self, group: int) -> Scored:
        """All but one group."""
        kept, left = self.signal_group != group, self.background_group != group
        return Scored(
            self.signal[kept],
            self.background[left],
            self.place[kept],
            self.signal_group[kept],
            self.background_group[left],
        )

    @property
    def groups(self) -> list[int]:
        """Groups that both classes have."""
        return sorted({*self.signal_group.tolist()} & {*self.background_group.tolist()})


Statistic = Callable[[Scored], float | None]


def area(scored: Scored) -> float:
    """Under the ROC curve, the pulse anywhere."""
    return separation(scored.signal, scored.background).area


def efficiency(rate: float, place: int | None = None) -> Statistic:
    """The part of the signal above the threshold of a rate; of pulses at one place, or anywhere."""

    def statistic(scored: Scored) -> float | None:
        above = threshold_at(scored.background, rate, FEWEST)
        kept = scored.signal if place is None else scored.signal[scored.place == place]
        return None if above is None or not len(kept) else float(np.mean(kept > above))

    return statistic


def jackknife(statistic: Callable[..., float | None], *scored: Scored) -> list[float] | None:
    """A statistic of one trigger's scores, or of several triggers' on the same events, and its error.

    Returns:
        [value, error]; None where the statistic is not defined.
    """
    value, groups = statistic(*scored), scored[0].groups
    if value is None or len(groups) < 2:
        return None
    others = [statistic(*(one.without(group) for one in scored)) for group in groups]
    left = np.asarray([one for one in others if one is not None])
    variance = (len(left) - 1) * float(np.mean(np.square(left - left.mean())))
    return [value, float(np.sqrt(variance))]


def difference(statistic: Statistic) -> Callable[[Scored, Scored], float | None]:
    """The statistic of the first trigger minus that of the second."""

    def between(first: Scored, second: Scored) -> float | None:
        one, other = statistic(first), statistic(second)
        return None if one is None or other is None else one - other

    return between


def published(scores: Reals, labels: NDArray[np.int8], fires_above: float) -> dict[str, Any]:
    """On the published test windows as they are: area, the curve, and what fires at the published setting."""
    is_signal = labels == 1
    found = separation(scores[is_signal], scores[~is_signal])
    fires = scores > fires_above
    x, y = found.curve()
    return {
        "area": [found.area, found.error],
        "curve": {"false_positive": list(x), "true_positive": list(y)},
        "setting": fires_above,
        "signal": Fraction.of(fires[is_signal]).as_dict(),
        "noise": Fraction.of(fires[~is_signal]).as_dict(),
    }


def derived(scored: Scored) -> dict[str, Any]:
    """With the pulse anywhere, and place by place."""
    x, y = separation(scored.signal, scored.background).curve()
    places = [int(place) for place in np.unique(scored.place)]
    by_place = [jackknife(efficiency(FIGURE_RATE, place), scored) for place in places]
    return {
        "area": jackknife(area, scored),
        "curve": {"false_positive": list(x), "true_positive": list(y)},
        "efficiency": {f"{rate:g}": jackknife(efficiency(rate), scored) for rate in RATES},
        "recorded_place": {f"{rate:g}": jackknife(efficiency(rate, c.PLACE), scored) for rate in RATES},
        "threshold": {f"{rate:g}": threshold_at(scored.background, rate, FEWEST) for rate in RATES},
        "places": places,
        "by_place": by_place,
    }


def compared(scored: Scored, other: Scored) -> dict[str, Any]:
    """By how much a trigger is better than another on the same derived windows."""
    return {
        "area": jackknife(difference(area), scored, other),
        "efficiency": {f"{rate:g}": jackknife(difference(efficiency(rate)), scored, other) for rate in RATES},
        "recorded_place": {
            f"{rate:g}": jackknife(difference(efficiency(rate, c.PLACE)), scored, other) for rate in RATES
        },
    }


def compared_published(scores: Reals, other: Reals, labels: NDArray[np.int8]) -> list[float | None]:
    """The area on published windows minus another trigger's, and its error (DeLong, paired)."""
    own, theirs = (separation(each[labels == 1], each[labels == 0]) for each in (scores, other))
    loss, error = own.loss(theirs)
    return [-loss, error]
