"""The events that training and measuring use: made here, or read from a group's own file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from fpgaml.errors import FpgamlError

from . import constants as c
from .generate import BACKGROUND, BLOCK, SIGNALS, Images, chunks, generate

SPLIT = (0.5, 0.1, 0.4)
"""Training, validation, test (CICADA)."""

FEWEST = 100
"""Background events without which a file is refused."""


@dataclass(frozen=True)
class Events:
    """Images for every purpose, uint16, shape (events, 18, 14).

    Args:
        training, validation, test: background.
        signals: by name.
        rate: how much background the trigger rates are measured on.
        seed: of made background; None where `test` is what the rates are measured on.
        label: `constants.DATA_LABEL`, or `real` for a file's events.
    """

    training: Images
    validation: Images
    test: Images
    signals: Mapping[str, Images]
    rate: int
    seed: int | None
    label: str

    def rate_chunks(self) -> Iterator[Images]:
        """The background for trigger rates, some at a time; none of it was trained on."""
        if self.seed is None:
            size = 10 * BLOCK
            yield from (self.test[start : start + size] for start in range(0, len(self.test), size))
        else:
            yield from (sample.images for sample in chunks(BACKGROUND, self.rate, self.seed))


def made(background: int, signal: int, rate: int, seed: int) -> Events:
    """Synthetic events; training, validation, test and rates have random streams of their own.

    Args:
        background: events for training, validation and test together.
        signal: events of each signal.
        rate: background events for the trigger rates.
    """
    counts = [round(part * background) for part in SPLIT]
    training, validation, test = (
        generate(BACKGROUND, count, 10 * seed + stream).images for stream, count in enumerate(counts)
    )
    signals = {kind: generate(kind, signal, 10 * seed).images for kind in SIGNALS}
    return Events(training, validation, test, signals, rate, 10 * seed + len(SPLIT), c.DATA_LABEL)


def from_file(path: Path) -> Events:
    """Events of an .npz or HDF5 file.

    The file holds `background` and, under any other name, each signal: integers 0 to 1023 of shape
    (events, 18, 14), axes azimuth and pseudorapidity. Background is cut in the file's order into training,
    validation and test.

    Raises:
        FpgamlError: no such file, no background, or arrays of another kind.
    """
    arrays = _arrays(path)
    if BACKGROUND not in arrays or len(arrays[BACKGROUND]) < FEWEST:
        listing = ", ".join(f"{name} ({len(array)} events)" for name, array in arrays.items()) or "nothing"
        raise FpgamlError(str(path), f"it holds {listing}", f"Give an array `{BACKGROUND}` of at least {FEWEST} events")
    background = arrays.pop(BACKGROUND)
    ends = np.cumsum([round(part * len(background)) for part in SPLIT[:-1]])
    training, validation, test = np.split(background, ends)
    return Events(training, validation, test, arrays, len(test), None, "real")


def _arrays(path: Path) -> dict[str, Images]:
    try:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as stored:
                found = {name: stored[name] for name in stored.files}
        elif path.suffix in (".h5", ".hdf5"):
            with h5py.File(path) as file:
                found = {name: item[()] for name, item in file.items() if isinstance(item, h5py.Dataset)}
        else:
            raise FpgamlError(str(path), f"no data format has the ending `{path.suffix}`", "Known: .npz, .h5, .hdf5")
    except (OSError, ValueError) as error:
        raise FpgamlError(str(path), f"it cannot be read ({error})", "Give an .npz or HDF5 file") from error
    return {name: _images(f"{path}:{name}", array) for name, array in found.items()}


def _images(where: str, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Images:
    if array.shape[1:] != (c.PHI, c.ETA) or not np.issubdtype(array.dtype, np.integer):
        raise FpgamlError(
            where, f"shape {array.shape}, type {array.dtype}", f"Give integers of shape (events, {c.PHI}, {c.ETA})"
        )
    if array.size and (array.min() < 0 or array.max() > c.ET_MAX):
        raise FpgamlError(where, f"regions outside 0 to {c.ET_MAX}", "Saturate them as the trigger does")
    return array.astype(np.uint16)
