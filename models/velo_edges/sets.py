"""Generated graphs, made from crossings some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from fpgaml_models.velo_embedding.generate import HELD_OUT, Settings, chunks

from .graphs import Graphs, graphs_of

GRAPHS_PER_CROSSING = 200
"""About so many; a set of graphs takes crossings until it has enough."""


def parts(crossings: int, seed: int, stream: int) -> Iterator[Graphs]:
    """The graphs of so many crossings, some crossings at a time."""
    for hits in chunks(Settings(events=crossings, seed=seed, stream=stream)):
        yield graphs_of(hits)


def generated(crossings: int, seed: int, stream: int, advance: Callable[[int], object] = lambda _: None) -> Graphs:
    """The same at once."""
    found = []
    for part in parts(crossings, seed, stream):
        found.append(part)
        advance(len(np.unique(part.crossing)))
    return joined(found)


def held_out_graphs(count: int, seed: int = 1) -> Graphs:
    """The first graphs of crossings that nothing was trained on."""
    found: list[Graphs] = []
    for part in parts(max(4 * count // GRAPHS_PER_CROSSING, 20), seed, HELD_OUT):
        found.append(part)
        if sum(map(len, found)) >= count:
            break
    return joined(found).take(slice(count))


def joined(found: list[Graphs]) -> Graphs:
    """Several sets as one."""
    arrays = {name: np.concatenate([getattr(part, name) for part in found]) for name in ("hits", "edges", "label")}
    crossing = np.concatenate([part.crossing for part in found])
    return Graphs(**arrays, crossing=crossing, true=sum(part.true for part in found))
