"""Measures every score on the same events: areas, efficiencies at trigger rates, differences between scores."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from .baseline import BASELINES
from .data import Events
from .generate import BACKGROUND, Images
from .metrics import (
    FEWEST_EVENTS,
    blind_regions,
    efficiencies,
    fewest_background,
    heated_images,
    resolution,
    roc_area,
)

Score = Callable[[Images], NDArray[Any]]
"""Takes images of shape (events, 18, 14), gives numbers of shape (events,)."""

Progress = Callable[[str], None]

HEAT_COUNTS = 400
"""What a region must be able to show by itself: 200 GeV."""

TEACHER = "teacher"


def evaluate(scores: Mapping[str, Score], events: Events, progress: Progress) -> dict[str, Any]:
    """The physics metrics of every score and of the baselines.

    Args:
        scores: by name; each takes images of shape (events, 18, 14) and gives shape (events,). Beside a score
            `teacher`, the others are compared with it; beside a `NAME_float`, `NAME_quantised` is compared with it.
        events: test events and signals are scored whole, the background for rates in chunks.

    Returns:
        What `metrics.json` holds.
    """
    every: dict[str, Score] = {**BASELINES, **scores}
    rates = [rate for rate in c.RATES_HZ if events.rate >= fewest_background(rate)]
    background = _rate_scores(every, events, progress)
    progress(f"scores of {len(events.test):,} test events and {len(events.signals)} signals")
    test = {name: {BACKGROUND: score(events.test)} for name, score in every.items()}
    for name, score in every.items():
        test[name] |= {kind: score(images) for kind, images in events.signals.items()}
    return {
        "data": events.label,
        "assumptions": list(c.ASSUMPTIONS) if events.label == c.DATA_LABEL else [],
        "events": {
            "test": len(events.test),
            "rate": events.rate,
            **{kind: len(images) for kind, images in events.signals.items()},
        },
        "fewest_events_above_threshold": FEWEST_EVENTS,
        "scores": {
            name: {
                kind: {
                    "roc_area": asdict(roc_area(test[name][BACKGROUND], test[name][kind])),
                    "efficiencies": [_plain(e) for e in efficiencies(background[name], test[name][kind], rates)],
                }
                for kind in events.signals
            }
            for name in every
        },
        "resolution": {
            f"{name} - {reference}": {
                kind: asdict(resolution(test[reference][kind], test[name][kind])) for kind in test[name]
            }
            for name, reference in _comparisons(scores)
        },
        "blind_regions": {name: _blind(score, events.test) for name, score in scores.items()},
    }


def write_metrics(path: Path, metrics: Mapping[str, Any]) -> None:
    """Write metrics as JSON, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(metrics, indent=1, allow_nan=False) + "\n")
    partial.replace(path)


def _rate_scores(scores: Mapping[str, Score], events: Events, progress: Progress) -> dict[str, NDArray[np.float32]]:
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in scores}
    done = 0
    for images in events.rate_chunks():
        for name, score in scores.items():
            # float32 holds a baseline's 18 bits and a score's 16 exactly.
            found[name].append(score(images).astype(np.float32))
        done += len(images)
        progress(f"trigger rates: {done:,} of {events.rate:,} crossings")
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _comparisons(scores: Mapping[str, Score]) -> list[tuple[str, str]]:
    pairs = [(name, TEACHER) for name in scores if name != TEACHER and TEACHER in scores]
    for name in scores:
        stem, _, kind = name.rpartition("_")
        if kind == "quantised" and f"{stem}_float" in scores:
            pairs.append((name, f"{stem}_float"))
    return pairs


def _blind(score: Score, background: Images) -> int:
    """Regions where 200 GeV over the median image do not raise the score."""
    image = np.median(background, axis=0).astype(np.uint16)
    return blind_regions(float(score(image[None])[0]), score(heated_images(image, HEAT_COUNTS)))


def _plain(efficiency: Any) -> dict[str, Any]:
    """As JSON takes it: a threshold that lets everything through is null."""
    plain = asdict(efficiency)
    if not np.isfinite(plain["threshold"]["score"]):
        plain["threshold"]["score"] = None
    return plain
