"""Bias and resolution of energy and time, against energy and the distance to the previous pulse, with errors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from fpgaml_models.common.statistics import Fraction, Measured, bootstrap, bootstrap_ratio, core_width, mean, rms
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from .windows import TIME_UNIT_NS, Windows

Real = NDArray[np.float64]

ENERGY_EDGES_GEV = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 40.0)
DISTANCE_EDGES = (1, 2, 3, 4, 6, 10, 17, 25, 26)
"""Crossings; the last bin holds crossings that have no previous pulse within a pulse's length."""
CROSSING_LABELS = ("1", "2", "3", "4-5", "6-9", "10-16", "17-24", "none")
"""What to call the bins of DISTANCE_EDGES."""
HEADLINE_GEV = (0.5, 5.0)
"""True energies of the headline resolution: where noise, pile-up and crosstalk count."""
TIME_FROM_GEV = 1.0
"""Times are compared from this true energy on, where the estimated energy is at least half of it."""
NONE = Measured(float("nan"), float("nan"))
"""Of no events."""


def ratio_of_rms(windows: Windows, energy: Real, reference: Real) -> Measured:
    """The headline resolution of one algorithm over that of another on the same events, resampled together."""
    truth = windows.target[:, 0].astype(np.float64)
    chosen = windows.shower & (truth >= HEADLINE_GEV[0]) & (truth < HEADLINE_GEV[1])
    return bootstrap_ratio(rms, energy[chosen] - truth[chosen], reference[chosen] - truth[chosen])


def evaluate(windows: Windows, energy: Real, energy_time: Real) -> dict[str, Any]:
    """Everything that is stated about one algorithm on one set of events.

    Args:
        windows: the truth, m windows.
        energy: estimates in GeV, (m,).
        energy_time: estimates of energy times time in GeV ns, (m,).

    Returns:
        Ready for JSON; each number is [value, error], null where there were too few events.

    Raises:
        FpgamlError: estimates of another shape, or a NaN among them.
    """
    for name, estimate in (("energy", energy), ("energy_time", energy_time)):
        if estimate.shape != (len(windows),):
            raise FpgamlError(f"lar_timing: {name}", f"has shape {estimate.shape}, the truth ({len(windows)},)")
        if not np.all(np.isfinite(estimate)):
            raise FpgamlError(f"lar_timing: {name}", "holds NaN or infinity")
    truth = windows.target[:, 0].astype(np.float64)
    true_time = windows.target[:, 1] * TIME_UNIT_NS / np.where(truth > 0, truth, 1.0)
    error, shower = energy - truth, windows.shower
    timed = shower & (truth >= TIME_FROM_GEV)
    found = timed & (energy >= TIME_FROM_GEV / 2)
    late = energy_time / np.where(found, energy, 1.0) - true_time
    middle = shower & (truth >= HEADLINE_GEV[0]) & (truth < HEADLINE_GEV[1])
    empty = ~shower & (truth == 0)
    return {
        "headline_energy_resolution_gev": bootstrap(rms, error[middle]).as_json(),
        "energy_core_gev": bootstrap(core_width, error[middle]).as_json(),
        "energy_bias_gev": bootstrap(mean, error[middle]).as_json(),
        "time_core_ns": bootstrap(core_width, late[found]).as_json(),
        "time_bias_ns": bootstrap(mean, late[found]).as_json(),
        "timed_fraction": (Fraction.of(found[timed]).measured if timed.any() else NONE).as_json(),
        "empty_crossing_bias_gev": bootstrap(mean, error[empty]).as_json(),
        "empty_crossing_rms_gev": bootstrap(rms, error[empty]).as_json(),
        "against_energy": _against(truth, ENERGY_EDGES_GEV, error, shower, late, found),
        "against_distance": _against(windows.previous, DISTANCE_EDGES, error, middle, late, found),
    }


def _against(
    variable: NDArray[Any],
    edges: Sequence[float],
    error: Real,
    with_energy: NDArray[np.bool_],
    late: Real,
    with_time: NDArray[np.bool_],
) -> list[dict[str, Any]]:
    """One entry for each bin [low, high) of a variable: bias, RMS and core of the energy, bias and core of the time."""
    table = []
    for low, high in pairwise(edges):
        inside = (variable >= low) & (variable < high)
        energies, times = error[inside & with_energy], late[inside & with_time]
        table.append(
            {
                "bin": [low, high],
                "events": len(energies),
                "energy_bias_gev": bootstrap(mean, energies).as_json(),
                "energy_rms_gev": bootstrap(rms, energies).as_json(),
                "energy_core_gev": bootstrap(core_width, energies).as_json(),
                "timed_events": len(times),
                "time_bias_ns": bootstrap(mean, times).as_json(),
                "time_core_ns": bootstrap(core_width, times).as_json(),
            }
        )
    return table
