"""The events that training and measuring use: made here, or read from a group's own file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fpgaml_models.common.arrays import read_arrays, reshaped
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .generate import BACKGROUND, KINDS, Images, generate

SPLIT = (0.5, 0.1, 0.4)
"""Training, validation, test (CICADA)."""

RATE_STREAM, HELD_OUT_STREAM = 3, 4
"""Random streams; 0 to 2 are those of SPLIT."""

FEWEST = 100
"""Background events without which a file is refused."""


@dataclass(frozen=True)
class Events:
    """Images for every purpose, uint16, shape (events, 18, 14).

    Args:
        training, validation, test: background; of made events `test` is empty, see `rate_seed`.
        signals: by name; none of made events, see `signal_seed`.
        label: `constants.DATA_LABEL`, or `real` for a file's events.
    """

    training: Images
    validation: Images
    test: Images
    signals: Mapping[str, Images]
    label: str


def signal_seed(seed: int) -> int:
    """Of the signals that algorithms are judged on."""
    return 10 * seed


def rate_seed(seed: int) -> int:
    """Of the background that algorithms are judged on: a random stream of its own."""
    return 10 * seed + RATE_STREAM


def made(background: int, seed: int) -> Events:
    """Synthetic background for training; training and validation have random streams of their own.

    Args:
        background: events for training, validation and test together, of which the last are not made here.
    """
    training, validation = (
        generate(BACKGROUND, round(SPLIT[stream] * background), 10 * seed + stream).images for stream in range(2)
    )
    return Events(training, validation, training[:0], {}, c.DATA_LABEL)


@dataclass(frozen=True)
class HeldOut:
    """Events of every kind that nothing was trained on.

    Args:
        images: counts, uint16, shape (events, 18, 14); kinds: index into `generate.KINDS`, 0 for background, (events,).
    """

    images: Images
    kinds: NDArray[np.int64]


def held_out(each: int, seed: int = 1) -> HeldOut:
    """`each` events of every kind, from a random stream of their own."""
    parts = [generate(kind, each, 10 * seed + HELD_OUT_STREAM).images for kind in KINDS]
    return HeldOut(np.concatenate(parts), np.repeat(np.arange(len(KINDS)), each))


def from_file(path: Path) -> Events:
    """Events of a .npz, HDF5 or ROOT file.

    The file holds `background` and, under any other name, each signal: integers 0 to 1023 of shape
    (events, 18, 14), axes azimuth and pseudorapidity. Background is cut in the file's order into training,
    validation and test.

    Raises:
        FpgamlError: no such file, no background, or arrays of another kind.
    """
    arrays = {name: _images(f"{path}:{name}", array) for name, array in read_arrays(path).items()}
    if BACKGROUND not in arrays or len(arrays[BACKGROUND]) < FEWEST:
        listing = ", ".join(f"{name} ({len(array)} events)" for name, array in arrays.items()) or "nothing"
        raise FpgamlError(str(path), f"it holds {listing}", f"Give an array `{BACKGROUND}` of at least {FEWEST} events")
    background = arrays.pop(BACKGROUND)
    ends = np.cumsum([round(part * len(background)) for part in SPLIT[:-1]])
    training, validation, test = np.split(background, ends)
    return Events(training, validation, test, arrays, "real")


def _images(where: str, stored: NDArray[Any]) -> Images:
    array = reshaped(stored, (c.PHI, c.ETA))
    if array.shape[1:] != (c.PHI, c.ETA) or not np.issubdtype(array.dtype, np.integer):
        raise FpgamlError(
            where, f"shape {array.shape}, type {array.dtype}", f"Give integers of shape (events, {c.PHI}, {c.ETA})"
        )
    if array.size and (array.min() < 0 or array.max() > c.ET_MAX):
        raise FpgamlError(where, f"regions outside 0 to {c.ET_MAX}", "Saturate them as the trigger does")
    return array.astype(np.uint16)
