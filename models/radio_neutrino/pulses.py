"""Pulses to train with, after the pulses of the training windows: their mean shape, in any phase, a little stretched.

72 windows are few to learn from, and each has the noise that it has. Their pulses are alike but for phase, place and
size, so their mean, aligned, is nearly free of noise, and is put into other noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from .data import Counts

PAIRS = ((0, 2), (1, 3))
"""Antennas that see a pulse alike."""
BAND_MHZ = (80.0, 240.0)
"""Where pulses stand out of the noise: used to find them, not on their shape."""
LENGTH = 64
"""Samples of the shape, its largest sample in the middle."""
REACH = 32
"""Samples around PLACE in which a pulse is looked for."""
ALIGNED_WITHIN = 8
ROUNDS = 5

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Spread:
    """How pulses differ; assumed after the training windows.

    Attributes:
        height: of the larger antenna's peak, in counts, uniform.
        ratio: of the other antenna's peak to it, uniform.
        stretch: in time, uniform.
        delay: samples between both antennas at most.
    """

    height: tuple[float, float] = (2.0 * c.NOISE_RMS_COUNTS, 6.0 * c.NOISE_RMS_COUNTS)
    ratio: tuple[float, float] = (0.6, 1.0)
    stretch: tuple[float, float] = (0.8, 1.25)
    delay: int = 16


def shape_of(windows: Counts) -> Complex:
    """The mean pulse as an analytic signal (its imaginary part is its Hilbert transform), peak 1; (LENGTH,)."""
    found = _found(windows.astype(np.float64))
    mean = found[:, ALIGNED_WITHIN:-ALIGNED_WITHIN].mean(axis=0)
    for _ in range(ROUNDS):
        mean = _aligned(found, mean).mean(axis=0)
    middle = int(np.abs(mean).argmax())
    mean = np.roll(mean, LENGTH // 2 - middle) * np.hanning(LENGTH)
    return np.asarray(mean / np.abs(mean).max())


def drawn(shape: Complex, places: NDArray[np.int64], spread: Spread, rng: np.random.Generator) -> NDArray[np.float64]:
    """Pulses without noise, in counts, (events, SAMPLES, ANTENNAS).

    Args:
        shape: of `shape_of`.
        places: where the first antenna's pulse lies, (events,).
    """
    events = len(places)
    traces = np.zeros((events, c.SAMPLES, c.ANTENNAS))
    pairs = np.asarray(PAIRS)[rng.integers(0, len(PAIRS), events)]
    swap = rng.random(events) < 0.5
    pairs[swap] = pairs[swap, ::-1]
    height = rng.uniform(*spread.height, events)
    stretch = rng.uniform(*spread.stretch, events)
    ratio = rng.uniform(*spread.ratio, events)
    delay = rng.integers(-spread.delay, spread.delay + 1, events)
    time = np.arange(c.SAMPLES)
    grid = np.arange(LENGTH) - LENGTH // 2
    for antenna, (scale, place) in enumerate(((height, places), (height * ratio, places + delay))):
        phase = np.exp(2j * np.pi * rng.random(events))
        at = (time[None, :] - place[:, None]) / stretch[:, None]
        real, imaginary = (np.interp(at, grid, part, left=0.0, right=0.0) for part in (shape.real, shape.imag))
        pulse = phase.real[:, None] * real - phase.imag[:, None] * imaginary
        traces[np.arange(events), :, pairs[:, antenna]] += scale[:, None] * pulse
    return traces


def _found(windows: NDArray[np.float64]) -> Complex:
    """The two pulses of each window, unfiltered and analytic, longer than the shape by ALIGNED_WITHIN at both ends."""
    analytic, banded = _analytic(windows), np.abs(_analytic(windows, BAND_MHZ))
    begin = c.PLACE - REACH
    near = banded[:, begin : begin + 2 * REACH]
    peaks = near.max(axis=1)
    best = np.argmax([peaks[:, list(pair)].sum(axis=1) for pair in PAIRS], axis=0)
    half = LENGTH // 2 + ALIGNED_WITHIN
    pulses = []
    for index, pair in enumerate(np.asarray(PAIRS)[best]):
        for antenna in pair:
            middle = begin + int(near[index, :, antenna].argmax())
            pulses.append(np.take(analytic[index, :, antenna], np.arange(middle - half, middle + half), mode="clip"))
    return np.asarray(pulses)


def _analytic(traces: NDArray[np.float64], band: tuple[float, float] | None = None) -> Complex:
    """Positive frequencies alone, doubled, of a band if one is given."""
    spectrum = np.fft.fft(traces, axis=1)
    f = np.fft.fftfreq(c.SAMPLES, 1 / c.SAMPLING_MHZ)
    low, high = band or (0.0, np.inf)
    spectrum *= np.where((f > low) & (f < high), 2.0, 0.0)[None, :, None]
    return np.asarray(np.fft.ifft(spectrum, axis=1))


def _aligned(found: Complex, mean: Complex) -> Complex:
    """Each pulse moved and turned in phase so that it is most like the mean."""
    aligned = []
    for pulse in found:
        likeness = np.correlate(pulse, mean, "valid")
        best = int(np.abs(likeness).argmax())
        aligned.append(pulse[best : best + LENGTH] * np.exp(-1j * np.angle(likeness[best])))
    return np.asarray(aligned)
