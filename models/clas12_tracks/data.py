"""Candidates to train on and to be judged by: generated, or of a group's own file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays
from fpgaml_models.common.samples import split
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress

from . import constants as c
from .generate import HELD_OUT, TRAINING, VALIDATION, Candidates, chunks, generate

OWN_SPLIT = 1
"""Seed that a group's own file is cut with: whoever trains and whoever judges agree."""


def training_candidates(
    data: Path | None, seed: int, training: int, validation: int, progress: Progress
) -> tuple[Candidates, Candidates]:
    """Candidates for training and for validation.

    Args:
        data: a file of one's own; else so many are generated.
    """
    if data is not None:
        own = read_candidates(data)
        places = split(len(own), OWN_SPLIT)
        return _taken(own, places.training), _taken(own, places.validation)
    parts = []
    with progress.bar("data", training, "candidates") as advance:
        for part in chunks(training, seed, TRAINING):
            parts.append(part)
            advance(len(part))
    return joined(parts), generate(validation, seed, VALIDATION)


def test_candidates(data: Path) -> Candidates:
    """The part of a group's own file that nothing was trained on."""
    own = read_candidates(data)
    return _taken(own, split(len(own), OWN_SPLIT).test)


def held_out(count: int, seed: int = 1) -> NDArray[np.float32]:
    """Candidates that nothing was trained on, every second one without a segment, (count, 6)."""
    found = generate(count, seed, HELD_OUT)
    return np.where((np.arange(count) % 2 == 0)[:, None], found.wires, found.five)


def joined(parts: list[Candidates]) -> Candidates:
    """Candidates one after the other."""
    return Candidates(*(np.concatenate([getattr(part, name) for part in parts]) for name in Candidates.__annotations__))


def read_candidates(path: Path) -> Candidates:
    """Candidates from a .npz, HDF5 or ROOT file.

    Needed: `wires` (n, 6), mean wires from 1 to 112, rounded here to 1/16; `label` (n,): 0 false, 1 negative, 2
    positive. May be left out: `missing` (n,), which segment is lost where five are judged, 0 to 5; else in turn. A
    candidate whose one foreign segment is lost is a track's own five: such a `missing` is better not given.

    Raises:
        FpgamlError: no such file, arrays missing or of the wrong shape, wires or labels that are none, or one class.
    """
    arrays = read_arrays(path)
    needed(path, arrays, "wires", "label")
    wires, label = arrays["wires"], arrays["label"]
    missing = arrays.get("missing", np.arange(len(wires)) % c.SUPERLAYERS)
    if wires.ndim != 2 or wires.shape[1] != c.SUPERLAYERS:
        raise FpgamlError(f"{path}: wires", f"has the shape {wires.shape}, where (n, {c.SUPERLAYERS}) is needed")
    for name, array, most in (("label", label, c.POSITIVE), ("missing", missing, c.SUPERLAYERS - 1)):
        if array.shape != wires.shape[:1] or not np.isin(array, np.arange(most + 1)).all():
            raise FpgamlError(f"{path}: {name}", f"must hold a number from 0 to {most} for each candidate")
    if not (np.isfinite(wires).all() and (wires >= 1).all() and (wires <= c.WIRES).all()):
        raise FpgamlError(f"{path}: wires", f"must lie from 1 to {c.WIRES}", "Give candidates of six segments")
    found = Candidates(
        (np.rint(wires * c.STEP) / c.STEP).astype(np.float32), label.astype(np.uint8), missing.astype(np.uint8)
    )
    if min((found.label == each).sum() for each in (c.FALSE, c.NEGATIVE, c.POSITIVE)) < 10:
        raise FpgamlError(f"{path}: label", "has fewer than ten candidates of a class", "Give more of all three")
    return found


def _taken(candidates: Candidates, places: NDArray[np.int64]) -> Candidates:
    return Candidates(*(getattr(candidates, name)[places] for name in Candidates.__annotations__))
