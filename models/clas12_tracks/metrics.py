"""How candidates are judged: efficiency at a rate of false ones, accuracy, charge; and segments restored, in wires.

An answer's first part says what it can: three class scores, six mean wires, or both (restored, then scores). That of a
baseline is (score, curvature, six mean wires), see `baseline.judge`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from fpgaml_models.common.statistics import (
    Fraction,
    Measured,
    bootstrap,
    core_width,
    mean,
    rms,
    separation,
    threshold_at,
)
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

Real = NDArray[np.float64]
Labels = NDArray[np.uint8]

FALSE_RATES = (0.1, 0.03, 0.01, 0.003, 0.001)
HEADLINE_RATE = 0.01
WITHIN_WIRES = 1.0


@dataclass(frozen=True)
class Judgement:
    """What a column says of candidates.

    Args:
        score: larger for true ones, (n,); positive: whether the charge is, (n,); true: whether it is a track, where the
            column decides that by itself; wires: six mean wires, (n, 6). None: it does not say.
    """

    score: Real | None = None
    positive: NDArray[np.bool_] | None = None
    true: NDArray[np.bool_] | None = None
    wires: Real | None = None


def of_network(answers: Real) -> Judgement:
    """Of a classifier (n, 3), an autoencoder (n, 6), or the two chained (n, 9).

    Raises:
        FpgamlError: another number of outputs.
    """
    width = answers.shape[-1]
    if width not in (3, 6, 9):
        raise FpgamlError("clas12_tracks: answers", f"{width} outputs, where 3, 6 or 9 are judged")
    wires = answers[:, :6] if width >= 6 else None
    if width == 6:
        return Judgement(wires=wires)
    scores = answers[:, -3:]
    best = scores[:, 1:].max(-1) - scores[:, c.FALSE]
    return Judgement(best, scores[:, c.POSITIVE] > scores[:, c.NEGATIVE], best > 0, wires)


def of_baseline(answers: Real) -> Judgement:
    """As `baseline.judge` gave it."""
    return Judgement(answers[:, 0], answers[:, 1] > 0, None, answers[:, 2:])


def classification(judged: Judgement, label: Labels) -> dict[str, Any]:
    """Metrics of one set, ready for JSON; rates that the false candidates are too few for are null."""
    assert judged.score is not None and judged.positive is not None
    signal = label != c.FALSE
    false, true = judged.score[~signal], judged.score[signal]
    right = judged.positive[signal] == (label[signal] == c.POSITIVE)
    area = separation(true, false)
    found: dict[str, Any] = {
        "roc_area": Measured(area.area, float("nan") if area.error is None else area.error).as_json(),
        "efficiency": {f"{rate:g}": _efficiency(true, false, rate) for rate in FALSE_RATES},
        "charge_right": Fraction.of(right).as_dict(),
    }
    if judged.true is not None:
        named = np.where(judged.true, np.where(judged.positive, c.POSITIVE, c.NEGATIVE), c.FALSE)
        found["accuracy"] = Fraction.of(named == label).as_dict()
    return found


def _efficiency(true: Real, false: Real, rate: float) -> dict[str, Any] | None:
    threshold = threshold_at(false, rate)
    return None if threshold is None else Fraction.of(true > threshold).as_dict()


def gain(six: dict[str, Any], five: dict[str, Any]) -> list[float | None]:
    """Tracks that candidates of five add to those of six, as a part of these: [value, error].

    Of tracks whose superlayers each see a segment with SEGMENT_EFFICIENCY: 6 (1 - e) / e of those with six have five.
    """
    one, other = (held["efficiency"][f"{HEADLINE_RATE:g}"] for held in (six, five))
    if one is None or other is None or not one["passing"]:
        return [None, None]
    e = c.SEGMENT_EFFICIENCY
    ratio = 6 * (1 - e) / e * other["value"] / one["value"]
    relative = [Fraction(held["passing"], held["total"]).measured for held in (one, other)]
    spread = np.sqrt(sum((each.error / each.value) ** 2 for each in relative if each.value))
    return Measured(ratio, ratio * float(spread)).as_json()


def restoration(wires: Real, truth: Real, missing: NDArray[np.uint8]) -> dict[str, Any]:
    """How well a missing segment is restored, in wires; ready for JSON.

    Args:
        wires, truth: (n, 6) of true candidates; missing: which segment was lost, (n,).
    """
    rows = np.arange(len(truth))
    error = (wires - truth)[rows, missing]
    others = np.arange(c.SUPERLAYERS) != missing[:, None]
    return {
        **_widths(error),
        "within": Fraction.of(np.abs(error) <= WITHIN_WIRES).as_dict(),
        "unchanged": Fraction.of((wires == truth)[others]).as_dict(),
        "superlayers": [_widths(error[missing == each]) for each in range(c.SUPERLAYERS)],
    }


def _widths(error: Real) -> dict[str, Any]:
    named = {"rms": rms, "core": core_width, "bias": mean}
    return {name: bootstrap(statistic, error).as_json() for name, statistic in named.items()}
