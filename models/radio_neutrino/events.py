"""What networks are trained with and proved on: windows of both classes in a mixed order, with the pulse anywhere."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from . import derive, pulses
from .data import Counts, Parted, Windows, parted, shipped

SYMMETRIES = (
    (0, 1, 2, 3),
    (2, 1, 0, 3),
    (0, 3, 2, 1),
    (2, 3, 0, 1),
    (1, 0, 3, 2),
    (3, 0, 1, 2),
    (1, 2, 3, 0),
    (3, 2, 1, 0),
)
"""Orders of the antennas that leave pairs of parallel ones together: a pulse could as well have come that way."""


class Stream(IntEnum):
    """What random numbers are drawn for; streams share none."""

    TRAINING = 1
    VALIDATION = 2
    HELD_OUT = 3
    TEST = 4


def training(parts: Parted, events: int, drawn: float, seed: int) -> Windows:
    """Windows to train with, half of them with a pulse, from the training part alone.

    Args:
        events: how many in all.
        drawn: the part of the pulses that is drawn after their mean; the others are the training windows' own, moved,
            with antennas in any order that their pairs allow and with either sign.
    """
    rng = np.random.default_rng([seed, Stream.TRAINING])
    pulse, noise = parts.training.of(True), parts.training.of(False)
    new = round(events // 2 * drawn)
    own = derive.moved(
        pulse[rng.integers(0, len(pulse), events // 2 - new)], noise, _places(events // 2 - new, rng), rng
    )
    order = np.asarray(SYMMETRIES)[rng.integers(0, len(SYMMETRIES), len(own))]
    own = np.take_along_axis(own, order[:, None, :], axis=2) * rng.choice([-1, 1], (len(own), 1, 1)).astype(np.int16)
    made = pulses.drawn(pulses.shape_of(pulse), _places(new, rng), pulses.Spread(), rng)
    made_counts = np.rint(made + derive.background(noise, new, rng)).astype(np.int16)
    without = derive.background(noise, events - events // 2, rng)
    return _mixed(np.concatenate([own, made_counts]), without, rng)


def watching(parts: Parted, events: int, seed: int) -> Windows:
    """Windows to watch training with, half of them with a pulse, from the validation part alone."""
    rng = np.random.default_rng([seed, Stream.VALIDATION])
    return _derived(parts.validation, events, rng)


def held_out(events: int, seed: int = 1) -> Windows:
    """Windows that nothing was trained on, half of them with a pulse, from the published test windows."""
    rng = np.random.default_rng([seed, Stream.HELD_OUT])
    return _derived(parted(shipped()).test, events, rng)


def _derived(windows: Windows, events: int, rng: np.random.Generator) -> Windows:
    pulse, noise = windows.of(True), windows.of(False)
    chosen = pulse[rng.integers(0, len(pulse), events // 2)]
    signal = derive.moved(chosen, noise, _places(events // 2, rng), rng)
    return _mixed(signal, derive.background(noise, events - events // 2, rng), rng)


def _places(events: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Anywhere in the window."""
    return rng.integers(derive.PLACES[0], derive.PLACES[-1] + 1, events)


def _mixed(signal: Counts, noise: Counts, rng: np.random.Generator) -> Windows:
    labels = np.concatenate([np.ones(len(signal), np.int8), np.zeros(len(noise), np.int8)])
    order = rng.permutation(len(labels))
    limit = 2 ** (c.ADC_BITS - 1)
    counts = np.clip(np.concatenate([signal, noise]), -limit, limit - 1).astype(np.int16)
    return Windows(counts[order], labels[order])
