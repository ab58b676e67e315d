"""Events in files of a group's own, and which events are for what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays
from fpgaml_models.common.samples import split
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .generate import HELD_OUT, NOISE, Hits, Settings, chunks, join
from .inputs import network_inputs

_NEEDED = ("x", "y", "z", "plane", "event", "track")


def held_out(hits: int, seed: int = 1) -> NDArray[np.float32]:
    """Hits that nothing was trained on, as the network reads them: (hits, 4), of generated events in turn."""
    parts: list[Hits] = []
    for part in chunks(Settings(events=20 + hits // 100, seed=seed, stream=HELD_OUT)):
        parts.append(part)
        if sum(map(len, parts)) >= hits:
            break
    found = join(parts).take(slice(0, hits))
    return network_inputs(found.x, found.y, found.z)


@dataclass(frozen=True)
class OwnEvents:
    """A group's own events, for training and for judging, numbered from 0 in each."""

    training: Hits
    test: Hits


def own_events(path: Path, seed: int) -> OwnEvents:
    """Split a file's events by chance, the same way for the same seed.

    Raises:
        FpgamlError: as for `read_hits`, or too few events.
    """
    hits = read_hits(path)
    parts = split(hits.events, seed, validation=0.0)
    if not len(parts.test):
        raise FpgamlError(str(path), f"{hits.events} events are too few to judge with", "Give more events")
    test = np.isin(hits.event, parts.test)
    return OwnEvents(hits.take(~test).renumbered(), hits.take(test).renumbered())


def read_hits(path: Path) -> Hits:
    """Read hits from a .npz, HDF5 or ROOT file; they may come in any order.

    Needed, each (h,): `x`, `y`, `z` in mm; `plane`, ascending in z, 0 to 51; `event`, any integers; `track`, any
    integers that tell the tracks of an event apart, -1 for noise.

    Raises:
        FpgamlError: no such file, another ending, arrays missing or of the wrong shape, or numbers out of range.
    """
    arrays = read_arrays(path)
    needed(path, arrays, *_NEEDED)
    count = arrays["x"].shape
    for name in _NEEDED:
        array = arrays[name]
        if array.shape != count or len(count) != 1 or not count[0]:
            raise FpgamlError(f"{path}: {name}", f"has the shape {array.shape}", "Give one value a hit: (h,)")
        if name in ("plane", "event", "track") and array.dtype.kind not in "iu":
            raise FpgamlError(f"{path}: {name}", f"has the type {array.dtype}", "Give integers")
        if not np.all(np.isfinite(array)):
            raise FpgamlError(f"{path}: {name}", "holds NaN or infinity")
    if arrays["plane"].min() < 0 or arrays["plane"].max() >= c.PLANES:
        raise FpgamlError(f"{path}: plane", f"must lie from 0 to {c.PLANES - 1}")
    if arrays["track"].min() < NOISE or arrays["track"].max() >= 2**31:
        raise FpgamlError(f"{path}: track", f"must lie from {NOISE}, for noise, to 2^31 - 1")
    order = np.lexsort((arrays["x"], arrays["plane"], arrays["event"]))
    _, number = np.unique(arrays["event"][order], return_inverse=True)
    x, y, z = (arrays[name][order].astype(np.float32) for name in "xyz")
    plane, track = arrays["plane"][order].astype(np.int16), arrays["track"][order].astype(np.int32)
    return Hits(x, y, z, plane, number.astype(np.int32), track)
