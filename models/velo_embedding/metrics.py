"""How large a graph is that holds a part of the true edges: counts of pairs below a distance, with errors by events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from fpgaml_models.common.statistics import RESAMPLES
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from .generate import Hits
from .pairs import candidates

Real = NDArray[np.float64]
Distance = Callable[[Real, Real], Real]
"""Of the answers to both hits of each pair, (n, ...), how far apart they are, (n,)."""

EFFICIENCIES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.993, 0.995)
HEADLINE = 0.99
GRID = 600
"""Distances at which pairs are counted: as many quantiles of the true edges' distances, closer towards the largest."""


def euclidean(first: Real, second: Real) -> Real:
    """The square of the Euclidean distance: in the order of distances, and exact for fixed-point places."""
    return np.asarray(((first - second) ** 2).sum(axis=-1))


@dataclass(frozen=True)
class Counts:
    """Pairs of each of e events within each of g distances.

    Args:
        hits, edges: how many hits and true edges an event has, (e,).
        true, all: true edges, and pairs altogether, within each distance, (e, g); distances ascend.
        pairs: pairs altogether, at any distance, (e,).
    """

    hits: Real
    edges: Real
    true: Real
    all: Real
    pairs: Real

    def sizes(self, efficiencies: Real, weights: Real) -> Real:
        """Pairs for each hit in the graphs that hold parts of the true edges, linear between distances.

        Args:
            efficiencies: ascending, (k,); weights: how often each event counts, (..., e).

        Returns:
            (..., k).
        """
        held = (weights @ self.true) / (weights @ self.edges)[..., None]
        size = (weights @ self.all) / (weights @ self.hits)[..., None]
        flat = zip(held.reshape(-1, held.shape[-1]), size.reshape(-1, size.shape[-1]), strict=True)
        found = [np.interp(efficiencies, *curve, right=np.nan) for curve in flat]
        return np.asarray(found).reshape(*held.shape[:-1], len(efficiencies))


def counts(hits: Hits, answers: Real, distance: Distance) -> Counts:
    """Count the pairs of every event.

    Args:
        hits: with plane, event, track and z; answers: what a column says of each hit, (h, ...).

    Raises:
        FpgamlError: NaN or infinity among the answers, or not one true edge.
    """
    if not np.isfinite(answers).all():
        raise FpgamlError("velo_embedding: answers", "hold NaN or infinity")
    apart, marks = [], []
    for pairs in candidates(hits):
        apart.append(distance(answers[pairs.first], answers[pairs.second]))
        marks.append(pairs.true)
    true = np.sort(np.concatenate([one[mark] for one, mark in zip(apart, marks, strict=True)]))
    if not len(true):
        raise FpgamlError("velo_embedding", "no track has two hits on planes near each other")
    # Evenly in the logarithm of the part that is left out, so that a graph of 99.5 % has its neighbours.
    parts = 1.0 - np.geomspace(1.0, 1e-3, GRID)
    grid = np.unique(np.quantile(true, parts, method="higher"))
    within = [[_within(one[mark], grid), _within(one, grid)] for one, mark in zip(apart, marks, strict=True)]
    both = np.asarray(within, np.float64)
    return Counts(
        hits=np.bincount(hits.event, minlength=hits.events).astype(np.float64),
        edges=np.asarray([mark.sum() for mark in marks], np.float64),
        true=both[:, 0],
        all=both[:, 1],
        pairs=np.asarray([len(one) for one in apart], np.float64),
    )


def _within(distances: Real, grid: Real) -> NDArray[np.int64]:
    """How many lie at or below each place of the grid."""
    return np.cumsum(np.bincount(np.searchsorted(grid, distances, "left"), minlength=len(grid) + 1))[:-1]


def evaluate(found: Counts, others: Mapping[str, Counts] | None = None) -> dict[str, Any]:
    """Everything that is stated about one column, ready for JSON; errors by resampling events, one standard deviation.

    Args:
        found: of the column; others: of columns on the same events, whose graphs this one's is compared with.
    """
    chosen = np.asarray(EFFICIENCIES)
    weights = _weights(len(found.hits))
    once = np.ones(len(found.hits))
    size, again = found.sizes(chosen, once), found.sizes(chosen, weights)
    edges = found.edges.sum() / found.hits.sum()
    edges_again = (weights @ found.edges) / (weights @ found.hits)
    purity = edges * chosen / size
    purity_again = edges_again[:, None] * chosen / again
    result: dict[str, Any] = {
        "events": len(found.hits),
        "hits_per_event": found.hits.mean(),
        "true_edges_per_hit": edges,
        "pairs_per_hit": found.pairs.sum() / found.hits.sum(),
        "efficiency": list(EFFICIENCIES),
        "edges_per_hit": _measured(size, again),
        "purity": _measured(purity, purity_again),
    }
    per_event = found.hits.sum() / len(found.hits)
    per_event_again = (weights @ found.hits) / weights.sum(axis=-1)
    result["edges_per_event"] = _measured(size * per_event, again * per_event_again[:, None])
    for name, other in (others or {}).items():
        ratio = size / other.sizes(chosen, once)
        result[f"over_{name}"] = _measured(ratio, again / other.sizes(chosen, weights))
    return result


def _weights(events: int) -> Real:
    """How often each event is drawn in each resampling, (RESAMPLES, events); the same for every column."""
    drawn = np.random.default_rng(1).integers(0, events, (RESAMPLES, events))
    return np.asarray([np.bincount(row, minlength=events) for row in drawn], np.float64)


def _measured(values: Real, again: Real) -> list[list[float | None]]:
    """[value, error] of each, null where there is none."""
    with np.errstate(invalid="ignore"):
        errors = again.std(axis=0, ddof=1)
    pairs = np.stack([values, errors], axis=-1)
    return [[float(number) if np.isfinite(number) else None for number in pair] for pair in pairs]
