"""Small graphs of hits and candidate edges, cut out of bunch crossings."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from fpgaml_models.velo_embedding.generate import NOISE, Hits
from numpy.typing import NDArray

from . import constants as c

Counts = NDArray[np.int64]
PADDING, FALSE, TRUE = -1, 0, 1
"""Labels: no edge, hits of two particles (or of none), hits of one."""
STRIDE = 64
"""Between the keys of neighbouring wedges: more than the detector has planes."""


@dataclass(frozen=True)
class Graphs:
    """Graphs with a candidate edge or more; g of them, in the order of their crossings.

    Args:
        hits: r, azimuth and z as the firmware receives them (see constants), zeros behind the last hit,
            (g, NODES, 3), float32.
        edges: numbers of the hits that each edge joins, the one at smaller z first, NONE twice where there is no edge,
            (g, EDGES, 2), float32.
        label: of each edge, TRUE, FALSE or PADDING, (g, EDGES), int8.
        crossing: which each graph is of, (g,), int32.
        true: pairs of hits of one particle that are neighbours, in all crossings, whatever was cut.
    """

    hits: NDArray[np.float32]
    edges: NDArray[np.float32]
    label: NDArray[np.int8]
    crossing: NDArray[np.int32]
    true: int

    def __len__(self) -> int:
        return len(self.hits)

    def take(self, chosen: Counts | slice) -> Graphs:
        """Some of them; `true` stays that of all."""
        arrays = {field.name: getattr(self, field.name)[chosen] for field in fields(Graphs) if field.name != "true"}
        return Graphs(**arrays, true=self.true)

    @property
    def inputs(self) -> dict[str, NDArray[np.float32]]:
        """As the networks read them, by input."""
        return {"hits": self.hits, "edges": self.edges}

    @property
    def kept(self) -> int:
        """True edges that are in graphs."""
        return int(np.count_nonzero(self.label == TRUE))


def graphs_of(hits: Hits) -> Graphs:
    """Cut crossings into graphs.

    Candidate edges join hits of one wedge, one or two planes apart, whose line is not steeper than STEEPEST. Of a graph
    with more than NODES hits or EDGES edges the last ones, at largest z, are left out.
    """
    x, y, z = (np.asarray(part, np.float64) for part in (hits.x, hits.y, hits.z))
    r, phi = np.hypot(x, y), np.arctan2(y, x) % (2 * np.pi)
    wedge = np.minimum((phi / c.WEDGE).astype(np.int64), c.WEDGES - 1)
    key = (hits.event.astype(np.int64) * c.WEDGES + wedge) * STRIDE + hits.plane
    order = np.lexsort((r, key))
    key, r, phi, z, wedge = key[order], r[order], phi[order], z[order], wedge[order]
    track, crossing = hits.track[order], hits.event[order]
    features = np.stack([r / c.R_UNIT, (phi - (wedge + 0.5) * c.WEDGE) / c.PHI_UNIT, z / c.Z_UNIT], axis=1)
    features = np.asarray(np.round(np.ldexp(features, c.FRACTIONAL)) / 2.0**c.FRACTIONAL, np.float64)

    first, second = _pairs(key)
    slope = np.abs(r[second] - r[first]) <= c.STEEPEST * np.abs(z[second] - z[first])
    first, second = first[slope], second[slope]
    same = (track[first] == track[second]) & (track[first] != NOISE)

    # A graph is what begins in one window of planes; its hits follow one another.
    plane = key % STRIDE
    start = key[first] - plane[first] % c.WINDOW
    graph, place = np.unique(start, return_inverse=True)
    begin = np.searchsorted(key, graph)
    end = np.minimum(np.searchsorted(key, graph + c.WINDOW + c.REACH), begin + c.NODES)
    ends = np.stack([first, second], axis=1) - begin[place][:, None]
    inside = ends.max(axis=1, initial=0) < c.NODES
    place, ends, same = place[inside], ends[inside], same[inside]
    by_graph = np.argsort(place, kind="stable")
    place, ends, same = place[by_graph], ends[by_graph], same[by_graph]
    rank = np.arange(len(place)) - np.searchsorted(place, place)
    roomy = rank < c.EDGES
    place, ends, same, rank = place[roomy], ends[roomy], same[roomy], rank[roomy]

    edges = np.full((len(graph), c.EDGES, 2), c.NONE, np.float32)
    edges[place, rank] = ends
    label = np.full((len(graph), c.EDGES), PADDING, np.int8)
    label[place, rank] = np.where(same, TRUE, FALSE)
    nodes = np.zeros((len(graph), c.NODES, c.FEATURES), np.float32)
    number = np.arange(c.NODES)
    there = number < (end - begin)[:, None]
    nodes[there] = features[(begin[:, None] + number)[there]]
    filled = (label != PADDING).any(axis=1)
    return Graphs(nodes[filled], edges[filled], label[filled], crossing[begin][filled], _neighbours(hits))


def _pairs(key: Counts) -> tuple[Counts, Counts]:
    """Hits of one wedge and one or two planes apart: the first's and the second's place among the sorted keys."""
    low, high = np.searchsorted(key, key + 1), np.searchsorted(key, key + c.REACH, side="right")
    count = high - low
    first = np.repeat(np.arange(len(key)), count)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)
    return first, low[first] + offset


def _neighbours(hits: Hits) -> int:
    """Pairs of hits of one particle that are at most REACH planes apart."""
    own = hits.track != NOISE
    event, track, plane = (part[own].astype(np.int64) for part in (hits.event, hits.track, hits.plane))
    key = (event * (int(track.max(initial=0)) + 1) + track) * STRIDE + plane
    return len(_pairs(np.sort(key))[0])
