"""The conventional answer: whether an edge, taken as a line, points back to where the beams meet."""

from __future__ import annotations

import numpy as np
from fpgaml_models.velo_embedding import constants as velo
from numpy.typing import NDArray

from . import constants as c

Real = NDArray[np.float64]

SPREAD = 0.08
"""mm: by so much a hit lies off the line to it, resolution and scattering in the planes before together; of 0.012 to
0.15 the best on training graphs."""


def pointing(hits: NDArray[np.float32], edges: NDArray[np.float32]) -> Real:
    """How well edges point to the luminous region: minus the sum of two squared pulls, (g, EDGES).

    A straight track from the beam line keeps its azimuth, and meets the line at z0 = z1 - r1 dz/dr, which lies in the
    luminous region. The errors of both follow from SPREAD, that of z0 from the luminous region's length too. It is a
    stronger judge than two cuts, which firmware makes without a division: |dphi| below a limit, and
    |(z1 - middle) dr - r1 dz| below another times |dr|.

    Args:
        hits, edges: as the networks read them (see graphs.Graphs). What is no edge has some finite number.
    """
    places = np.minimum(edges.astype(np.int64), c.NODES - 1)
    ends = [np.take_along_axis(hits, places[:, :, end, None], axis=1).astype(np.float64) for end in range(2)]
    (r1, phi1, z1), (r2, phi2, z2) = (
        (end[..., 0] * c.R_UNIT, end[..., 1] * c.PHI_UNIT, end[..., 2] * c.Z_UNIT) for end in ends
    )
    middle, length = velo.LUMINOUS_Z
    near1, near2 = (np.maximum(r, 1.0) for r in (r1, r2))  # a hit is at 5 mm or more, what is none at 0
    turned = (phi2 - phi1) ** 2 / (SPREAD**2 * (near1**-2 + near2**-2))
    # (z0 - middle) dr, and its error: edges along the beam need no case of their own.
    off = (z1 - middle) * (r2 - r1) - r1 * (z2 - z1)
    spread = SPREAD**2 * ((z1 - middle) ** 2 + (z2 - middle) ** 2)
    return np.asarray(-(turned + off**2 / (length**2 * (r2 - r1) ** 2 + spread)))
