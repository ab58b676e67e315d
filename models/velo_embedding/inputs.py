"""What the network reads of a hit, and what a hit on a port is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

INPUTS = 4
"""Radius / 32 mm, cosine and sine of the azimuth, z / 512 mm: scales are powers of two, exact shifts in firmware."""
RADIUS_SCALE, Z_SCALE = 32.0, 512.0


def network_inputs(x: NDArray[np.float32], y: NDArray[np.float32], z: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cylindrical coordinates of hits, shape (h, 4), without the jump that an azimuth in radians has.

    Args:
        x, y, z: mm, (h,).
    """
    radius = np.maximum(np.hypot(x, y), np.float32(1e-3))
    columns = radius / RADIUS_SCALE, x / radius, y / radius, z / Z_SCALE
    return np.stack(columns, axis=-1).astype(np.float32)


def radius_azimuth_z(inputs: NDArray[np.floating]) -> NDArray[np.float64]:
    """Back from the network's inputs: radius in mm, azimuth from -pi to pi, z in mm; shape (h, 3)."""
    radius, cosine, sine, z = np.asarray(inputs, np.float64).T
    return np.stack([radius * RADIUS_SCALE, np.arctan2(sine, cosine), z * Z_SCALE], axis=-1)
