"""A group's own hits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fpgaml_models.common.arrays import needed, read_arrays
from fpgaml_models.common.samples import split
from fpgaml_models.velo_embedding.generate import Hits
from fpgaml_models.velo_embedding.geometry import planes

from fpgaml.errors import FpgamlError

from .graphs import Graphs, graphs_of

NEEDED = ("x", "y", "z", "event", "track")
FARTHEST = 6.0
"""mm between a hit and the middle of a plane."""


def read_hits(path: Path) -> Hits:
    """Hits of crossings from a .npz, HDF5 or ROOT file: `x`, `y`, `z` in mm, `event` and `track`, all of shape (h,).

    `track` numbers the particles of a crossing, -1 for a hit of none. The plane is the one that is nearest along z.

    Raises:
        FpgamlError: no such file, arrays missing or of unequal length, or hits that are in no plane.
    """
    arrays = read_arrays(path)
    needed(path, arrays, *NEEDED)
    for name in NEEDED:
        array = arrays[name]
        if array.shape != arrays["x"].shape or array.ndim != 1:
            raise FpgamlError(f"{path}: {name}", f"has the shape {array.shape}, where one number a hit is needed")
        if not np.all(np.isfinite(array)):
            raise FpgamlError(f"{path}: {name}", "holds NaN or infinity")
    middle, z = planes(), arrays["z"].astype(np.float64)
    plane = np.abs(z[:, None] - middle).argmin(axis=1) if len(z) else np.zeros(0, np.int64)
    if len(z) and (distance := np.abs(z - middle[plane]).max()) > FARTHEST:
        raise FpgamlError(f"{path}: z", f"a hit is {distance:.1f} mm from the nearest plane", "Give z in mm")
    order = np.lexsort((plane, arrays["event"]))
    _, event = np.unique(arrays["event"][order], return_inverse=True)
    x, y = (arrays[name][order].astype(np.float32) for name in ("x", "y"))
    return Hits(
        x=x,
        y=y,
        z=z[order].astype(np.float32),
        plane=plane[order].astype(np.int16),
        event=event.astype(np.int32),
        track=arrays["track"][order].astype(np.int32),
    )


def own_graphs(path: Path, seed: int, judges: bool) -> Graphs:
    """Graphs of a file's crossings.

    Args:
        seed: of the split; judges: the graphs of the crossings that judge, else those of all others.

    Raises:
        FpgamlError: as for `read_hits`, or no graph has an edge.
    """
    hits = read_hits(path)
    chosen = np.isin(hits.event, split(hits.events, seed).test)
    graphs = graphs_of(hits.take(chosen if judges else ~chosen))
    if not len(graphs):
        use = "judge with" if judges else "train on"
        raise FpgamlError(str(path), f"no two hits are near enough to be joined, to {use}", "Give more whole crossings")
    return graphs
