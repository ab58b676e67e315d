"""Geometric windows on two hits: what an embedding has to beat. Small scores join hits.

Tracks come from near the beam, so that both hits of a true edge have about the same azimuth; LHCb's own search, by
triplets, begins with hits that neighbour in azimuth too [J. Comput. Sci. 54 (2021) 101422, arXiv 2207.03936].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import constants as c

Real = NDArray[np.float64]

RADIUS_WINDOW = 20.0
"""mm: no window joins radii that differ by more; chosen on training events, where it loses 0.1 % of true edges."""
VERTEX_PER_AZIMUTH = 3300.0
"""mm for a radian: how both windows of `vertex` open together; chosen on training events, best at 90 % efficiency."""
FAR = 1e3
"""Score, in radians, of hits that no window joins."""


def azimuth(first: Real, second: Real) -> Real:
    """Distance in azimuth, radians; FAR where the radii differ by more than RADIUS_WINDOW.

    Args:
        first, second: radius in mm, azimuth in radians, z in mm of both hits, (n, 3).
    """
    apart = np.abs((first[:, 1] - second[:, 1] + np.pi) % (2 * np.pi) - np.pi)
    return np.asarray(np.where(np.abs(first[:, 0] - second[:, 0]) <= RADIUS_WINDOW, apart, FAR))


def vertex(first: Real, second: Real) -> Real:
    """The larger of the distance in azimuth and that of the luminous region's middle to where the line meets the beam.

    The line through both hits in the plane of radius and z passes the beam at z1 - r1 (z2 - z1) / (r2 - r1).

    Args:
        first, second: as for `azimuth`.
    """
    rise = second[:, 0] - first[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        meets = first[:, 2] - first[:, 0] * (second[:, 2] - first[:, 2]) / rise
    away = np.abs(np.nan_to_num(meets, nan=np.inf) - c.LUMINOUS_Z[0]) / VERTEX_PER_AZIMUTH
    return np.maximum(azimuth(first, second), np.minimum(away, FAR))


WINDOWS = {"azimuth": azimuth, "vertex": vertex}
"""By column."""
