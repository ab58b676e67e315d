"""Every algorithm on the same crossings: the optimal filters here, networks by their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from .baseline import OptimalFilter, filter_for, published_filter
from .generate import Settings, generate
from .metrics import evaluate
from .windows import BEFORE, TIME_UNIT_NS, WINDOW, Windows, windows_of

Real = NDArray[np.float64]


def filters(collisions: float) -> dict[str, OptimalFilter]:
    """The conventional algorithms: published weights; derived for the noise at hand, with 4 samples and with all 12."""
    return {
        "of_published": published_filter(),
        "of_4": filter_for(collisions),
        "of_12": filter_for(collisions, WINDOW, -BEFORE),
    }


def filtered(windows: Windows, weights: OptimalFilter) -> tuple[Real, Real]:
    """Energy in GeV and energy times time in GeV ns that a filter gives for the middle cell, each (m,)."""
    samples = windows.x[:, BEFORE + weights.first : BEFORE + weights.last + 1, 0].astype(np.float64)
    return weights.apply(samples)


def answered(output: NDArray[np.floating[Any]]) -> tuple[Real, Real]:
    """A network's output (m, 2) as energy in GeV and energy times time in GeV ns."""
    values = output.astype(np.float64)
    return values[:, 0], values[:, 1] * TIME_UNIT_NS


def held_out_sets(sequences: int, seed: int, rings: int) -> dict[str, Windows]:
    """Held-out crossings for each number of collisions, with crosstalk and, from the same seed, without."""
    return {
        f"mu{collisions:.0f}_{'crosstalk' if crosstalk else 'no_crosstalk'}": windows_of(
            generate(Settings(sequences=sequences, seed=seed, stream=2, pileup=(collisions,), crosstalk=crosstalk)),
            rings,
        )
        for collisions in c.PILEUP_MEANS
        for crosstalk in (True, False)
    }


def compare(windows: Windows, answers: Mapping[str, NDArray[np.floating[Any]]]) -> dict[str, Any]:
    """Metrics of the optimal filters and of networks on one set, whose mean pile-up the filters are derived for.

    Args:
        windows: the crossings.
        answers: for each network its output, (m, 2).
    """
    collisions = float(windows.pileup.mean())
    table = {name: evaluate(windows, *filtered(windows, weights)) for name, weights in filters(collisions).items()}
    return table | {name: evaluate(windows, *answered(output)) for name, output in answers.items()}
