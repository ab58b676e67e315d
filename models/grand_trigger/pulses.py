"""Air-shower pulses and bursts of interference: shapes of peak 1 and polarisations, in the window of a trace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from .spectra import Floats, butterworth_band, shower_spectrum

# Longer than the window, so that what leaves it at its end does not come back at its start.
PADDED = 1152
FREQUENCIES_MHZ = np.arange(PADDED // 2 + 1, dtype=np.float64) * (c.SAMPLING_MHZ / PADDED)
MOST_IMPULSES = 8
KINDS = ("impulse", "train", "oscillation")


def shower_shapes(rng: np.random.Generator, events: int) -> tuple[Floats, Floats]:
    """Pulses of air showers.

    Returns:
        Shapes of peak magnitude 1, shape (events, SAMPLES); polarisations of largest component 1, (events, 3).
    """
    slope = rng.uniform(*c.SPECTRAL_SLOPE, events)
    bend = slope * rng.uniform(0, 1, events) / c.SPECTRAL_BEND_SCALE_MHZ
    spectrum = shower_spectrum(FREQUENCIES_MHZ, slope, bend) * _delay(_arrival(rng, events))
    return _unit_peak(np.fft.irfft(spectrum, PADDED, axis=-1)), _unit_largest(shower_polarisation(rng, events))


def shower_polarisation(rng: np.random.Generator, events: int) -> Floats:
    """Electric field directions (north-south, east-west, up): v x B and a charge-excess part, shape (events, 3)."""
    zenith = np.radians(rng.uniform(*c.ZENITH_DEG, events))
    azimuth = rng.uniform(0, 2 * np.pi, events)
    axis = np.stack([np.sin(zenith) * np.cos(azimuth), np.sin(zenith) * np.sin(azimuth), np.cos(zenith)], axis=-1)
    inclination = np.radians(c.MAGNETIC_INCLINATION_DEG)
    magnetic = np.array([np.cos(inclination), 0, -np.sin(inclination)])
    geomagnetic = np.cross(axis, magnetic)
    across = np.cross(axis, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    turn = rng.uniform(0, 2 * np.pi, events)[:, None]
    radial = np.cos(turn) * across + np.sin(turn) * np.cross(axis, across)
    sign = rng.choice([-1.0, 1.0], events)[:, None]
    return np.asarray(sign * (geomagnetic + rng.uniform(*c.CHARGE_EXCESS, events)[:, None] * radial))


def burst_shapes(rng: np.random.Generator, events: int) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """Bursts of interference.

    Returns:
        Shapes of peak magnitude 1, shape (events, SAMPLES); polarisations of largest component 1, (events, 3);
        the kinds, as indices into `KINDS`, (events,).
    """
    kind = rng.integers(0, len(KINDS), events).astype(np.int8)
    spectrum = np.empty((events, FREQUENCIES_MHZ.size), dtype=np.complex128)
    arrival = _arrival(rng, events)
    for index, build in enumerate((_impulse, _train, _oscillation)):
        chosen = kind == index
        spectrum[chosen] = build(rng, arrival[chosen])
    shape = np.fft.irfft(spectrum * butterworth_band(FREQUENCIES_MHZ), PADDED, axis=-1)
    return _unit_peak(shape), _unit_largest(_horizon_polarisation(rng, events)), kind


def _impulse(rng: np.random.Generator, arrival: Floats) -> NDArray[np.complex128]:
    """An impulse with one to three weaker echoes 10 to 60 ns later."""
    echoes = 3
    times = np.concatenate([arrival[:, None], arrival[:, None] + rng.uniform(10, 60, (arrival.size, echoes))], axis=1)
    size = rng.uniform(0.4, 0.9, (arrival.size, echoes)) * rng.choice([-1.0, 1.0], (arrival.size, echoes))
    there = np.arange(echoes) < rng.integers(1, echoes + 1, arrival.size)[:, None]
    return _impulses(times, np.concatenate([np.ones((arrival.size, 1)), size * there], axis=1))


def _train(rng: np.random.Generator, arrival: Floats) -> NDArray[np.complex128]:
    """2 to 8 impulses, 20 to 400 ns apart."""
    gaps = rng.uniform(20, 400, (arrival.size, MOST_IMPULSES))
    gaps[:, 0] = 0
    there = np.arange(MOST_IMPULSES) < rng.integers(2, MOST_IMPULSES + 1, arrival.size)[:, None]
    size = rng.uniform(0.5, 1, (arrival.size, MOST_IMPULSES)) * there
    return _impulses(arrival[:, None] + np.cumsum(gaps, axis=1), size)


def _oscillation(rng: np.random.Generator, arrival: Floats) -> NDArray[np.complex128]:
    """A carrier in the band that rises within 5 to 20 ns and decays within 30 to 300 ns."""
    events = arrival.size
    rise, decay = rng.uniform(5, 20, (events, 1)), rng.uniform(30, 300, (events, 1))
    carrier, phase = rng.uniform(*c.BAND_MHZ, (events, 1)), rng.uniform(0, 2 * np.pi, (events, 1))
    since = np.arange(PADDED) * 1e3 / c.SAMPLING_MHZ - arrival[:, None]
    envelope = np.where(since > 0, -np.expm1(-np.maximum(since, 0) / rise) * np.exp(-np.maximum(since, 0) / decay), 0)
    envelope[:, c.SAMPLES :] = 0
    return np.asarray(np.fft.rfft(envelope * np.cos(2e-3 * np.pi * carrier * since + phase), axis=-1))


def _impulses(times_ns: Floats, sizes: Floats) -> NDArray[np.complex128]:
    """The spectrum of impulses; those after the window are left out. Both (events, impulses)."""
    window_ns = c.SAMPLES * 1e3 / c.SAMPLING_MHZ
    sizes = np.where(times_ns < window_ns, sizes, 0)
    total = np.zeros((times_ns.shape[0], FREQUENCIES_MHZ.size), dtype=np.complex128)
    for column in range(times_ns.shape[1]):
        total += sizes[:, column, None] * _delay(times_ns[:, column])
    return total


def _arrival(rng: np.random.Generator, events: int) -> Floats:
    """Times in ns, anywhere in the window but its ends."""
    sample_ns = 1e3 / c.SAMPLING_MHZ
    return rng.uniform(c.EDGE_SAMPLES * sample_ns, (c.SAMPLES - c.EDGE_SAMPLES) * sample_ns, events)


def _delay(time_ns: Floats) -> NDArray[np.complex128]:
    return np.asarray(np.exp(-2e-3j * np.pi * FREQUENCIES_MHZ * time_ns[:, None]))


def _horizon_polarisation(rng: np.random.Generator, events: int) -> Floats:
    """Linear polarisations across horizontal directions, shape (events, 3)."""
    azimuth, tilt = rng.uniform(0, 2 * np.pi, (2, events))
    return np.stack([-np.sin(azimuth) * np.cos(tilt), np.cos(azimuth) * np.cos(tilt), np.sin(tilt)], axis=-1)


def _unit_peak(shape: Floats) -> Floats:
    window = shape[:, : c.SAMPLES]
    return np.asarray(window / np.abs(window).max(axis=-1, keepdims=True))


def _unit_largest(vector: Floats) -> Floats:
    return np.asarray(vector / np.abs(vector).max(axis=-1, keepdims=True))
