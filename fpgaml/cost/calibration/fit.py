"""What synthesis will find, from an estimate: a factor for each family, resource and estimator, and its error.

The factor is the median over networks of each network's median of synthesis / estimate, so that no network counts for
its number of designs; it keeps the order of designs. Its error is what is left for a network that it was not fitted to:
each network's designs are judged by the factor of all the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log

import numpy as np

from fpgaml.cost.calibration.pairs import Estimator, Pair, pairs

FEWEST_NETWORKS, FEWEST_DESIGNS = 3, 8
"""Of a fit that is worth its name."""
MOST = 0.9
"""Part of the designs that a stated error holds for."""


@dataclass(frozen=True)
class Fit:
    """What is known of an estimate's error.

    Args:
        factor: of synthesis to estimate; typical, most: the factor by which half of the designs, and 90 % of them,
            were off at most when their network was left out of the fit.
        designs, networks: it was fitted to; tool: the synthesis.
    """

    factor: float
    typical: float
    most: float
    designs: int
    networks: int
    tool: str

    def expected(self, estimate: float) -> float:
        """What synthesis is expected to find."""
        return self.factor * estimate

    def __str__(self) -> str:
        """How far off, in words."""
        return f"within {self.most:.2g} times for {MOST:.0%} of {self.designs} designs by {self.tool}"


@cache
def fit_of(family: str, resource: str, estimator: Estimator) -> Fit | None:
    """The fit for a family of devices; None where too few designs were synthesised.

    Args:
        family: yosys' name of it; resource: lut, ff, dsp or bram.
    """
    return fitted(pairs(), family, resource, estimator)


def fitted(known: Sequence[Pair], family: str, resource: str, estimator: Estimator) -> Fit | None:
    """As `fit_of`, from these pairs."""
    found: dict[str, list[float]] = {}
    tools = set()
    for pair in known:
        if pair.family != family or estimator not in pair.estimates:
            continue
        estimate, measured = pair.estimates[estimator][resource], pair.yosys[resource]
        if estimate > 0 and measured > 0:
            found.setdefault(pair.network, []).append(log(measured / estimate))
            tools.add(pair.tool)
    designs = sum(map(len, found.values()))
    if len(found) < FEWEST_NETWORKS or designs < FEWEST_DESIGNS:
        return None
    left = [
        abs(ratio - _middle({name: each for name, each in found.items() if name != network}))
        for network, ratios in found.items()
        for ratio in ratios
    ]
    typical, most = (exp(float(np.quantile(left, part))) for part in (0.5, MOST))
    return Fit(exp(_middle(found)), typical, most, designs, len(found), " and ".join(sorted(tools)))


def _middle(ratios: Mapping[str, Sequence[float]]) -> float:
    return float(np.median([np.median(each) for each in ratios.values()]))
