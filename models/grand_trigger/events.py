"""Events with labels: made by the generator, or read from a group's own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays, reshaped
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .generate import Settings, Stream, Windows, generate


@dataclass(frozen=True)
class Events:
    """Windows of both classes.

    Attributes:
        traces: counts, int16, shape (events, SAMPLES, POLARISATIONS).
        signal: 1 for air showers, 0 for background, (events,).
        snr: peak over noise of the pulses, NaN where it is not known, (events,).
    """

    traces: NDArray[np.int16]
    signal: NDArray[np.int8]
    snr: NDArray[np.float64]

    @property
    def size(self) -> int:
        return int(self.traces.shape[0])

    def take(self, chosen: NDArray[Any] | slice) -> Events:
        return Events(self.traces[chosen], self.signal[chosen], self.snr[chosen])

    def of(self, signal: bool) -> Events:
        """The events of one class."""
        return self.take(self.signal == int(signal))


def made(seed: int, stream: Stream, each: int) -> Events:
    """The first `each` events of both classes of a stream, in a mixed order that the seed gives."""
    signal, background = (generate(Settings(seed, stream, signal=signal), each) for signal in (True, False))
    return mixed(signal, background).take(np.random.default_rng([seed, int(stream)]).permutation(2 * each))


def mixed(signal: Windows, background: Windows) -> Events:
    """Signal first, then background; the background's amplitudes are no SNR of a pulse."""
    return Events(
        np.concatenate([signal.traces, background.traces]),
        np.concatenate([np.ones(signal.events, np.int8), np.zeros(background.events, np.int8)]),
        np.concatenate([signal.snr, np.full(background.events, np.nan)]),
    )


VALIDATION_PART, TEST_PART = 0.1, 0.3  # of a group's own data


def parted(path: Path, seed: int) -> tuple[Events, Events, Events]:
    """A group's own events in a mixed order: for training, for watching it, and to judge with."""
    own = read(path)
    own = own.take(np.random.default_rng(seed).permutation(own.size))
    validation, test = int(own.size * VALIDATION_PART), int(own.size * TEST_PART)
    return (
        own.take(slice(validation + test, None)),
        own.take(slice(validation)),
        own.take(slice(validation, validation + test)),
    )


def held_out(events: int, seed: int = 1) -> Events:
    """Events that nothing was trained on, half of them signal."""
    return made(seed, Stream.HELD_OUT, events // 2)


def read(path: Path) -> Events:
    """Events of a .npz, HDF5 or ROOT file.

    `traces` (events, 1024, 3) in counts, `signal` (events,) 0 or 1, perhaps `snr` (events,).

    Raises:
        FpgamlError: the file cannot be read, an array is missing or has another shape, counts do not fit 14 bits.
    """
    arrays = read_arrays(path)
    needed(path, arrays, "traces", "signal")
    expected = (c.SAMPLES, c.POLARISATIONS)
    traces, signal = reshaped(arrays["traces"], expected), arrays["signal"].reshape(-1)
    if traces.ndim != 3 or traces.shape[1:] != expected:
        raise FpgamlError(
            f"{path}:traces",
            f"shape {traces.shape}",
            f"Give (events, {expected[0]}, {expected[1]}): samples, then channels",
        )
    limit = 2 ** (c.ADC_BITS - 1)
    whole = np.issubdtype(traces.dtype, np.integer) or bool(np.all(traces == np.trunc(traces)))
    if not whole or traces.min() < -limit or traces.max() >= limit:
        raise FpgamlError(f"{path}:traces", f"not whole numbers of {c.ADC_BITS} bits", "Give counts of the converter")
    if signal.size != traces.shape[0] or not np.isin(signal, (0, 1)).all():
        raise FpgamlError(f"{path}:signal", "not one label of 0 or 1 an event", "Give 1 for air showers")
    snr = arrays.get("snr", np.full(signal.size, np.nan)).reshape(-1)
    if snr.size != signal.size:
        raise FpgamlError(f"{path}:snr", f"{snr.size} numbers for {signal.size} events", "Give one an event, or none")
    return Events(traces.astype(np.int16), signal.astype(np.int8), snr.astype(np.float64))
