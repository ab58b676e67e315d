"""Every constant of the task, with its unit and its source; what no source gives is listed in ASSUMPTIONS.

The detector and its bunch crossings are those of `velo_embedding`, whose constants.py names the sources.
"""

from __future__ import annotations

import numpy as np
from fpgaml_models.velo_embedding import constants as velo

DATA_LABEL = velo.DATA_LABEL

ASSUMPTIONS: tuple[str, ...] = (
    *velo.ASSUMPTIONS,
    "A crossing is cut into 64 wedges of azimuth and, in each, four windows of 13 planes (with the two planes behind), "
    "sizes chosen here, so that a graph is small enough for a core of its own. An edge across wedges is in no graph.",
    "Cylindrical coordinates, rounded as the firmware receives them, are computed before it.",
)

# --- Graphs ----------------------------------------------------------------------------------------------------------
WEDGES = 64
WEDGE = 2 * np.pi / WEDGES
"""rad."""
WINDOW, REACH = 13, 2
"""Planes in which an edge's first hit lies, and planes that the second lies behind it at most: the next module of the
same side is two planes behind [all but 0.4 % of the events' pairs of successive hits are not farther apart]."""
WINDOWS = velo.PLANES // WINDOW
NODES, EDGES = 32, 64
"""Hits and candidate edges that a graph has room for."""
NONE = NODES
"""Of both ends of an edge that is not there: no hit has this number."""
STEEPEST = 0.6
"""|dr/dz| of a candidate edge, at most: a track of pseudorapidity 1.3 has it."""

# --- What the firmware receives --------------------------------------------------------------------------------------
R_UNIT, Z_UNIT = 64.0, 1024.0
"""mm, of what is 1."""
PHI_UNIT = WEDGE / 2
"""rad; azimuth is counted from the middle of the wedge."""
FRACTIONAL = 12
"""Bits: steps of 16 um in r, 0.25 mm in z and 12 urad in azimuth."""
FEATURES = 3
