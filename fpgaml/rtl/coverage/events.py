"""Events of all inputs together: for each input values of shape (events, *shape)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fpgaml.graph.values import FixedArray

Events = dict[str, FixedArray]


def events_of(values: Mapping[str, FixedArray]) -> int:
    """How many."""
    return int(next(iter(values.values())).shape[0])


def picked(values: Mapping[str, FixedArray], places: Sequence[int] | slice) -> Events:
    """Some of them."""
    chosen = places if isinstance(places, slice) else np.array(places, dtype=np.int64)
    return {name: FixedArray(value.integers[chosen], value.fractional) for name, value in values.items()}


def joined(first: Mapping[str, FixedArray], second: Mapping[str, FixedArray]) -> Events:
    """The events of both, on the finer grid of each input."""
    both = {}
    for name, a in first.items():
        grid = max(a.fractional, second[name].fractional)
        both[name] = FixedArray(np.concatenate([a.at(grid), second[name].at(grid)]), grid)
    return both
