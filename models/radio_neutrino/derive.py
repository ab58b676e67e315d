"""More windows than were published, derived from those that were: a pulse at another place, noise of other windows.

A stream is made of windows joined one behind another, faded over FADE samples with weights whose squares add up to
one, so that the noise keeps its power; windows are cut from it at any sample. Everything is integer counts, and the
same for the same seed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .data import Counts

FADE = 16
"""Samples over which two windows are joined; assumed."""
STEP = c.SAMPLES - FADE
"""From the beginning of a joined window to that of the next."""
PLACES = tuple(range(8, c.SAMPLES, 8))
"""Samples of a window at which pulses are put in tests; PLACE, where they were recorded, is among them."""


def background(noise: Counts, events: int, rng: np.random.Generator) -> Counts:
    """Windows without a pulse: each antenna is cut, at one sample for all, from two of its published windows joined.

    Args:
        noise: windows without a pulse, (windows, SAMPLES, ANTENNAS).

    Returns:
        (events, SAMPLES, ANTENNAS).
    """
    stream = _joined(_any(noise, events, rng), _any(noise, events, rng))
    return _cut(stream, rng.integers(0, STEP + 1, events))


def moved(pulses: Counts, noise: Counts, places: NDArray[np.int64], rng: np.random.Generator) -> Counts:
    """Windows with their pulse moved, and noise where the published window has no more samples.

    Args:
        pulses: published windows with a pulse, (events, SAMPLES, ANTENNAS).
        noise: windows without one, for what comes before and after.
        places: where a sample that was recorded at PLACE shall lie, 0 to SAMPLES - 1, (events,).

    Returns:
        (events, SAMPLES, ANTENNAS).

    Raises:
        FpgamlError: a place outside of the window.
    """
    if len(places) and not (places.min() >= 0 and places.max() < c.SAMPLES):
        raise FpgamlError("radio_neutrino: place", f"lies outside of 0 to {c.SAMPLES - 1}")
    before, after = _any(noise, len(pulses), rng), _any(noise, len(pulses), rng)
    return _cut(_joined(before, pulses, after), STEP + c.PLACE - places)


def overlapping(noise: Counts, pulses: Counts, step: int, rng: np.random.Generator) -> Counts:
    """Windows of a stream, one every `step` samples: of each pulse every window that has its recorded place within.

    Args:
        noise: windows without a pulse; pulses: with one, or more windows without, (events, SAMPLES, ANTENNAS).
        step: a divisor of SAMPLES.

    Returns:
        (events, SAMPLES // step, SAMPLES, ANTENNAS): the place is 0 in the first window of an event, then `step`, ...
    """
    before, after = _any(noise, len(pulses), rng), _any(noise, len(pulses), rng)
    stream = _joined(before, pulses, after)
    begins = [STEP + c.PLACE - place for place in range(0, c.SAMPLES, step)]
    return np.stack([stream[:, begin : begin + c.SAMPLES] for begin in begins], axis=1)


def _any(noise: Counts, events: int, rng: np.random.Generator) -> Counts:
    """Noise windows whose antennas come from windows of their own."""
    chosen = rng.integers(0, len(noise), (events, c.ANTENNAS))
    return np.stack([noise[chosen[:, antenna], :, antenna] for antenna in range(c.ANTENNAS)], axis=2)


def _joined(*windows: Counts) -> Counts:
    """Windows one behind another, (events, STEP * len(windows) + FADE, ANTENNAS)."""
    rising = np.sqrt((np.arange(FADE) + 0.5) / FADE)[:, None]
    events = windows[0].shape[0]
    stream = np.zeros((events, STEP * len(windows) + FADE, c.ANTENNAS), np.int16)
    for index, window in enumerate(windows):
        begin = index * STEP
        if index:
            over = stream[:, begin : begin + FADE] * rising[::-1] + window[:, :FADE] * rising
            stream[:, begin : begin + FADE] = np.rint(over)
            stream[:, begin + FADE : begin + c.SAMPLES] = window[:, FADE:]
        else:
            stream[:, : c.SAMPLES] = window
    return stream


def _cut(stream: Counts, begins: NDArray[np.int64]) -> Counts:
    """A window of each stream."""
    samples = begins[:, None] + np.arange(c.SAMPLES)
    return np.take_along_axis(stream, samples[:, :, None], axis=1)
