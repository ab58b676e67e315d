"""Hits in blocks that neighbour in azimuth: what a step of the training compares with each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from .generate import Hits
from .inputs import network_inputs
from .pairs import following

BLOCK = 256
"""Hits of a block, all of one event: an eighth of its azimuth on average, several times what an edge spans."""


@dataclass(frozen=True)
class Blocks:
    """Blocks of hits, one after another; b blocks.

    Args:
        x: as the network reads them, (b * BLOCK, 4).
        y: the plane, the hit's number in its event, and that of its track's next hit, -1 without; (b * BLOCK, 3).
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]


def blocks_of(hits: Hits, seed: int) -> Blocks:
    """Cut events into blocks, each from a random azimuth on; what does not fill a block is left out.

    Raises:
        FpgamlError: no event has enough hits for a block.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(10,)))
    after = following(hits.plane, hits.event, hits.track, hits.z)
    azimuth = np.arctan2(hits.y, hits.x)
    bounds = np.searchsorted(hits.event, np.arange(hits.events + 1))
    chosen = []
    for low, high in pairwise(bounds):
        turned = (azimuth[low:high] + rng.uniform(0, 2 * np.pi)) % (2 * np.pi)
        chosen.append(low + np.argsort(turned)[: (high - low) // BLOCK * BLOCK])
    order = np.concatenate(chosen) if chosen else np.zeros(0, np.intp)
    if not len(order):
        raise FpgamlError("velo_embedding", f"no event has {BLOCK} hits", "Give larger events")
    first = bounds[hits.event[order]]
    next_number = np.where(after[order] >= 0, after[order] - first, -1)
    truth = np.stack([hits.plane[order], order - first, next_number], axis=-1)
    x = network_inputs(hits.x[order], hits.y[order], hits.z[order])
    return Blocks(x, truth.astype(np.float32))
