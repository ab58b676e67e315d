"""The sliding window that a network and a filter see: the samples around each crossing, one window a crossing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .cluster import ring_of_cell
from .generate import Events, Settings, generate

Samples = NDArray[np.float32]

BEFORE = 7
"""Samples up to the crossing itself, besides its own: what earlier pulses left."""
AFTER = 4
"""Samples after the crossing: those of the published optimal filter."""
WINDOW = BEFORE + 1 + AFTER
RINGS = 3
"""Rings of cells that the network reads by default: the cell, its four edge and its four corner neighbours."""
TIME_UNIT_NS = 16.0
"""Networks give energy times time in GeV times this: a power of two that makes it about as large as the energy."""


@dataclass(frozen=True)
class Windows:
    """One entry for each crossing whose window lies within the recorded samples; m entries.

    Args:
        x: GeV above the pedestal, (m, WINDOW, rings), float32: exact multiples of 2^-8.
        target: (m, 2), float32: energy in GeV, energy times time in 16 GeV ns.
        shower: whether a signal shower is in this crossing, (m,).
        previous: crossings since the previous pulse, (m,).
        pileup: mean collisions per crossing, (m,).
    """

    x: Samples
    target: NDArray[np.float32]
    shower: NDArray[np.bool_]
    previous: NDArray[np.int16]
    pileup: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.x)

    def take(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Windows:
        """Some of the windows."""
        return Windows(
            self.x[chosen], self.target[chosen], self.shower[chosen], self.previous[chosen], self.pileup[chosen]
        )


def ring_sums(adc: NDArray[np.unsignedinteger], rings: int = RINGS) -> NDArray[np.int32]:
    """Counts above the pedestal, summed over the cells of each ring: exact integers.

    Args:
        adc: (..., 5, 5).
        rings: how many rings, from the middle on, 1 to 6.

    Returns:
        Shape (..., rings).

    Raises:
        FpgamlError: the counts are not of 5 x 5 cells, or there are not so many rings.
    """
    ring = ring_of_cell()
    if adc.shape[-2:] != ring.shape:
        raise FpgamlError("lar_timing: adc", f"has the cells {adc.shape[-2:]} where {ring.shape} are needed")
    if not 1 <= rings <= ring.max() + 1:
        raise FpgamlError("lar_timing: rings", f"{rings} is not between 1 and {ring.max() + 1}")
    above = adc.astype(np.int32) - c.ADC_PEDESTAL
    return np.stack([above[..., ring == number].sum(axis=-1) for number in range(rings)], axis=-1)


def windows_of(events: Events, rings: int = RINGS) -> Windows:
    """All windows, sequence after sequence.

    Raises:
        FpgamlError: sequences shorter than one window.
    """
    crossings = events.adc.shape[1]
    if crossings < WINDOW:
        raise FpgamlError("lar_timing: adc", f"{crossings} samples are fewer than the window's {WINDOW}")
    sums = ring_sums(events.adc, rings)
    x = np.moveaxis(sliding_window_view(sums, WINDOW, axis=1), -1, 2).reshape(-1, WINDOW, rings)
    inside = slice(BEFORE, crossings - AFTER)
    target = np.stack([events.energy, events.energy_time / np.float32(TIME_UNIT_NS)], axis=-1)
    count = crossings - WINDOW + 1
    return Windows(
        x=(x * c.ADC_LSB_GEV).astype(np.float32),
        target=target[:, inside].reshape(-1, 2),
        shower=events.shower[:, inside].reshape(-1),
        previous=events.previous[:, inside].reshape(-1),
        pileup=np.repeat(events.pileup, count),
    )


TRAINING, TEST, HELD_OUT, WITHOUT_CROSSTALK = 0, 2, 3, 4
"""Streams of random numbers under one seed: what events are for."""


def held_out(windows: int, seed: int = 1, rings: int = RINGS) -> Windows:
    """Windows that nothing was trained on, of both numbers of collisions, with crosstalk."""
    sequences = -(-windows // (Settings().crossings - WINDOW + 1))
    every = windows_of(generate(Settings(sequences=sequences, seed=seed, stream=HELD_OUT)), rings)
    return every.take(np.arange(windows))
