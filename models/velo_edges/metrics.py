"""What scores of edges are judged by: ROC area, efficiency at a purity, false edges at an efficiency.

Edges of one crossing are no independent draws: errors are those of the mean over blocks of crossings that follow one
another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from fpgaml_models.common.statistics import Fraction, Measured, roc_area, threshold_keeping
from numpy.typing import NDArray

from .graphs import FALSE, TRUE

Real = NDArray[np.float64]
Labels = NDArray[np.int8]

BLOCKS = 20
PURITIES = (0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99)
PURITY = 0.95
"""Of the edges that are kept, in the table."""
EFFICIENCY = 0.99
BEST = PURITIES.index(PURITY)


def evaluate(scores: Real, label: Labels, true: int) -> dict[str, Any]:
    """Everything about one column, ready for JSON.

    Args:
        scores: (g, edges), larger for better edges; label: of graphs.Graphs, the same shape, crossings in order;
        true: true edges of the crossings, those in no graph too.
    """
    blocks = [part for part in np.array_split(np.arange(len(label)), min(BLOCKS, len(label))) if len(part)]

    def measured(numbers: Callable[[Real, Real], Sequence[float | None]]) -> list[list[float | None]]:
        by_block = [numbers(*_both(scores[part], label[part])) for part in blocks]
        return [
            _with_spread(value, list(parts))
            for value, *parts in zip(numbers(*_both(scores, label)), *by_block, strict=True)
        ]

    in_graphs = Fraction(int(np.count_nonzero(label == TRUE)), true)
    return {
        "area": measured(lambda true, false: [_area(true, false)])[0],
        "at_purity": measured(lambda true, false: efficiencies_at(true, false, PURITIES)),
        "false_kept": measured(lambda true, false: [_false_kept(true, false)])[0],
        "in_graphs": in_graphs.as_dict(),
    }


def _with_spread(value: float | None, blocks: list[float | None]) -> list[float | None]:
    """A number with the error of the mean over blocks; none of an error where a block has no number."""
    known = [each for each in blocks if each is not None]
    if value is None:
        return [None, None]
    spread = np.std(known, ddof=1) / np.sqrt(len(known)) if len(known) == len(blocks) > 1 else np.nan
    return Measured(value, float(spread)).as_json()


def _both(scores: Real, label: Labels) -> tuple[Real, Real]:
    """Scores of true and of false edges."""
    return scores[label == TRUE], scores[label == FALSE]


def _area(true: Real, false: Real) -> float | None:
    return roc_area(true, false).value if len(true) and len(false) else None


def _false_kept(true: Real, false: Real) -> float | None:
    """The part of the false edges that is kept with EFFICIENCY of the true ones."""
    if not len(true) or not len(false):
        return None
    return float(np.mean(false >= threshold_keeping(true, EFFICIENCY)))


def efficiencies_at(true: Real, false: Real, purities: Sequence[float]) -> list[float | None]:
    """The most true edges, of all, that a threshold keeps with so many true ones among what it keeps, for each purity.

    None where no threshold does, or there are no edges.
    """
    if not len(true) or not len(false):
        return [None] * len(purities)
    scores = np.concatenate([true, false])
    order = np.argsort(-scores, kind="stable")
    kept = np.cumsum((np.arange(len(scores)) < len(true))[order])
    total = np.arange(1, len(scores) + 1)
    # A threshold keeps all edges of one score or none.
    last = np.append(np.diff(scores[order]) != 0, True)
    kept, total = kept[last], total[last]
    found = [kept[kept >= purity * total] for purity in purities]
    return [float(pure.max() / len(true)) if len(pure) else None for pure in found]


def at_purity(metrics: Mapping[str, Any], index: int) -> Sequence[float | None]:
    """The efficiency at one of PURITIES, with its error."""
    found: Sequence[float | None] = metrics["at_purity"][index]
    return found
