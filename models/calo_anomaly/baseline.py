"""The conventional triggers on the same image: total transverse energy, and the hottest region beside it.

Exact integers, as firmware would have them: the sum of 252 numbers of 10 bits takes 18 bits and cannot overflow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

Counts = NDArray[np.uint32]

TOTAL_BITS = (c.REGIONS * c.ET_MAX).bit_length()
"""Bits of the total energy: 18."""


def total_energy(images: NDArray[np.integer]) -> Counts:
    """Sum of all regions, counts of 0.5 GeV.

    Args:
        images: shape (events, 18, 14), 0 to 1023.

    Returns:
        Shape (events,), 0 to 257,796.

    Raises:
        FpgamlError: another shape, or numbers that 10 bits do not hold.
    """
    total: Counts = _checked(images).sum(axis=(1, 2), dtype=np.uint32)
    return total


def hottest_region(images: NDArray[np.integer]) -> Counts:
    """The largest region, counts of 0.5 GeV: what a single-jet trigger without clustering would see.

    Args:
        images: as for `total_energy`.

    Returns:
        Shape (events,), 0 to 1023.

    Raises:
        FpgamlError: as for `total_energy`.
    """
    hottest: Counts = _checked(images).max(axis=(1, 2), initial=0).astype(np.uint32)
    return hottest


BASELINES = {"total_energy": total_energy, "hottest_region": hottest_region}


def _checked(images: NDArray[np.integer]) -> NDArray[np.integer]:
    if images.ndim != 3 or images.shape[1:] != (c.PHI, c.ETA) or not np.issubdtype(images.dtype, np.integer):
        raise FpgamlError(
            "calo_anomaly",
            f"images of shape {images.shape} and type {images.dtype}",
            f"Give integers of shape (events, {c.PHI}, {c.ETA})",
        )
    if images.size and (int(images.min()) < 0 or int(images.max()) > c.ET_MAX):
        raise FpgamlError("calo_anomaly", f"regions outside 0 to {c.ET_MAX}", "Saturate them as the trigger does")
    return images
