"""Pulses of the modulators, healthy and with fault precursors, as 32 blocks of 14 channels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

Real = NDArray[np.float64]
Counts = NDArray[np.int16]

CHUNK = 2_000
"""Pulses made at a time, each chunk from a seed of its own: results do not depend on how many are asked for."""
TRAINING, TEST, HELD_OUT, CALIBRATION = range(4)
"""Streams of one seed: pulses of one are never those of another."""
HEALTHY = "healthy"
IGBT, FLUX = slice(0, 6), slice(6, 9)
MOD_V, MOD_I, BANK_I, BANK_V, SLOPE = range(9, 14)


@dataclass(frozen=True)
class Pulse:
    """What healthy pulses differ in, one entry a pulse.

    Args:
        start, length: of the flat top, blocks; voltage: parts of full scale; droop: of the bank, relative.
        gains: of the six IGBT currents, (n, 6); offsets: of the fluxes, (n, 3).
        ripple: amplitude on the bank, parts of full scale; phase: of the ripple, radians.
        delay: of the six currents against the modulator's, blocks, (n, 6).
    """

    start: Real
    length: Real
    voltage: Real
    droop: Real
    gains: Real
    offsets: Real
    ripple: Real
    phase: Real
    delay: Real

    def __len__(self) -> int:
        return len(self.start)


def nominal(kind: NDArray[np.intp]) -> Pulse:
    """The reference of each pulse's kind of modulator."""
    one, zero = np.ones(len(kind)), np.zeros(len(kind))
    return Pulse(
        c.START * one,
        np.asarray(c.LENGTHS)[kind],
        np.asarray(c.VOLTAGES)[kind],
        c.DROOP * one,
        np.ones((len(kind), 6)),
        np.zeros((len(kind), 3)),
        zero,
        zero,
        np.zeros((len(kind), 6)),
    )


def healthy(kind: NDArray[np.intp], rng: np.random.Generator) -> Pulse:
    """Pulses as they vary without a fault."""
    n, normal, mean = len(kind), rng.standard_normal, nominal(kind)
    phases = 1 + c.PHASE_SPREAD * normal((n, 3)) + c.COMMON_SPREAD * normal((n, 1))
    return replace(
        mean,
        start=mean.start + c.EDGE_SPREAD * normal(n),
        voltage=mean.voltage * (1 + c.VOLTAGE_SPREAD * normal(n)),
        droop=mean.droop * (1 + c.DROOP_SPREAD * normal(n)),
        gains=np.repeat(phases, 2, axis=1),
        offsets=c.FLUX_SPREAD * normal((n, 3)),
        ripple=np.full(n, c.RIPPLE),
        phase=rng.uniform(0, 2 * np.pi, n),
    )


def waveforms(pulse: Pulse) -> Real:
    """Channels in parts of full scale, without noise, (n, 32, 14)."""
    found = np.zeros((len(pulse), c.BLOCKS, len(c.CHANNELS)))
    top = flat_top(pulse)
    into = np.clip((_times() - pulse.start[:, None]) / pulse.length[:, None], 0, 1)
    ripple = sine(pulse.ripple, pulse.phase, c.RIPPLE_HZ)
    bank = pulse.voltage[:, None] * (1 - pulse.droop[:, None] * into) + ripple
    voltage = bank * top
    # A klystron's current is its perveance times the voltage to the power of 3/2.
    current = np.maximum(voltage, 0.0) ** 1.5
    found[..., MOD_V], found[..., MOD_I], found[..., BANK_V], found[..., BANK_I] = voltage, current, bank, 0.9 * current
    for place in range(6):
        delayed = flat_top(replace(pulse, start=pulse.start + pulse.delay[:, place]))
        found[..., place] = 0.9 * pulse.gains[:, place, None] * np.maximum(bank, 0.0) ** 1.5 * delayed
    imbalance = found[..., 0:6:2] - found[..., 1:6:2]
    found[..., FLUX] = pulse.offsets[:, None] + 0.4 * top[..., None] + np.cumsum(imbalance, axis=1) / 4
    found[..., SLOPE] = np.gradient(voltage, axis=1)
    return found


def flat_top(pulse: Pulse) -> Real:
    """From 0 to 1 and back, each edge a smooth step of EDGE blocks, (n, 32)."""
    rise = (_times() - pulse.start[:, None]) / c.EDGE
    fall = (pulse.start[:, None] + pulse.length[:, None] - _times()) / c.EDGE
    return np.asarray(_step(rise) * _step(fall))


def sine(amplitude: Real, phase: Real, hertz: float) -> Real:
    """A ripple over the blocks, (n, 32)."""
    return np.asarray(amplitude[:, None] * np.sin(2 * np.pi * hertz * c.BLOCK_S * _times() + phase[:, None]))


def _step(x: Real) -> Real:
    inside = np.clip(x + 0.5, 0, 1)
    return np.asarray(inside**2 * (3 - 2 * inside))


def _times() -> Real:
    return np.asarray(np.arange(c.BLOCKS) + 0.5, np.float64)


# --- fault precursors: what they change of a pulse, and what they add to its waveforms -------------------------------

Fault = Callable[[Pulse, Real, np.random.Generator], Real]


def _with_igbt(pulse: Pulse, size: Real, rng: np.random.Generator) -> Real:
    """One current sags from some block on; its partner in the phase takes half of that."""
    found, place = waveforms(pulse), rng.integers(0, 6, len(pulse))
    begin = pulse.start + pulse.length * rng.uniform(0, 0.7, len(pulse))
    sag = (size[:, None] * (_times() >= begin[:, None])) * flat_top(pulse)
    row = np.arange(len(pulse))
    found[row, :, place] -= sag
    found[row, :, place ^ 1] += sag / 2
    return found


