"""Jets of a group's own: from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays
from fpgaml_models.common.samples import split

from fpgaml.errors import FpgamlError

from . import constants as c
from .generate import Jets

SPLIT_SEED = 0
"""Whoever trains and whoever judges cut a file alike."""
FEWEST = 100


def read_jets(path: Path) -> Jets:
    """Jets of a .npz, HDF5 or ROOT file, their features brought to mean 0 and variance 1 by those of the file.

    Needed: `x` (n, 16), the features in the order of FEATURES, as they are; `y` (n,), classes by their place in
    CLASSES, or (n, 5), one-hot.

    Raises:
        FpgamlError: no such file, arrays missing or of the wrong shape, classes that are none, too few jets.
    """
    arrays = read_arrays(path)
    needed(path, arrays, "x", "y")
    x, y = np.asarray(arrays["x"], np.float64), arrays["y"]
    if x.ndim != 2 or x.shape[1] != len(c.FEATURES):
        raise FpgamlError(f"{path}: x", f"has the shape {x.shape}, where (n, {len(c.FEATURES)}) is needed")
    y = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] == len(c.CLASSES) else y
    if y.shape != (len(x),) or not np.isin(y, range(len(c.CLASSES))).all():
        raise FpgamlError(f"{path}: y", f"is no class from 0 to {len(c.CLASSES) - 1} for each jet", "0: g, q, t, W, Z")
    if len(x) < FEWEST or not np.isfinite(x).all():
        raise FpgamlError(f"{path}: x", f"holds {len(x)} jets, some perhaps not finite", f"Give {FEWEST} or more")
    width = x.std(axis=0)
    return Jets(((x - x.mean(axis=0)) / np.where(width > 0, width, 1.0)).astype(np.float32), y.astype(np.int64))


def parts_of(path: Path) -> tuple[Jets, Jets, Jets]:
    """A file's jets for training, for validation and for the test."""
    jets = read_jets(path)
    places = split(len(jets.x), SPLIT_SEED)
    first, second, third = (Jets(jets.x[at], jets.y[at]) for at in (places.training, places.validation, places.test))
    return first, second, third
