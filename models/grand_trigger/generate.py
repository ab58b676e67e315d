"""Windows of a GRAND station: noise of sky and receiver, narrow-band lines, bursts, air-shower pulses, digitised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .pulses import FREQUENCIES_MHZ, PADDED, burst_shapes, shower_shapes
from .spectra import Floats, noise_amplitude

# Every block of events has a random stream of its own, so that events do not depend on how they are asked for.
BLOCK = 256
QUIET = -1  # burst kind of windows without a burst


class Stream(IntEnum):
    """What events are for: each purpose has random numbers of its own under the same seed."""

    TRAINING = 0
    VALIDATION = 1
    TEST = 2
    HELD_OUT = 3


@dataclass(frozen=True)
class Settings:
    """What to generate.

    Attributes:
        seed: of every random number; the same seed gives the same windows.
        stream: what the events are for.
        signal: windows with an air-shower pulse, or background windows.
        snr: range of the pulses' peak over the noise, uniform.
        noise_adc: standard deviation of the noise in counts.
        lines: whether narrow-band lines are there.
        burst_fraction: how many of the background windows hold a burst.
    """

    seed: int = 1
    stream: Stream = Stream.TRAINING
    signal: bool = True
    snr: tuple[float, float] = c.SNR_RANGE
    noise_adc: float = c.NOISE_ADC
    lines: bool = True
    burst_fraction: float = c.BURST_FRACTION

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise FpgamlError("seed", f"{self.seed} is negative", "Give 0 or more")
        if not 0 < self.snr[0] <= self.snr[1]:
            raise FpgamlError("snr", f"{self.snr} is not a range of positive numbers", "Give the smaller number first")
        if self.noise_adc <= 0:
            raise FpgamlError("noise_adc", f"{self.noise_adc} is not positive", "Give counts above 0")
        if not 0 <= self.burst_fraction <= 1:
            raise FpgamlError("burst_fraction", f"{self.burst_fraction} is no fraction", "Give 0 to 1")


@dataclass(frozen=True)
class Windows:
    """Digitised windows and their truth.

    Attributes:
        traces: counts, int16, shape (events, SAMPLES, POLARISATIONS).
        snr: peak of the pulse or burst in the strongest polarisation, over the noise; 0 without one; (events,).
        burst: index into `pulses.KINDS`, or QUIET; (events,).
    """

    traces: NDArray[np.int16]
    snr: Floats
    burst: NDArray[np.int8]

    @property
    def events(self) -> int:
        return int(self.traces.shape[0])


def generate(settings: Settings, events: int, first: int = 0) -> Windows:
    """Events `first` to `first + events` of the endless sequence that the settings define."""
    if events < 1 or first < 0:
        raise FpgamlError("events", f"{events} events from {first}", "Ask for at least one event, from 0 or later")
    last = first + events
    blocks = [_block(settings, number) for number in range(first // BLOCK, (last - 1) // BLOCK + 1)]
    inside = slice(first % BLOCK, first % BLOCK + events)
    return Windows(
        traces=np.concatenate([block.traces for block in blocks])[inside],
        snr=np.concatenate([block.snr for block in blocks])[inside],
        burst=np.concatenate([block.burst for block in blocks])[inside],
    )


def chunks(settings: Settings, events: int, size: int = 8 * BLOCK) -> Iterator[Windows]:
    """The first `events` events, `size` at a time, for sets larger than memory."""
    for first in range(0, events, size):
        yield generate(settings, min(size, events - first), first)


def digitise(counts: Floats) -> NDArray[np.int16]:
    """The converter: cut towards zero, saturated at the ends of 14 bits."""
    limit = 2 ** (c.ADC_BITS - 1)
    return np.clip(np.trunc(counts), -limit, limit - 1).astype(np.int16)


def to_input(traces: NDArray[np.int16]) -> NDArray[np.float32]:
    """What the networks read: counts / 2^INPUT_SHIFT, exactly."""
    return np.ldexp(traces.astype(np.float32), -c.INPUT_SHIFT)


def _block(settings: Settings, number: int) -> Windows:
    words = [settings.seed, int(settings.stream), int(settings.signal), number]
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))
    traces = _noise(rng)
    if settings.lines:
        traces += _lines(rng)
    burst = np.full(BLOCK, QUIET, dtype=np.int8)
    if settings.signal:
        shape, polarisation = shower_shapes(rng, BLOCK)
        snr = rng.uniform(*settings.snr, BLOCK)
    else:
        shape, polarisation, kind = burst_shapes(rng, BLOCK)
        there = rng.random(BLOCK) < settings.burst_fraction
        snr = np.where(there, _burst_amplitude(rng), 0.0)
        burst = np.where(there, kind, burst)
    traces += (snr[:, None] * shape)[:, :, None] * polarisation[:, None, :]
    return Windows(digitise(traces * settings.noise_adc), snr, burst)


def _noise(rng: np.random.Generator) -> Floats:
    """Gaussian noise of standard deviation 1, coloured by sky and chain, shape (BLOCK, SAMPLES, POLARISATIONS)."""
    size = (BLOCK, c.POLARISATIONS, FREQUENCIES_MHZ.size)
    spectrum = (rng.standard_normal(size) + 1j * rng.standard_normal(size)) * noise_amplitude(FREQUENCIES_MHZ)
    # With n / 2 in front, a bin of amplitude a adds a^2 to the variance of a sample, and all of them 1.
    padded = np.fft.irfft(spectrum * (PADDED / 2), PADDED, axis=-1)
    return np.ascontiguousarray(np.swapaxes(padded[..., : c.SAMPLES], 1, 2))


def _lines(rng: np.random.Generator) -> Floats:
    """Narrow-band lines, in units of the noise, shape (BLOCK, SAMPLES, POLARISATIONS)."""
    lines = len(c.LINES_MHZ)
    there = rng.random((BLOCK, lines)) < c.LINE_PROBABILITY
    low, high = (float(np.log(end)) for end in c.LINE_AMPLITUDE)
    amplitude = np.exp(rng.uniform(low, high, (BLOCK, lines))) * there
    direction = rng.standard_normal((BLOCK, c.POLARISATIONS, lines))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    phase = np.exp(1j * rng.uniform(0, 2 * np.pi, (BLOCK, c.POLARISATIONS, lines)))
    turns = np.arange(c.SAMPLES) * np.array(c.LINES_MHZ)[:, None] / c.SAMPLING_MHZ
    waves = (amplitude[:, None, :] * direction * phase) @ np.exp(2j * np.pi * turns)
    return np.swapaxes(waves.real, 1, 2)


def _burst_amplitude(rng: np.random.Generator) -> Floats:
    """Amplitudes distributed as A^-2 between the ends of BURST_AMPLITUDE."""
    low, high = c.BURST_AMPLITUDE
    return np.asarray(low / (1 - rng.random(BLOCK) * (1 - low / high)))
