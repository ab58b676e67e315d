"""Charges from a group's own file, and which of them train and which judge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays
from fpgaml_models.common.samples import split
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

Charges = NDArray[np.int64]

FEWEST = 100


def read_charges(path: Path) -> Charges:
    """`charge` of a .npz, HDF5 or ROOT file, (n, 48): counts from 0 to 2^16 - 1.

    Raises:
        FpgamlError: no such file, another ending, or the array is missing, of another shape, or holds other numbers.
    """
    arrays = read_arrays(path)
    needed(path, arrays, "charge")
    charges = arrays["charge"]
    where = f"{path}: charge"
    if charges.ndim != 2 or charges.shape[1] != c.CELLS:
        raise FpgamlError(where, f"has the shape {charges.shape}", f"Give (events, {c.CELLS})")
    if charges.dtype.kind not in "iu":
        raise FpgamlError(where, f"holds {charges.dtype}", "Give whole counts")
    if len(charges) < FEWEST:
        raise FpgamlError(where, f"holds {len(charges)} events", f"Give at least {FEWEST}")
    if charges.min() < 0 or charges.max() >= 2**c.CHARGE_BITS:
        raise FpgamlError(where, f"holds counts outside of 0 to {2**c.CHARGE_BITS - 1}", "Saturate or scale them")
    return charges.astype(np.int64)


def training_part(charges: Charges, seed: int) -> Charges:
    """What trains."""
    places = split(len(charges), seed)
    return np.asarray(charges[np.concatenate([places.training, places.validation])])


def test_part(charges: Charges, seed: int) -> Charges:
    """What judges: 30 %."""
    return np.asarray(charges[split(len(charges), seed).test])
