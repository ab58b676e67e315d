"""Events in files: what `generate` made, and what a group brings of its own, as .npz or HDF5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .generate import Events, previous_pulse

Array = NDArray[Any]
_HDF5 = (".h5", ".hdf5")
_NEEDED = ("adc", "energy", "energy_time")


def write_events(path: Path, events: Events) -> None:
    """Write events to a .npz file (uncompressed) or an HDF5 file, one array a field.

    Raises:
        FpgamlError: another ending.
    """
    arrays = {field.name: getattr(events, field.name) for field in fields(Events)}
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    elif path.suffix in _HDF5:
        import h5py

        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file.create_dataset(name, data=array, track_times=False)
    else:
        raise FpgamlError(str(path), f"no format has the ending `{path.suffix}`", "Write .npz, .h5 or .hdf5")


def read_events(path: Path) -> Events:
    """Read events from a .npz, HDF5 or ROOT file.

    Needed: `adc` (n, t, 5, 5), integers; `energy` and `energy_time` (n, t), in GeV and GeV ns. May be left out:
    `shower` (n, t), else every crossing with energy; `previous` (n, t), else counted from `energy`; `filled` (n, t),
    else all; `pileup` (n,), else zero.

    Raises:
        FpgamlError: no such file, another ending, arrays missing or of the wrong shape, or counts beyond 15 bits.
    """
    arrays = read_arrays(path)
    needed(path, arrays, *_NEEDED)
    adc = arrays["adc"]
    if adc.ndim != 4 or adc.shape[2:] != (c.CELLS, c.CELLS):
        raise FpgamlError(f"{path}: adc", f"has the shape {adc.shape}, where (n, t, {c.CELLS}, {c.CELLS}) is needed")
    if adc.dtype.kind not in "iu" or (adc.size and (adc.min() < 0 or adc.max() >= 2**c.ADC_BITS)):
        raise FpgamlError(f"{path}: adc", f"must hold counts of {c.ADC_BITS} bits", "Give integers, pedestal included")
    times = adc.shape[:2]
    energy = arrays["energy"].astype(np.float32)
    shower, filled = arrays.get("shower", energy > 0), arrays.get("filled", np.ones(times, np.bool_))
    previous = arrays["previous"] if "previous" in arrays else previous_pulse(energy)
    pileup = arrays.get("pileup", np.zeros(times[0]))
    every = {"energy": energy, "energy_time": arrays["energy_time"], "shower": shower, "filled": filled}
    _require_shapes(path, {**every, "previous": previous, "pileup": pileup}, times)
    return Events(
        adc=adc.astype(np.uint16),
        energy=energy,
        energy_time=arrays["energy_time"].astype(np.float32),
        shower=shower.astype(np.bool_),
        previous=previous.astype(np.int16),
        filled=filled.astype(np.bool_),
        pileup=pileup.astype(np.float32),
    )


def _require_shapes(path: Path, arrays: Mapping[str, Array], times: tuple[int, ...]) -> None:
    for name, array in arrays.items():
        wanted = times[:1] if name == "pileup" else times
        if array.shape != wanted:
            raise FpgamlError(f"{path}: {name}", f"has the shape {array.shape}, where adc asks for {wanted}")
        if not np.all(np.isfinite(array)):
            raise FpgamlError(f"{path}: {name}", "holds NaN or infinity")
