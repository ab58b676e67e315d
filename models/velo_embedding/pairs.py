"""Pairs of hits on nearby planes: all that could be edges of a graph, and which of them are a track's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .generate import NOISE, Hits

REACH = 4
"""Planes that an edge may span: successive hits of a track are two apart on one side of the beam, four where the hit
between was lost, and one or three where the track changes sides."""

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Pairs:
    """Pairs of hits of one event; n pairs.

    Args:
        first, second: places of the hits, the first on the plane with the smaller z, (n,).
        true: whether they are successive hits of a track, (n,).
    """

    first: Places
    second: Places
    true: NDArray[np.bool_]


def following(
    plane: NDArray[np.int16], event: NDArray[np.int32], track: NDArray[np.int32], z: NDArray[np.float32]
) -> Places:
    """For each hit the place of its track's next one on another plane, at most REACH further; -1 where there is none.

    Of two hits of a track on one plane, on sensors that overlap, the later one goes on.
    """
    order = np.lexsort((z, track, event))
    here, there = order[:-1], order[1:]
    step = plane[there].astype(np.int64) - plane[here]
    joined = (event[here] == event[there]) & (track[here] == track[there]) & (track[here] != NOISE)
    joined &= (step > 0) & (step <= REACH)
    found = np.full(len(plane), -1, np.intp)
    found[here[joined]] = there[joined]
    return found


def candidates(hits: Hits) -> Iterator[Pairs]:
    """All pairs of each event that are 1 to REACH planes apart, event by event; places count through all hits.

    Args:
        hits: sorted by event, then by plane, as `generate` gives them.
    """
    after = following(hits.plane, hits.event, hits.track, hits.z)
    bounds = np.searchsorted(hits.event, np.arange(hits.events + 1))
    for low, high in pairwise(bounds):
        plane = hits.plane[low:high]
        begins = np.searchsorted(plane, plane, "right")
        ends = np.searchsorted(plane, plane + REACH, "right")
        first = np.repeat(np.arange(high - low), ends - begins)
        offset = np.arange(len(first)) - np.repeat(np.cumsum(ends - begins) - (ends - begins), ends - begins)
        second = begins[first] + offset + low
        yield Pairs(first + low, second, after[first + low] == second)