def _with_driver(pulse: Pulse, size: Real, rng: np.random.Generator) -> Real:
    """Both currents of a phase come early or late: by 12 blocks a full scale."""
    phase = rng.integers(0, 3, len(pulse))
    late = 12 * size * rng.choice([-1.0, 1.0], len(pulse))
    own = (np.arange(6) // 2)[None] == phase[:, None]
    return waveforms(replace(pulse, delay=pulse.delay + own * late[:, None]))


def _with_flux(pulse: Pulse, size: Real, rng: np.random.Generator) -> Real:
    """A flux walks off along the pulse; the currents of its phase rise in the last quarter."""
    found, phase = waveforms(pulse), rng.integers(0, 3, len(pulse))
    along = np.clip((_times() - pulse.start[:, None]) / pulse.length[:, None], 0, 1) * flat_top(pulse)
    row = np.arange(len(pulse))
    found[row, :, 6 + phase] += size[:, None] * along
    for member in (0, 1):
        found[row, :, 2 * phase + member] += size[:, None] * np.clip(4 * along - 3, 0, 1)
    return found


def _with_bank(pulse: Pulse, size: Real, rng: np.random.Generator) -> Real:
    """The bank droops more and gives more current than the modulator takes."""
    found = waveforms(replace(pulse, droop=pulse.droop + size))
    found[..., BANK_I] += size[:, None] * flat_top(pulse)
    return found


def _with_dvdt(pulse: Pulse, size: Real, rng: np.random.Generator) -> Real:
    """Modulator voltage and dV/dt ring after the leading edge: three blocks a period, decaying in four."""
    found = waveforms(pulse)
    since = _times() - pulse.start[:, None]
    ring = size[:, None] * np.where(since > 0, np.exp(-np.maximum(since, 0) / 4), 0) * np.sin(2 * np.pi * since / 3)
    found[..., MOD_V] += ring
    found[..., SLOPE] += np.gradient(ring, axis=1)
    return found


def _with_scr(pulse: Pulse, size: Real, rng: np.random.Generator) -> Real:
    """A phase of the supply is missing: 120 Hz on the bank, which all that it feeds follows."""
    found = waveforms(pulse)
    ripple = sine(size, rng.uniform(0, 2 * np.pi, len(pulse)), 120.0)
    top = flat_top(pulse)
    found[..., BANK_V] += ripple
    found[..., MOD_V] += ripple * top
    found[..., MOD_I] += 1.5 * np.sqrt(pulse.voltage)[:, None] * ripple * top
    return found


FAULT_WAVEFORMS: Mapping[str, Fault] = {
    "igbt": _with_igbt,
    "driver": _with_driver,
    "flux": _with_flux,
    "bank": _with_bank,
    "dvdt": _with_dvdt,
    "scr": _with_scr,
}


@dataclass(frozen=True)
class Settings:
    """What to generate.

    Args:
        pulses: how many; what: HEALTHY, or a family of faults.
        seed: same seed, same data; `stream` tells apart sets of one seed.
        noise: of a block, parts of full scale.
    """

    pulses: int = 1_000
    what: str = HEALTHY
    seed: int = 1
    stream: int = TRAINING
    noise: float = c.NOISE

    def __post_init__(self) -> None:
        for ok, name, reason in (
            (self.pulses >= 1, "pulses", "must be at least 1"),
            (self.what in (HEALTHY, *c.FAULTS), "what", f"is none of {', '.join((HEALTHY, *c.FAULTS))}"),
            (self.seed >= 0 and self.stream >= 0, "seed", "seed and stream must not be negative"),
            (self.noise >= 0, "noise", "must not be negative"),
        ):
            if not ok:
                raise FpgamlError(f"accelerator_fault: {name}", reason)


@dataclass(frozen=True)
class Pulses:
    """Counts from the reference, (n, 32, 14), -256 to 255, and the size of what is wrong, (n,), 0 where nothing is."""

    counts: Counts
    size: Real


def chunks(settings: Settings) -> Iterator[Pulses]:
    """CHUNK pulses at a time."""
    family = (HEALTHY, *c.FAULTS).index(settings.what)
    for number, start in enumerate(range(0, settings.pulses, CHUNK)):
        # A chunk is always made whole: a shorter set is the beginning of a longer one.
        key = (settings.stream, family, number)
        rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=key))
        made, kept = _chunk(settings, rng), settings.pulses - start
        yield Pulses(made.counts[:kept], made.size[:kept])


def generate(settings: Settings) -> Pulses:
    """The same at once."""
    parts = list(chunks(settings))
    return Pulses(np.concatenate([part.counts for part in parts]), np.concatenate([part.size for part in parts]))


def _chunk(settings: Settings, rng: np.random.Generator) -> Pulses:
    kind = rng.integers(0, len(c.KINDS), CHUNK)
    pulse = healthy(kind, rng)
    size = np.zeros(CHUNK)
    if settings.what == HEALTHY:
        found = waveforms(pulse)
    else:
        low, high = np.log(c.SIZE)
        size = np.exp(rng.uniform(low, high, CHUNK))
        found = FAULT_WAVEFORMS[settings.what](pulse, size, rng)
    found = found - references()[kind] + settings.noise * rng.standard_normal(found.shape)
    return Pulses(digitise(found), size)


@cache
def references() -> Real:
    """The reference waveform of each kind, (4, 32, 14)."""
    return waveforms(nominal(np.arange(len(c.KINDS))))


def digitise(difference: Real) -> Counts:
    """Counts, rounded to the nearest, saturating."""
    counts = np.floor(difference * c.FULL_SCALE + 0.5)
    return np.clip(counts, -c.COUNT_MAX - 1, c.COUNT_MAX).astype(np.int16)
