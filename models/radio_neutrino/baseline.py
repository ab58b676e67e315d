"""The conventional trigger, hi-lo: an antenna sees a high and a low sample, and several antennas do so together.

An antenna's gate opens at a sample where, among the last `window` samples, one is above the threshold and one below
minus the threshold. The trigger fires at a sample where at least `antennas` antennas had their gates open among the
last `coincidence` samples. Settings and meaning: NuDAQ/AI-Trigger-System, data/ptrigger_opt.py and README.md, read for
the definition alone. All in integers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

NEVER = -(2 ** (c.ADC_BITS - 1))
"""Below every count: what a window's samples are preceded by."""


@dataclass(frozen=True)
class HiLo:
    """Settings but for the threshold; the defaults are the published ones. Times in samples."""

    window: int = c.HILO_WINDOW
    coincidence: int = c.COINCIDENCE_WINDOW
    antennas: int = c.COINCIDENT_ANTENNAS

    def __post_init__(self) -> None:
        if self.window < 1 or self.coincidence < 1 or not 1 <= self.antennas <= c.ANTENNAS:
            reason = f"windows must be at least 1, antennas 1 to {c.ANTENNAS}"
            raise FpgamlError("hi-lo", reason, "See constants.py for the published settings")


def fires(window: NDArray[np.int16], threshold: int, settings: HiLo | None = None) -> bool:
    """Whether the trigger fires in one window (samples, antennas), a step a sample: the definition."""
    chosen = settings or HiLo()
    samples, antennas = window.shape
    since_high = [samples] * antennas
    since_low = [samples] * antennas
    since_gate = [samples] * antennas
    for row in window:
        for antenna, count in enumerate(row):
            since_high[antenna] = 0 if int(count) > threshold else since_high[antenna] + 1
            since_low[antenna] = 0 if int(count) < -threshold else since_low[antenna] + 1
            is_open = max(since_high[antenna], since_low[antenna]) < chosen.window
            since_gate[antenna] = 0 if is_open else since_gate[antenna] + 1
        if sum(since < chosen.coincidence for since in since_gate) >= chosen.antennas:
            return True
    return False


def score(windows: NDArray[np.int16], settings: HiLo | None = None) -> NDArray[np.int64]:
    """The least threshold at which the trigger does not fire: it fires at t where t < score. All thresholds at once.

    Args:
        windows: counts, (windows, samples, antennas).

    Returns:
        (windows,); below zero where not even a threshold of zero fires.
    """
    chosen = settings or HiLo()
    counts = windows.astype(np.int16)
    gate = np.minimum(_highest_of_last(counts, chosen.window), _highest_of_last(-counts, chosen.window))
    held = np.sort(_highest_of_last(gate, chosen.coincidence), axis=2)
    best = held[:, :, c.ANTENNAS - chosen.antennas].max(axis=1)
    return np.asarray(best, np.int64)


def _highest_of_last(values: NDArray[np.int16], length: int) -> NDArray[np.int16]:
    """The largest of each sample and the `length - 1` before it, along axis 1, by doubling."""
    found, reach = values, 1
    while reach < length:
        step = min(reach, length - reach)
        found, reach = np.maximum(found, _later(found, step)), reach + step
    return found


def _later(values: NDArray[np.int16], step: int) -> NDArray[np.int16]:
    """Each sample moved `step` later along axis 1."""
    moved = np.full_like(values, NEVER)
    moved[:, step:] = values[:, :-step]
    return moved
