"""The published windows, or a group's own: read, checked, and parted for training, for watching it, and for tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays, reshaped
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

SHIPPED = Path(__file__).parent / "windows" / "windows.npz"
"""All published windows, in counts; see the NOTICE beside it."""
TEST_PART, VALIDATION_PART = 0.5, 0.1
SPLIT = 1
"""Seed of the parting."""
GROUPS = 10
"""Of test windows; what is derived from one group shares no window with another, so that errors can be counted."""

Counts = NDArray[np.int16]
Labels = NDArray[np.int8]


@dataclass(frozen=True)
class Windows:
    """Windows of all antennas.

    Attributes:
        counts: of the converter, int16, shape (windows, SAMPLES, ANTENNAS).
        signal: 1 with a neutrino's pulse, 0 without, (windows,).
    """

    counts: Counts
    signal: Labels

    def __len__(self) -> int:
        return len(self.counts)

    def take(self, chosen: NDArray[Any] | slice) -> Windows:
        return Windows(self.counts[chosen], self.signal[chosen])

    def of(self, signal: bool) -> Counts:
        """The counts of one class."""
        found: Counts = self.counts[self.signal == int(signal)]
        return found


@dataclass(frozen=True)
class Parted:
    """Windows for training, for watching it, and for tests, which share none.

    Attributes:
        test_groups: the test windows in GROUPS groups, each with its share of both classes.
    """

    training: Windows
    validation: Windows
    test_groups: tuple[Windows, ...]

    @property
    def test(self) -> Windows:
        """All test windows."""
        groups = self.test_groups
        return Windows(np.concatenate([one.counts for one in groups]), np.concatenate([one.signal for one in groups]))


@cache
def shipped() -> Windows:
    """The 1000 published windows in counts, in the order of their publication."""
    return read(SHIPPED)


def parted(windows: Windows) -> Parted:
    """Half of each class for tests, a tenth to watch training, the rest for training.

    The same whatever seed a training or an evaluation has: none must test on what another trained on.

    Raises:
        FpgamlError: fewer than three windows of a class for each group of test windows.
    """
    shares: list[list[NDArray[np.int64]]] = []
    for label in (1, 0):
        found = np.flatnonzero(windows.signal == label)
        if len(found) * TEST_PART < 3 * GROUPS:
            few = f"{len(found)} windows {'with' if label else 'without'} a pulse"
            raise FpgamlError("radio_neutrino", few, f"Give at least {round(3 * GROUPS / TEST_PART)}")
        order = np.random.default_rng([SPLIT, label]).permutation(found)
        test, validation = (round(len(order) * part) for part in (TEST_PART, VALIDATION_PART))
        groups = np.array_split(order[:test], GROUPS)
        shares.append([*groups, order[test : test + validation], order[test + validation :]])
    joined = [windows.take(np.concatenate(both)) for both in zip(*shares, strict=True)]
    return Parted(joined[GROUPS + 1], joined[GROUPS], tuple(joined[:GROUPS]))


def to_input(counts: Counts) -> NDArray[np.float32]:
    """As the networks read them: shifted right by one bit and saturated to 9 bits, in published units; same shape."""
    limit = 2 ** (c.NETWORK_BITS - 1)
    kept: NDArray[np.float32] = np.clip(counts >> 1, -limit, limit - 1).astype(np.float32)
    return np.ldexp(kept, c.NETWORK_INTEGER - c.NETWORK_BITS)


def read(path: Path) -> Windows:
    """Windows of a .npz, HDF5 or ROOT file.

    `counts` (windows, 256, 4), whole numbers of 12 bits, and `signal` (windows,), 0 or 1.

    Raises:
        FpgamlError: the file cannot be read, an array is missing or has another shape, counts do not fit 12 bits.
    """
    arrays = read_arrays(path)
    needed(path, arrays, "counts", "signal")
    shape = (c.SAMPLES, c.ANTENNAS)
    counts, signal = reshaped(arrays["counts"], shape), arrays["signal"].reshape(-1)
    if counts.ndim != 3 or counts.shape[1:] != shape or not len(counts):
        advice = f"Give (windows, {shape[0]}, {shape[1]}): samples, then antennas"
        raise FpgamlError(f"{path}:counts", f"shape {counts.shape}", advice)
    limit = 2 ** (c.ADC_BITS - 1)
    whole = np.issubdtype(counts.dtype, np.integer) or bool(np.all(counts == np.trunc(counts)))
    if not whole or counts.min() < -limit or counts.max() >= limit:
        raise FpgamlError(f"{path}:counts", f"not whole numbers of {c.ADC_BITS} bits", "Give counts of the converter")
    if signal.size != len(counts) or not np.isin(signal, (0, 1)).all():
        raise FpgamlError(f"{path}:signal", "not one label of 0 or 1 a window", "Give 1 for neutrinos")
    return Windows(counts.astype(np.int16), signal.astype(np.int8))
