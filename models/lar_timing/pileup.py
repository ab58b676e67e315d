"""Minimum bias: which crossings are filled, how large a deposit is, and how pile-up correlates samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from .pulse import ionisation_pulse, sampled

Real = NDArray[np.float64]


def filling_scheme() -> NDArray[np.bool_]:
    """True for each filled crossing of one group of trains; the group repeats."""
    train = np.arange(c.TRAIN_FILLED + c.TRAIN_EMPTY) < c.TRAIN_FILLED
    return np.concatenate([np.tile(train, c.TRAINS), np.zeros(c.LONG_EMPTY, np.bool_)])


def deposits_per_crossing(collisions: float) -> float:
    """The mean number of deposits in a cell and a filled crossing."""
    return collisions * c.OCCUPANCY


def deposit_mean() -> float:
    """Mean energy of a deposit in GeV, from the stated RMS of pile-up.

    By Campbell's theorem samples have the variance rate * <E^2> * sum g^2, where <E^2> = 2 mean^2.
    """
    rate = deposits_per_crossing(c.PILEUP_RMS_AT)
    return float(c.PILEUP_RMS_GEV / np.sqrt(2.0 * rate * np.sum(_pulse() ** 2)))


def pileup_moments(collisions: float) -> tuple[float, float]:
    """Mean and RMS about it, in GeV, of a sample in an unbroken train, from one cell's own pile-up."""
    rate, mean = deposits_per_crossing(collisions), deposit_mean()
    return float(rate * mean * np.sum(_pulse())), float(np.sqrt(2.0 * rate * np.sum(_pulse() ** 2)) * mean)


def noise_covariance(collisions: float, samples: int, noise: float = c.NOISE_GEV) -> Real:
    """The covariance of samples in an unbroken train: white electronics noise and a cell's own pile-up.

    Args:
        collisions: their mean number per crossing.
        samples: how many consecutive samples.
        noise: RMS of the electronics noise in GeV.

    Returns:
        GeV^2, shape (samples, samples).
    """
    pulse = _pulse()
    lags = np.array([np.sum(pulse[lag:] * pulse[: max(len(pulse) - lag, 0)]) for lag in range(samples)])
    lags *= 2.0 * deposits_per_crossing(collisions) * deposit_mean() ** 2
    lags[0] += noise**2
    distance = np.abs(np.arange(samples)[:, None] - np.arange(samples)[None, :])
    return np.asarray(lags[distance])


def _pulse() -> Real:
    return sampled(ionisation_pulse(), c.PULSE_CROSSINGS)
