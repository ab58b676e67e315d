"""Digitised samples of 5 x 5 cells in trains of bunches, with the true energy and time of the middle cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .cluster import coupled, shower_fractions
from .pileup import deposit_mean, deposits_per_crossing, filling_scheme
from .pulse import Pulse, crosstalk_pulse, ionisation_pulse

Real = NDArray[np.float64]

CHUNK = 250
"""Sequences made at a time, each chunk from a seed of its own: results do not depend on how many are asked for."""
SOURCES = c.CELLS + 2
"""Cells along a side whose energy is simulated: the recorded ones and the neighbours that couple into them."""


@dataclass(frozen=True)
class Settings:
    """What to generate.

    Args:
        sequences: independent stretches of time.
        crossings: bunch crossings (and samples) recorded of each; pulses from before are in the first samples.
        seed: same seed, same data; `stream` tells apart sets of one seed (training, validation, test).
        pileup: mean collisions per crossing; a sequence has one of them, in turn.
        crosstalk: whether neighbours couple.
        shower_rate: signal showers per filled crossing.
        shower_energy: GeV, lowest and highest.
        noise: RMS of the electronics noise, GeV.
        trains: bunch trains; else every crossing is filled.
    """

    sequences: int = 1000
    crossings: int = 64
    seed: int = 1
    stream: int = 0
    pileup: tuple[float, ...] = c.PILEUP_MEANS
    crosstalk: bool = True
    shower_rate: float = c.SHOWER_RATE
    shower_energy: tuple[float, float] = c.SHOWER_ENERGY_GEV
    noise: float = c.NOISE_GEV
    trains: bool = True

    def __post_init__(self) -> None:
        low, high = self.shower_energy
        for ok, name, reason in (
            (self.sequences >= 1, "sequences", "must be at least 1"),
            (self.crossings >= 1, "crossings", "must be at least 1"),
            (self.seed >= 0 and self.stream >= 0, "seed", "seed and stream must not be negative"),
            (
                bool(self.pileup) and all(mean >= 0 for mean in self.pileup),
                "pileup",
                "needs means that are not negative",
            ),
            (0 <= self.shower_rate <= 1, "shower_rate", "is a probability, from 0 to 1"),
            (0 < low <= high, "shower_energy", "needs 0 < lowest <= highest"),
            (self.noise >= 0, "noise", "must not be negative"),
        ):
            if not ok:
                raise FpgamlError(f"lar_timing: {name}", reason)


@dataclass(frozen=True)
class Events:
    """Recorded sequences and their truth, which is about the middle cell; n sequences of t crossings.

    Args:
        adc: counts, (n, t, 5, 5), uint16, 0 to 2^15 - 1.
        energy: GeV deposited in each crossing, showers and minimum bias together, (n, t), float32.
        energy_time: GeV ns, the sum of energy times time after the nominal one, (n, t), float32.
        shower: whether the crossing has a signal shower, (n, t).
        previous: crossings since the last deposit of at least 0.5 GeV, at most 25, a pulse's length; (n, t).
        filled: whether bunches cross, (n, t).
        pileup: mean collisions per crossing, (n,), float32.
    """

    adc: NDArray[np.uint16]
    energy: NDArray[np.float32]
    energy_time: NDArray[np.float32]
    shower: NDArray[np.bool_]
    previous: NDArray[np.int16]
    filled: NDArray[np.bool_]
    pileup: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.adc)


def generate(settings: Settings) -> Events:
    """All sequences at once."""
    return join(list(chunks(settings)))


def chunks(settings: Settings) -> Iterator[Events]:
    """The same sequences, some hundred at a time, for sets larger than memory."""
    for number, start in enumerate(range(0, settings.sequences, CHUNK)):
        # A chunk is always made whole: a shorter set is the beginning of a longer one.
        rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(settings.stream, number)))
        yield _head(_chunk(settings, rng, start), min(CHUNK, settings.sequences - start))


def join(parts: list[Events]) -> Events:
    """Several sets as one."""
    return Events(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Events)))


def _head(events: Events, count: int) -> Events:
    return Events(*(getattr(events, field.name)[:count] for field in fields(Events)))


def _chunk(settings: Settings, rng: np.random.Generator, start: int) -> Events:
    total = settings.crossings + c.PULSE_CROSSINGS
    means = np.resize(np.asarray(settings.pileup), start + CHUNK)[start:]
    filled = _filled(settings, rng, total)
    energy, energy_time = _minimum_bias(rng, means, filled)
    inner = slice(1, -1)
    signal = respond(energy[..., inner, inner], energy_time[..., inner, inner], ionisation_pulse)
    if settings.crosstalk:
        signal += respond(coupled(energy), coupled(energy_time), crosstalk_pulse)
    shower = filled & (rng.random(filled.shape) < settings.shower_rate)
    middle = SOURCES // 2
    true_energy, true_energy_time = energy[..., middle, middle].copy(), energy_time[..., middle, middle].copy()
    deposit, time = _showers(settings, rng, int(np.count_nonzero(shower)))
    _add_showers(signal, np.nonzero(shower), deposit, time, settings.crosstalk)
    true_energy[shower] += deposit[:, middle, middle]
    true_energy_time[shower] += deposit[:, middle, middle] * time
    signal += settings.noise * rng.standard_normal(signal.shape)
    recorded = slice(c.PULSE_CROSSINGS, None)
    return Events(
        adc=digitise(signal[:, recorded]),
        energy=true_energy[:, recorded].astype(np.float32),
        energy_time=true_energy_time[:, recorded].astype(np.float32),
        shower=shower[:, recorded],
        previous=previous_pulse(true_energy)[:, recorded],
        filled=filled[:, recorded],
        pileup=means.astype(np.float32),
    )


def _filled(settings: Settings, rng: np.random.Generator, total: int) -> NDArray[np.bool_]:
    """Which crossings are filled, from a random place of the filling scheme on; shape (CHUNK, total)."""
    scheme = filling_scheme() if settings.trains else np.ones(1, np.bool_)
    start = rng.integers(0, len(scheme), (CHUNK, 1))
    return np.asarray(scheme[(start + np.arange(total)) % len(scheme)])


def _minimum_bias(rng: np.random.Generator, means: Real, filled: NDArray[np.bool_]) -> tuple[Real, Real]:
    """Energy, and energy times time, in each cell; shapes (CHUNK, total, 7, 7)."""
    rate = deposits_per_crossing(1.0) * means[:, None, None, None] * filled[:, :, None, None]
    number = rng.poisson(np.broadcast_to(rate, (*filled.shape, SOURCES, SOURCES)))
    hit = np.nonzero(number)
    energy, energy_time = np.zeros(number.shape), np.zeros(number.shape)
    # The sum of k exponential energies; with k times spread by s its mean time is spread by about s / sqrt(k).
    sums = rng.gamma(number[hit], deposit_mean())
    energy[hit] = sums
    energy_time[hit] = sums * rng.normal(0.0, c.COLLISION_SPREAD_NS, len(sums)) / np.sqrt(number[hit])
    return energy, energy_time


def respond(energy: Real, energy_time: Real, pulse: Callable[[int], Pulse]) -> Real:
    """Samples of deposits close to the nominal time, to first order in time: E g(t) - E tau g'(t).

    Args:
        energy: (n, total, cells, cells).
        energy_time: the same shape.
        pulse: gives the pulse (0) and its derivative (1).
    """
    total = energy.shape[1]
    lag = np.arange(total)[:, None] - np.arange(total)[None, :]
    within = (lag >= 0) & (lag < c.PULSE_CROSSINGS)
    shape, slope = (np.where(within, pulse(order)(c.CROSSING_NS * lag), 0.0) for order in (0, 1))
    flat = (len(energy), total, -1)
    return (shape @ energy.reshape(flat) - slope @ energy_time.reshape(flat)).reshape(energy.shape)


def _showers(settings: Settings, rng: np.random.Generator, count: int) -> tuple[Real, Real]:
    """Energy in each cell, (count, 7, 7), and time in ns, (count,)."""
    low, high = np.log(settings.shower_energy)
    energy = np.exp(rng.uniform(low, high, count))
    eta, phi = rng.uniform(-1.5, 1.5, (2, count))
    time = rng.uniform(-c.SHOWER_TIME_NS, c.SHOWER_TIME_NS, count)
    return energy[:, None, None] * shower_fractions(eta, phi, SOURCES), time


def _add_showers(signal: Real, where: tuple[NDArray[np.intp], ...], deposit: Real, time: Real, crosstalk: bool) -> None:
    """Add showers, each at its exact time, to the samples (n, total, 5, 5)."""
    sequence, crossing = where
    direct = deposit[:, 1:-1, 1:-1]
    induced = coupled(deposit) if crosstalk else None
    # Early showers begin before their crossing, hence the lag of -1.
    for lag in range(-1, c.PULSE_CROSSINGS):
        inside = (crossing + lag >= 0) & (crossing + lag < signal.shape[1])
        at = sequence[inside], crossing[inside] + lag
        delay = c.CROSSING_NS * lag - time[inside]
        signal[at] += ionisation_pulse()(delay)[:, None, None] * direct[inside]
        if induced is not None:
            signal[at] += crosstalk_pulse()(delay)[:, None, None] * induced[inside]


def digitise(signal: Real) -> NDArray[np.uint16]:
    """ADC counts: the pedestal added, rounded to the nearest count, saturating at 0 and 2^15 - 1."""
    counts = np.floor(signal / c.ADC_LSB_GEV + (c.ADC_PEDESTAL + 0.5))
    return np.clip(counts, 0, 2**c.ADC_BITS - 1).astype(np.uint16)


def previous_pulse(energy: NDArray[np.floating[Any]]) -> NDArray[np.int16]:
    """Crossings since the last deposit of at least PREVIOUS_PULSE_GEV before each crossing; at most PULSE_CROSSINGS."""
    crossing = np.arange(energy.shape[1])
    last = np.where(energy >= c.PREVIOUS_PULSE_GEV, crossing, -c.PULSE_CROSSINGS)
    last = np.maximum.accumulate(last, axis=1)
    before = np.concatenate([np.full((len(energy), 1), -c.PULSE_CROSSINGS), last[:, :-1]], axis=1)
    return np.asarray(np.minimum(crossing - before, c.PULSE_CROSSINGS), np.int16)
