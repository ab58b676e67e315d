"""Waveforms from a group's own file, brought to what the network reads, and which pulses train and which judge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays, reshaped
from fpgaml_models.common.samples import require_both_classes, split
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .generate import Counts, digitise

Real = NDArray[np.float64]

CHANNELS = len(c.CHANNELS)


@dataclass(frozen=True)
class Own:
    """Counts from the reference, (n, 32, 14), of pulses that train (healthy ones) and that judge."""

    training: Counts
    healthy: Counts
    faulty: Counts


def read_own(path: Path, seed: int) -> Own:
    """Read a .npz, HDF5 or ROOT file and cut it: healthy pulses train, 30 % of all pulses judge, faults that train not.

    Needed: `waveforms`, (n, 4500, 14) samples or (n, 32, 14) block means in any unit, channels in the order of
    constants.CHANNELS; `fault`, (n,), 1 where a fault follows and 0 elsewhere. May be left out: `kind`, (n,), whole
    numbers, the modulator or its kind, where pulses of several are mixed. References are the means of healthy
    training pulses of a kind; a channel's full scale is the largest value of its references.

    Raises:
        FpgamlError: the file or an array cannot be used, or a kind has no healthy pulse to train on.
    """
    arrays = read_arrays(path)
    needed(path, arrays, "waveforms", "fault")
    blocks = _blocks(path, reshaped(arrays["waveforms"], (c.SAMPLES, CHANNELS)))
    fault = arrays["fault"]
    kind = arrays.get("kind", np.zeros(len(blocks), np.int64))
    for name, array in (("fault", fault), ("kind", kind)):
        if array.shape != (len(blocks),) or array.dtype.kind not in "iub":
            wanted = f"Give whole numbers, one for each of {len(blocks)} pulses"
            raise FpgamlError(f"{path}: {name}", f"has the shape {array.shape} and type {array.dtype}", wanted)
    places = split(len(blocks), seed)
    train = np.concatenate([places.training, places.validation])
    train = train[fault[train] == 0]
    counts = _counts(path, blocks, kind, train)
    require_both_classes(path, fault[places.test], "to judge with")
    judged, wrong = counts[places.test], fault[places.test] != 0
    return Own(counts[train], judged[~wrong], judged[wrong])


def block_means(samples: Real) -> Real:
    """Means of 140 samples, (n, 4500, 14) to (n, 32, 14); the last 20 samples are left out."""
    kept = samples[:, : c.BLOCK * c.BLOCKS]
    return np.asarray(kept.reshape(len(samples), c.BLOCKS, c.BLOCK, -1).mean(axis=2), np.float64)


def _blocks(path: Path, waveforms: NDArray[np.generic]) -> Real:
    if waveforms.ndim != 3 or waveforms.shape[2] != CHANNELS or waveforms.shape[1] not in (c.SAMPLES, c.BLOCKS):
        wanted = f"Give (pulses, {c.SAMPLES}, {CHANNELS}), or means of blocks (pulses, {c.BLOCKS}, {CHANNELS})"
        raise FpgamlError(f"{path}: waveforms", f"has the shape {waveforms.shape}", wanted)
    real = np.asarray(waveforms, np.float64)
    if not np.isfinite(real).all():
        raise FpgamlError(f"{path}: waveforms", "holds NaN or infinity", "Leave such pulses out")
    return real if real.shape[1] == c.BLOCKS else block_means(real)


def _counts(path: Path, blocks: Real, kind: NDArray[np.generic], train: NDArray[np.int64]) -> Counts:
    names, number = np.unique(kind, return_inverse=True)
    references = np.zeros((len(names), *blocks.shape[1:]))
    for place, name in enumerate(names):
        own = train[number[train] == place]
        if not len(own):
            raise FpgamlError(f"{path}: kind", f"{name} has no healthy pulse to train on", "Give some, or leave it out")
        references[place] = blocks[own].mean(axis=0)
    scale = np.abs(references).max(axis=(0, 1))
    difference = (blocks - references[number]) / np.where(scale > 0, scale, 1.0)
    return digitise(difference)
