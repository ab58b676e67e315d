"""Optimal filtering: energy and time of a pulse as weighted sums of samples.

The samples are S = E [g(t) - tau g'(t)] + noise. With R the covariance of the noise, the weights a and b minimise
a'Ra and b'Rb under sum a g = 1, sum a g' = 0 and sum b g = 0, sum b g' = -1; then E = sum a S and E tau = sum b S
[physics.smu.edu/~dgoldin/LArCalo/Calibration/OFC.html].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .pileup import noise_covariance
from .pulse import ionisation_pulse, sampled

Real = NDArray[np.float64]
Integers = NDArray[np.int64]

COEFFICIENT_BITS = 18
"""Signed width of a firmware coefficient: one input of a DSP block."""
_WORST_CONDITION = 1e12


@dataclass(frozen=True)
class OptimalFilter:
    """Weights of consecutive samples.

    Args:
        energy: a, shape (samples,).
        energy_time: b in ns, shape (samples,).
        first: the first sample's crossing, counted from the crossing whose energy is estimated.
    """

    energy: Real
    energy_time: Real
    first: int = 1

    @property
    def last(self) -> int:
        """The last sample's crossing, counted likewise."""
        return self.first + len(self.energy) - 1

    def apply(self, samples: Real) -> tuple[Real, Real]:
        """E in the samples' unit, and E times time in that unit times ns; samples of shape (..., samples)."""
        return samples @ self.energy, samples @ self.energy_time


def published_filter() -> OptimalFilter:
    """The published coefficients, for samples 25, 50, 75 and 100 ns after the start of the pulse."""
    return OptimalFilter(np.array(c.PUBLISHED_ENERGY_COEFFICIENTS), np.array(c.PUBLISHED_TIME_COEFFICIENTS))


def derive_filter(covariance: Real, first: int = 1) -> OptimalFilter:
    """The optimal weights for a noise.

    Args:
        covariance: of consecutive samples, in any unit, shape (samples, samples).
        first: the first sample's crossing, counted from the pulse's.

    Raises:
        FpgamlError: fewer than two samples of the pulse, or a covariance that cannot be inverted.
    """
    samples = len(covariance)
    shape, slope = (sampled(ionisation_pulse(order), samples, first) for order in (0, 1))
    try:
        weighted = np.linalg.solve(covariance, np.stack([shape, slope], axis=1))
        conditions = np.stack([shape, slope]) @ weighted
        if not np.linalg.cond(conditions) < _WORST_CONDITION:
            raise np.linalg.LinAlgError("the samples do not tell energy from time")
        by_condition = np.linalg.inv(conditions)
    except np.linalg.LinAlgError as error:
        advice = "Take at least two samples after the pulse's start, and some electronics noise"
        raise FpgamlError("lar_timing: optimal filter", f"no weights meet the conditions ({error})", advice) from error
    weights = weighted @ by_condition @ np.array([[1.0, 0.0], [0.0, -1.0]])
    return OptimalFilter(weights[:, 0], weights[:, 1], first)


def filter_for(collisions: float, samples: int = 4, first: int = 1) -> OptimalFilter:
    """The optimal weights for the noise and pile-up of this task, from their calculated covariance."""
    return derive_filter(noise_covariance(collisions, samples), first)


@dataclass(frozen=True)
class FirmwareFilter:
    """The same sums in integers, as a firmware computes them: exact, nothing is rounded but the coefficients.

    Args:
        energy: coefficients, integers times 2^-energy_shift.
        energy_time: coefficients, integers times 2^-time_shift ns.
    """

    energy: Integers
    energy_time: Integers
    energy_shift: int
    time_shift: int
    first: int = 1

    def apply(self, counts: NDArray[np.unsignedinteger]) -> tuple[Integers, Integers]:
        """Sums over ADC counts (..., samples): energy in 2^-energy_shift counts, E tau in 2^-time_shift counts ns."""
        above = counts.astype(np.int64) - c.ADC_PEDESTAL
        return above @ self.energy, above @ self.energy_time

    def in_gev(self, sums: tuple[Integers, Integers]) -> tuple[Real, Real]:
        """The sums as GeV and GeV ns."""
        energy, energy_time = (np.asarray(part, np.float64) * c.ADC_LSB_GEV for part in sums)
        return energy * 2.0**-self.energy_shift, energy_time * 2.0**-self.time_shift


def firmware_filter(weights: OptimalFilter, bits: int = COEFFICIENT_BITS) -> FirmwareFilter:
    """Round the weights to signed integers of so many bits, with the finest step that holds the largest."""
    shifts = [int(bits - 2 - np.floor(np.log2(np.max(np.abs(part))))) for part in (weights.energy, weights.energy_time)]
    limit = 2 ** (bits - 1) - 1
    energy, energy_time = (
        np.clip(np.floor(part * 2.0**shift + 0.5), -limit, limit).astype(np.int64)
        for part, shift in zip((weights.energy, weights.energy_time), shifts, strict=True)
    )
    return FirmwareFilter(energy, energy_time, shifts[0], shifts[1], weights.first)


def maximum_finder(energy: Real) -> Real:
    """Energies at their local maxima in time and zero elsewhere: which crossing a pulse belongs to; shape (..., t)."""
    padded = np.pad(energy, [(0, 0)] * (energy.ndim - 1) + [(1, 1)], constant_values=-np.inf)
    return np.where((energy > padded[..., :-2]) & (energy >= padded[..., 2:]), energy, 0.0)
