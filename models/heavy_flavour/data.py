"""Vertices for training, proofs and tests: made ones, or a group's own from a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays
from fpgaml_models.common.samples import require_both_classes, split
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .generate import BACKGROUND, BEAUTY, CHARM, LONG_LIVED, scaled
from .generate import generate as make

Array = NDArray[Any]
TRAINING, VALIDATION, HELD_OUT, TEST = 0, 1, 2, 3
"""Streams of made events: none shares an event with another."""


@dataclass(frozen=True)
class Own:
    """A group's own vertices.

    Args:
        x: as the network sees them, (events, 4); labels: 1 signal, 0 background; lifetime: ps, 0 where not known.
    """

    x: Array
    labels: Array
    lifetime: Array


def stream(seed: int, number: int) -> int:
    """The seed of one stream of made events."""
    return 10 * seed + number


def mixed(events: int, seed: int) -> tuple[Array, Array]:
    """Beauty, charm and background, half of it background, in a random order: features and labels."""
    half = events // 2
    x = np.concatenate(
        [
            make(BEAUTY, half // 2, seed).x,
            make(CHARM, half - half // 2, seed).x,
            make(BACKGROUND, events - half, seed).x,
        ]
    )
    labels = np.concatenate([np.ones(half), np.zeros(events - half)]).astype(np.float32)
    order = np.random.default_rng((seed, 99)).permutation(events)
    return x[order], labels[order]


def lessons(own: Path | None, each: int, seed: int) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Events for training and for validation: features, and labels of shape (events, 1).

    Raises:
        FpgamlError: as for `from_file`, or too few events.
    """
    if own is None:
        parts = [mixed(2 * each, stream(seed, TRAINING)), mixed(max(2, each // 4), stream(seed, VALIDATION))]
    else:
        found = from_file(own)
        cut = split(len(found.x), seed)
        parts = [(found.x[places], found.labels[places]) for places in (cut.training, cut.validation)]
        require_both_classes(own, parts[0][1], "to train on")
    return ((parts[0][0], parts[0][1][:, None]), (parts[1][0], parts[1][1][:, None]))


def held_out(events: int, seed: int) -> tuple[Array, Array]:
    """Made events that nothing was trained on: features and labels."""
    x, labels = mixed(events, stream(seed, HELD_OUT))
    return x, labels.astype(np.uint8)


def from_file(path: Path) -> Own:
    """Read vertices from a .npz, HDF5 or ROOT file: one array a feature, in its own unit, and `signal`.

    `fdchi2`, `vchi2`, `minipchi2`; `sumpt` in GeV; `signal` 1 or 0; `lifetime` in ps may be left out.

    Raises:
        FpgamlError: arrays missing, of different lengths, or with NaN.
    """
    arrays = read_arrays(path)
    needed(path, arrays, *c.FEATURES, "signal")
    names = (*c.FEATURES, "signal", *(["lifetime"] if "lifetime" in arrays else []))
    flat = {name: np.asarray(arrays[name], np.float64).reshape(-1) for name in names}
    if len({len(each) for each in flat.values()}) != 1:
        told = ", ".join(f"{name} {len(each)}" for name, each in flat.items())
        raise FpgamlError(str(path), f"arrays of different lengths: {told}", "Give one number a vertex in each")
    for name, values in flat.items():
        if not np.isfinite(values).all():
            raise FpgamlError(f"{path}: {name}", "holds NaN or infinity", "Leave such vertices out")
    if not np.isin(flat["signal"], (0, 1)).all():
        raise FpgamlError(f"{path}: signal", "has values other than 0 and 1", "1 is signal, 0 background")
    raw = np.stack([flat[name] for name in c.FEATURES], axis=1)
    labels = flat["signal"].astype(np.float32)
    return Own(scaled(raw), labels, flat.get("lifetime", np.zeros(len(labels))).astype(np.float32))


def label(own: Path | None) -> str:
    """Of the events that were trained on."""
    return c.DATA_LABEL if own is None else "a group's own"


__all__ = ["BACKGROUND", "BEAUTY", "CHARM", "LONG_LIVED", "Own", "from_file", "held_out", "lessons", "mixed", "stream"]
